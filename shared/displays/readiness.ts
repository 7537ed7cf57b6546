// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {DefinitionError} from '../definition/definitionError.js';
import {type ReadyWhen, SUNSHINE_PORT} from '../definition/displayMetadata.js';
import {LibvirtError} from '../libvirt/libvirtErrors.js';
import type {Machine} from '../machines/machine.js';
import type {OperationControl} from '../operations/operation.js';
import {delay, onCancelled} from '../platform/clock.js';
import type {HandoverError} from '../platform/errors.js';
import {CancelledError} from '../platform/errors.js';
import {readyOf} from './choices.js';
import {EndedBeforeReadyError, NotReadyError} from './displayErrors.js';
import {guestAddress} from './guestAddress.js';
import {isMemoryPresent, lookingGlassMemory} from './lookingGlass.js';
import {isPortOpen, sunshineState} from './network.js';

/** How long a machine may take until it is ready, in milliseconds: Windows with updates to finish takes its time. */
const READY_MS = 180_000;

/** How long (ms) what nothing tells of is left alone between two looks. */
const LOOK_MS = 500;

/** An agent that is there announces itself; this long (ms) after a refusal it is asked all the same. */
const AGENT_MS = 10_000;

/** A guest may announce its agent without end; between two questions lies at least this long (ms). */
const AGAIN_MS = 100;

/** One way to see that a machine is ready. */
interface Sign {
    look(cancellable: Gio.Cancellable): Promise<boolean>;
    /** Until the next look is worth it. */
    pause(cancellable: Gio.Cancellable): Promise<void>;
    close?(): void;
}

/**
 * Waits until a machine that has just started is ready, as its metadata or else its definition says what that means.
 *
 * @param deadlineMs how long it may take
 * @throws NotReadyError when it takes longer, EndedBeforeReadyError, CancelledError, or what libvirt could not be asked
 *   for
 */
export async function waitUntilReady(
    machine: Machine,
    control: Pick<OperationControl, 'cancellable'>,
    deadlineMs = READY_MS,
): Promise<void> {
    try {
        await machine.loadDetails();
    } catch (error) {
        // What cannot be read says nothing of being ready.
        if (error instanceof DefinitionError) return;
        throw error;
    }
    const ready = readyOf(machine);
    if (ready.kind === 'started') return;

    const waiting = new Gio.Cancellable();
    let reason: HandoverError | null = null;
    const end = (error: HandoverError): void => {
        reason ??= error;
        waiting.cancel();
    };
    const look = (): void => {
        if (!machine.active) end(new EndedBeforeReadyError(machine.name));
    };
    const ids = [machine.connect('notify::state', look), machine.connect('gone', look)];
    const release = onCancelled(control.cancellable, () => end(new CancelledError()));
    delay(deadlineMs, waiting).then(
        () => end(new NotReadyError(machine.name, ready.kind, deadlineMs)),
        () => undefined,
    );
    const sign = signOf(machine, ready);
    try {
        look();
        await untilSeen(sign, waiting);
    } catch (error) {
        throw reason ?? error;
    } finally {
        for (const id of ids) machine.disconnect(id);
        release();
        sign.close?.();
        waiting.cancel();
    }
}

/**
 * Waits for the first answer of a running machine's guest agent, however long that takes.
 *
 * @throws CancelledError, or what libvirt could not be asked for
 */
export async function waitForAgent(machine: Machine, cancellable: Gio.Cancellable): Promise<void> {
    const sign = agentSign(machine);
    try {
        await untilSeen(sign, cancellable);
    } finally {
        sign.close?.();
    }
}

async function untilSeen(sign: Sign, waiting: Gio.Cancellable): Promise<void> {
    // A call to libvirt cannot be called off, but need not be waited for.
    let release = (): void => undefined;
    const cancelled = new Promise<never>((_resolve, reject) => {
        release = onCancelled(waiting, () => reject(new CancelledError()));
    });
    cancelled.catch(() => undefined);
    try {
        while (!(await Promise.race([sign.look(waiting), cancelled])))
            await Promise.race([sign.pause(waiting), cancelled]);
    } finally {
        release();
    }
}

function signOf(machine: Machine, ready: ReadyWhen): Sign {
    switch (ready.kind) {
        case 'started':
            return looks(() => Promise.resolve(true));
        case 'agent':
            return agentSign(machine);
        case 'tcp':
            return looks(async cancellable => {
                const host = ready.host ?? (await addressIfKnown(machine));
                return host !== null && (await isPortOpen(host, ready.port!, cancellable));
            });
        case 'sunshine':
            return looks(async cancellable => {
                const host = ready.host ?? (await addressIfKnown(machine));
                if (host === null) return false;
                return (await sunshineState(host, ready.port ?? SUNSHINE_PORT, cancellable)) !== null;
            });
        case 'looking-glass':
            return looks(async cancellable => {
                const memory = machine.definition && lookingGlassMemory(machine.definition);
                return memory !== null && (await isMemoryPresent(memory, cancellable));
            });
    }
}

/** No event tells of leases, of ports in a guest, or of files that QEMU makes. */
function looks(look: Sign['look']): Sign {
    return {look, pause: cancellable => delay(LOOK_MS, cancellable)};
}

/** libvirt tells when an agent comes or goes; that it answers is seen by asking it. */
function agentSign(machine: Machine): Sign {
    let announced = false;
    let wake = (): void => undefined;
    const unfollow = machine.host.follow({
        reconcile: () => undefined,
        domainEvent: () => undefined,
        domainSignal(path, member) {
            if (member !== 'AgentEvent' || path !== machine.path) return;
            announced = true;
            wake();
        },
    });
    return {
        async look() {
            announced = false;
            return await agentAnswers(machine);
        },
        async pause(cancellable) {
            await delay(AGAIN_MS, cancellable);
            // It may have come while libvirt was still saying no.
            if (announced) return;
            const timer = new Gio.Cancellable();
            const release = onCancelled(cancellable, () => timer.cancel());
            await new Promise<void>(resolve => {
                wake = resolve;
                delay(AGENT_MS, timer).then(resolve, resolve);
            });
            release();
            timer.cancel();
        },
        close: unfollow,
    };
}

async function agentAnswers(machine: Machine): Promise<boolean> {
    try {
        await (await machine.client()).askAgent();
        return true;
    } catch (error) {
        return refused(await machine.host.verdict(error), false);
    }
}

async function addressIfKnown(machine: Machine): Promise<string | null> {
    try {
        return await guestAddress(machine);
    } catch (error) {
        return refused(error, null);
    }
}

/** libvirt's no is an answer; that it cannot be reached, or has lost the machine, is not. */
function refused<T>(error: unknown, otherwise: T): T {
    if (error instanceof LibvirtError) return otherwise;
    throw error;
}
