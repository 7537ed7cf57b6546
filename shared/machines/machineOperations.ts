// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {DomainClient} from '../libvirt/domainClient.js';
import type {DomainState} from '../libvirt/domainState.js';
import {isActive} from '../libvirt/domainState.js';
import {LibvirtError, NoAnswerError, ServiceLostError} from '../libvirt/libvirtErrors.js';
import type {OperationControl} from '../operations/operation.js';
import {onCancelled, withDeadline} from '../platform/clock.js';
import {CancelledError, DeadlineError, HandoverError} from '../platform/errors.js';
import {_} from '../platform/i18n.js';
import type {MachineAction} from './actions.js';
import type {Machine} from './machine.js';
import {GuestIgnoredError, MachineActionError, MachineGoneError} from './machineErrors.js';
import type {Preparation, StartOptions} from './preparation.js';

export interface ActionOptions {
    /** How long the guest may take (shutdown, reboot), in milliseconds; else the machine's own deadline. */
    readonly deadlineMs?: number;
    /** How a start deals with a card that is held, and whether the display is opened. */
    readonly start?: StartOptions;
}

/** After libvirt has said yes, its event comes within this time, or the state is asked for. */
const EVENT_GRACE_MS = 3000;

interface Plan {
    /** What is asked of libvirt. */
    ask(client: DomainClient): Promise<void>;
    /** The state that shows that it was done; none when there is nothing to see. */
    readonly goal: ((state: DomainState) => boolean) | null;
    /** Asks libvirt to give up; without it the call cannot be cancelled. */
    abort?(client: DomainClient): Promise<void>;
}

const off = (state: DomainState): boolean => !isActive(state);
const running = (state: DomainState): boolean => state === 'running' || state === 'blocked';
const paused = (state: DomainState): boolean => state === 'paused';

const PLANS: Readonly<Record<Exclude<MachineAction, 'shutdown' | 'reboot'>, Plan>> = {
    start: {ask: client => client.create(), goal: state => isActive(state) && state !== 'crashed'},
    reset: {ask: client => client.reset(), goal: null},
    pause: {ask: client => client.suspend(), goal: paused},
    resume: {ask: client => client.resume(), goal: running},
    'force-off': {ask: client => client.destroy(), goal: off},
    save: {ask: client => client.managedSave(), goal: off, abort: client => client.abortJob()},
    wake: {ask: client => client.wake(), goal: running},
};

/** Actions after which a machine is off. */
const STOPS: ReadonlySet<MachineAction> = new Set(['shutdown', 'force-off', 'save']);

/**
 * Does one action, to its end, with what has to be prepared before a start and looked after when it is off.
 *
 * What counts is the machine's state as libvirt's events tell it, not the reply to the call: a reply can be lost.
 *
 * @throws MachineActionError when libvirt says no, GuestIgnoredError, MachineGoneError, what the call failed with, or
 * what the preparation failed with
 */
export async function perform(
    machine: Machine,
    action: MachineAction,
    control: OperationControl,
    options: ActionOptions,
): Promise<void> {
    const {preparation} = machine;
    if (preparation && action === 'start') {
        await startPrepared(machine, preparation, control, options);
        return;
    }
    const stops = preparation !== null && STOPS.has(action);
    // What it had is known by its definition, and that of a temporary machine goes with it. Nothing waits for it.
    if (stops) machine.loadDetails().catch(ignoreOurs);
    await ask(machine, action, control, options);
    if (stops) await preparation.afterStop(machine, control);
}

async function startPrepared(
    machine: Machine,
    preparation: Preparation,
    control: OperationControl,
    options: ActionOptions,
): Promise<void> {
    const start = options.start ?? {};
    // What is left of a guest that crashed has its devices still, which a preparation may want.
    if (machine.state === 'crashed') await endCrashed(machine, control);
    await preparation.beforeStart(machine, control, start);
    try {
        leaveIfCancelled(control);
        await ask(machine, 'start', control, options);
    } catch (error) {
        await preparation.startFailed(machine, control).catch((worse: unknown) => {
            // What cannot be put back matters more; the details tell of both.
            if (worse instanceof Error) worse.cause ??= error;
            throw worse;
        });
        throw error;
    }
    control.holdCancel(null);
    await preparation.afterStart(machine, control, start);
}

async function endCrashed(machine: Machine, control: OperationControl): Promise<void> {
    control.step('ask');
    const client = await machine.client();
    leaveIfCancelled(control);
    await carryOut(machine, client, 'force-off', PLANS['force-off'], control);
    control.holdCancel(null);
}

async function ask(
    machine: Machine,
    action: MachineAction,
    control: OperationControl,
    options: ActionOptions,
): Promise<void> {
    control.step('ask');
    const client = await machine.client();
    leaveIfCancelled(control);
    if (action === 'shutdown' || action === 'reboot')
        await askGuest(machine, client, action, control, options);
    else await carryOut(machine, client, action, PLANS[action], control);
}

function leaveIfCancelled({cancellable}: OperationControl): void {
    if (cancellable.is_cancelled()) throw new CancelledError();
}

async function carryOut(
    machine: Machine,
    client: DomainClient,
    action: MachineAction,
    plan: Plan,
    control: OperationControl,
): Promise<void> {
    let stopListening: (() => void) | null = null;
    if (plan.abort) {
        stopListening = onCancelled(control.cancellable, () => {
            if (control.abandoned.is_cancelled()) return;
            plan.abort!(client).catch((error: unknown) => {
                // Too late, or there is no such job: then the call that was to be aborted tells what came of it.
                if (!(error instanceof HandoverError)) throw error;
            });
        });
    } else {
        control.holdCancel(_('libvirt cannot take back what it has begun'));
    }
    try {
        // libvirt keeps a crashed guest as long as its definition says; it has to go before the next one.
        if (action === 'start' && machine.state === 'crashed') await client.destroy();
        await plan.ask(client);
    } catch (error) {
        leaveIfCancelled(control);
        await reachedAnyway(machine, action, plan, error, control.abandoned);
    } finally {
        stopListening?.();
    }
    if (plan.goal === null) return;
    control.holdCancel(_('libvirt has done it already'));
    control.step('confirm');
    await confirm(machine, action, plan.goal, control.abandoned);
}

/** A lost reply proves nothing: the goal may be reached all the same. */
async function reachedAnyway(
    machine: Machine,
    action: MachineAction,
    plan: Plan,
    error: unknown,
    cancellable: Gio.Cancellable,
): Promise<void> {
    const lost = error instanceof NoAnswerError || error instanceof ServiceLostError;
    if (!lost || plan.goal === null) {
        const verdict = await refusal(machine, action, error);
        // Somebody else was quicker, so libvirt says no to what is done already. A save cannot be done by others:
        // a machine that is off may have lost its state.
        if (action !== 'save' && plan.goal?.(machine.state)) return;
        throw verdict;
    }
    try {
        await until(machine, plan.goal, EVENT_GRACE_MS, cancellable);
    } catch (late) {
        throw late instanceof DeadlineError ? await machine.host.verdict(error) : late;
    }
}

/** Libvirt's no, unless it is libvirt itself that cannot be reached. */
async function refusal(machine: Machine, action: MachineAction, error: unknown): Promise<unknown> {
    const verdict = await machine.host.verdict(error);
    return verdict instanceof LibvirtError
        ? new MachineActionError(machine.name, action, {cause: verdict})
        : verdict;
}

async function confirm(
    machine: Machine,
    action: MachineAction,
    goal: (state: DomainState) => boolean,
    cancellable: Gio.Cancellable,
): Promise<void> {
    try {
        await until(machine, goal, EVENT_GRACE_MS, cancellable);
    } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        // No event: libvirt-dbus may have lost its connection, so look for ourselves.
        await machine.host.refresh();
        if (!goal(machine.state)) throw new MachineActionError(machine.name, action, {cause: error});
    }
}

async function askGuest(
    machine: Machine,
    client: DomainClient,
    action: 'shutdown' | 'reboot',
    control: OperationControl,
    options: ActionOptions,
): Promise<void> {
    // A definition that we cannot read is no reason to refuse.
    if (options.deadlineMs === undefined) await machine.loadDetails().catch(ignoreOurs);
    leaveIfCancelled(control);
    const deadlineMs = options.deadlineMs ?? machine.shutdownDeadlineMs;
    // Listening begins before asking: a quick guest answers before libvirt does.
    const listening = new Gio.Cancellable();
    const forward = onCancelled(control.cancellable, () => listening.cancel());
    const obeyed =
        action === 'shutdown'
            ? until(machine, off, deadlineMs, listening)
            : rebooted(machine, deadlineMs, listening);
    obeyed.catch(() => undefined);
    try {
        try {
            if (action === 'shutdown') await client.shutdown();
            else await client.reboot();
        } catch (error) {
            leaveIfCancelled(control);
            // Without an answer the guest may have been asked all the same.
            const asked = error instanceof NoAnswerError || error instanceof ServiceLostError;
            if (!asked && machine.active) throw await refusal(machine, action, error);
        }
        if (action === 'reboot' && !machine.host.driver.announcesReboot) return;
        control.step('guest');
        await obeyed;
    } catch (error) {
        if (error instanceof DeadlineError) throw new GuestIgnoredError(machine.name, action, deadlineMs);
        throw error;
    } finally {
        forward();
        listening.cancel();
    }
}

function ignoreOurs(error: unknown): void {
    if (!(error instanceof HandoverError)) throw error;
}

function until(
    machine: Machine,
    goal: (state: DomainState) => boolean,
    deadlineMs: number,
    cancellable: Gio.Cancellable | null,
): Promise<void> {
    return waitFor(machine, 'notify::state', () => goal(machine.state), deadlineMs, cancellable);
}

function rebooted(machine: Machine, deadlineMs: number, cancellable: Gio.Cancellable): Promise<void> {
    let seen = false;
    const id = machine.connect('rebooted', () => (seen = true));
    // on_reboot may say that the machine stops instead; that, too, ends the wait.
    return waitFor(machine, 'rebooted', () => seen || off(machine.state), deadlineMs, cancellable).finally(
        () => machine.disconnect(id),
    );
}

/** Waits until `there()`, looking whenever the machine sends `signal`. */
function waitFor(
    machine: Machine,
    signal: string,
    there: () => boolean,
    deadlineMs: number,
    cancellable: Gio.Cancellable | null,
): Promise<void> {
    const undo: (() => void)[] = [];
    const release = (): void => {
        for (const one of undo.splice(0)) one();
    };
    const wait = new Promise<void>((resolve, reject) => {
        const look = (): void => {
            if (!there()) return;
            release();
            resolve();
        };
        const give = (error: Error): void => {
            release();
            reject(error);
        };
        for (const name of new Set([signal, 'notify::state'])) {
            const id = machine.connect(name, look);
            undo.push(() => machine.disconnect(id));
        }
        // A transient machine is gone when it is off, and that is what was waited for.
        const gone = machine.connect('gone', () =>
            there() ? look() : give(new MachineGoneError(machine.name)),
        );
        undo.push(() => machine.disconnect(gone));
        if (cancellable) undo.push(onCancelled(cancellable, () => give(new CancelledError())));
        look();
    });
    return withDeadline('the machine', deadlineMs, wait, release);
}
