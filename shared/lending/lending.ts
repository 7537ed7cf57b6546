// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {FollowedCards} from '../gpu/followedCards.js';
import type {Gpu} from '../gpu/gpu.js';
import type {HelperClient} from '../gpu/helperClient.js';
import type {HolderReport} from '../gpu/holders/holders.js';
import type {Machine} from '../machines/machine.js';
import type {Preparation, StartOptions} from '../machines/preparation.js';
import type {OperationControl} from '../operations/operation.js';
import {monotonicMs} from '../platform/clock.js';
import {CancelledError, HandoverError} from '../platform/errors.js';
import {exists, isReadable} from '../platform/files.js';
import {bringBack, changesOf, movesOf} from './bringBack.js';
import {noWayBack, runTake} from './cardMoves.js';
import {ChangeWatch} from './changeWatch.js';
import {type AppAsker, closeHolders} from './closeHolders.js';
import {callFailure, heldError, nameCard, NOBODY} from './helperAnswers.js';
import {
    CardBusyError,
    CardHeldError,
    CardStuckError,
    HelperMissingError,
    HostDeviceMissingError,
} from './lendingErrors.js';

/** What of a HelperClient a start needs. */
export type LendingHelper = Pick<
    HelperClient,
    'holders' | 'take' | 'giveBack' | 'forceBack' | 'cancel' | 'follow'
>;

/** What follows a start; shared/displays has it. */
export interface Openers {
    /** Whether its display is opened where nobody has said whether. */
    wanted(machine: Machine): boolean;
    /** Resolves when the machine is what its definition calls ready. */
    ready(machine: Machine, control: OperationControl): Promise<void>;
    /** Opens its display. */
    open(machine: Machine, environment?: Readonly<Record<string, string>>): Promise<unknown>;
}

/** Another handover is waited for so long. */
const TURN_MS = 30_000;
/**
 * Nothing tells that a program has closed a card (GIO passes on no close of a file that was not written to), so who
 * waits for that looks every now and then.
 */
const LOOK_MS = 2_000;
/** Where libvirt runs our guard from. */
const LIBVIRT = '/etc/libvirt';
const GUARD = `${LIBVIRT}/hooks/qemu.d/handover-guard`;

/**
 * Hands cards to the machines that are started and back to Linux when they have stopped.
 *
 * A machine whose definition names no device of the host costs nothing but reading that definition. The card is taken
 * by the helper, which looks for holders itself, so that nothing can come between its look and the handover.
 */
export class Lending implements Preparation {
    /** The cards that were taken for a machine that is being started. */
    readonly #taken = new WeakMap<Machine, Gpu[]>();

    /**
     * @param cards followed for as long as this is in use
     * @param helper null where there is no system bus
     * @param openers what follows a start; null for nothing
     * @param apps asks applications to end where there is a better way than ours
     * @param isGuarded whether libvirt runs our guard; null when this user cannot tell
     */
    constructor(
        private readonly cards: FollowedCards,
        private readonly helper: LendingHelper | null,
        private readonly openers: Openers | null = null,
        private readonly apps: AppAsker | null = null,
        private readonly isGuarded: () => boolean | null = guardIsThere,
    ) {}

    async beforeStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        this.#taken.delete(machine);
        await machine.loadDetails();
        const devices = machine.definition?.pciAddresses ?? [];
        if (devices.length === 0) return;
        control.step('preflight');
        await this.cards.lookOnce();
        const missing = devices.find(address => !this.cards.hasFunction(address));
        if (missing !== undefined) throw new HostDeviceMissingError(machine.name, missing);
        const gpus = this.#cardsAmong(devices);
        // Before any is moved; who waits is told when there is something to wait for.
        if (options.held !== 'wait') for (const gpu of gpus) refuseTaken(machine, gpu);
        const taken: Gpu[] = [];
        this.#taken.set(machine, taken);
        try {
            for (const gpu of gpus) {
                if (await this.#lend(machine, gpu, control, options)) taken.push(gpu);
            }
        } catch (error) {
            await this.startFailed(machine, control);
            throw error;
        }
    }

    async startFailed(machine: Machine, control: OperationControl): Promise<void> {
        const taken = this.#taken.get(machine) ?? [];
        this.#taken.delete(machine);
        // It may have started after all; then its end brings the cards back.
        if (taken.length === 0 || machine.active || control.abandoned.is_cancelled()) return;
        control.holdCancel(noWayBack());
        control.step('return');
        await this.#bringBack(machine, taken, control);
    }

    async afterStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        this.#taken.delete(machine);
        if (!this.openers) return;
        const open = options.open ?? this.openers.wanted(machine);
        if (!open && machine.metadata.ready === null) return;
        control.step('ready');
        await this.openers.ready(machine, control);
        if (!open) return;
        if (control.cancellable.is_cancelled()) throw new CancelledError();
        control.step('open');
        await this.openers.open(machine);
    }

    async afterStop(machine: Machine, control: OperationControl): Promise<void> {
        await loadIfThere(machine);
        const devices = machine.definition?.pciAddresses ?? [];
        if (devices.length === 0) return;
        await this.cards.lookOnce();
        const gpus = this.#cardsAmong(devices);
        if (gpus.length === 0) return;
        control.holdCancel(noWayBack());
        control.step('return');
        await this.#bringBack(machine, gpus, control);
        control.step('verify');
        await this.#bringBack(machine, gpus, control);
    }

    #bringBack({key}: Machine, gpus: readonly Gpu[], {abandoned}: OperationControl): Promise<void> {
        const {helper} = this;
        return bringBack(this.cards, gpus, {
            machine: key,
            helper,
            guarded: this.isGuarded(),
            cancellable: abandoned,
        });
    }

    #cardsAmong(addresses: readonly string[]): Gpu[] {
        const gpus = addresses.flatMap(address => this.cards.list.byAddress(address) ?? []);
        return [...new Set(gpus)];
    }

    /** @returns whether it was moved, so that it has to be put back when the start fails */
    async #lend(
        machine: Machine,
        gpu: Gpu,
        control: OperationControl,
        {held = 'refuse'}: StartOptions,
    ): Promise<boolean> {
        let closed = false;
        let waited = false;
        for (;;) {
            try {
                refuseTaken(machine, gpu);
                control.step('take');
                return await this.#take(machine, gpu, control);
            } catch (error) {
                if (!(error instanceof CardHeldError)) throw error;
                if (held === 'refuse') throw error.forStart();
                if (closed) throw error.forStart().afterClosing();
                if (held === 'wait') {
                    control.step('wait');
                    await this.#untilFree(machine, gpu, control, waited);
                    waited = true;
                    continue;
                }
                // What cannot be freed that way is not begun with.
                if (!error.closingHelps) throw error.forStart();
                closed = true;
                control.step('close');
                const force = held === 'force-close';
                await closeHolders(error.closable, {force, root: this.cards.root, apps: this.apps}, control);
            }
        }
    }

    async #take(machine: Machine, gpu: Gpu, control: OperationControl): Promise<boolean> {
        const {helper} = this;
        try {
            if (!helper) throw new HelperMissingError();
            return await this.#takeInTurn(gpu, helper, control);
        } catch (error) {
            if (!(error instanceof HelperMissingError)) throw error;
            await this.#checkWithoutHelper(machine, gpu, error);
            return false;
        }
    }

    /** A card that has just come back, or another one, may still be on its way. */
    async #takeInTurn(gpu: Gpu, helper: LendingHelper, control: OperationControl): Promise<boolean> {
        const end = monotonicMs() + TURN_MS;
        const watch = new ChangeWatch([movesOf(helper), changesOf(this.cards)]);
        try {
            for (;;) {
                try {
                    return await runTake(gpu, helper, control);
                } catch (error) {
                    if (!(error instanceof CardBusyError) || monotonicMs() >= end) throw error;
                }
                await watch.next(LOOK_MS, control.cancellable);
            }
        } finally {
            watch.close();
        }
    }

    /**
     * Without the helper libvirt itself takes the card, which may hang it for ever when somebody holds the card: only
     * what is surely free, or what the guard looks at, is left to it.
     */
    async #checkWithoutHelper(machine: Machine, gpu: Gpu, missing: HelperMissingError): Promise<void> {
        if (gpu.owner.kind === 'vfio') return;
        const addresses = new Set(gpu.facts.functions.map(({address}) => address));
        const ours = (machine.definition?.hostDevices ?? []).filter(
            ({pciAddress}) => pciAddress !== null && addresses.has(pciAddress),
        );
        if (!ours.every(({managed}) => managed)) throw missing;
        const report = await this.cards.findHolders(gpu);
        if (report.processes.length > 0 || report.consoles.length > 0) throw heldError(gpu, null, report);
        if (this.isGuarded() === true) return;
        const complete = report.uninspected === 0 && !report.hidden;
        // NVIDIA's driver has users that show no descriptor, and waits for them without a limit.
        if (!complete || gpu.driver === 'nvidia') throw missing;
    }

    /**
     * Waits until nobody is seen to hold the card.
     *
     * @param again whether that was seen before, and was wrong: then something has to change first
     */
    async #untilFree(machine: Machine, gpu: Gpu, control: OperationControl, again: boolean): Promise<void> {
        const watch = new ChangeWatch([changesOf(this.cards)]);
        try {
            if (again) await watch.next(LOOK_MS, control.cancellable);
            for (;;) {
                const {processes, consoles} = await this.#holdersOf(gpu);
                const held = processes.some(({role}) => role !== 'driver-service') || consoles.length > 0;
                if (!held && otherMachine(machine, gpu) === null) return;
                await watch.next(LOOK_MS, control.cancellable);
            }
        } finally {
            watch.close();
        }
    }

    /** The complete view where the helper gives one, else what this user sees. */
    async #holdersOf(gpu: Gpu): Promise<HolderReport> {
        try {
            if (this.helper) return await this.helper.holders(gpu.address);
        } catch (error) {
            const failure = callFailure(error, 'look');
            if (!(failure instanceof HandoverError)) throw failure;
        }
        return this.cards.findHolders(gpu);
    }
}

/** @throws CardHeldError when another machine has the card, CardStuckError */
function refuseTaken(machine: Machine, gpu: Gpu): void {
    const {owner} = gpu;
    if (owner.kind === 'between' && owner.handover?.phase === 'stuck')
        throw new CardStuckError(nameCard(gpu), owner.handover.step, []);
    const other = otherMachine(machine, gpu);
    if (other !== null) throw heldError(gpu, other, NOBODY);
}

/** The name of another machine that runs with the card. */
function otherMachine({key}: Machine, {claims}: Gpu): string | null {
    return claims.find(claim => claim.running && claim.machine !== key)?.name ?? null;
}

/** Some distributions let nobody but root look into libvirt's folder. */
function guardIsThere(): boolean | null {
    if (exists(LIBVIRT) && !isReadable(LIBVIRT)) return null;
    return GLib.file_test(GUARD, GLib.FileTest.IS_EXECUTABLE);
}

/** A transient machine is gone when it is off; whoever watches the cards tells of its card. */
async function loadIfThere(machine: Machine): Promise<void> {
    if (machine.definition || machine.isGone) return;
    try {
        await machine.loadDetails();
    } catch (error) {
        // The event that tells of it may be on its way still.
        await machine.host.refresh();
        if (!machine.isGone) throw error;
    }
}
