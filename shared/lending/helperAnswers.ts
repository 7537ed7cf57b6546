// SPDX-License-Identifier: GPL-3.0-or-later
// What the helper answers, as results and errors of ours.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Refusal} from '../gpu/handover/handoverErrors.js';
import type {HandoverOutcome, HelperErrorName} from '../gpu/helperInterface.js';
import type {HolderReport} from '../gpu/holders/holders.js';
import {HELPER_BUS_NAME} from '../names.js';
import {CancelledError, HandoverError, messageOf} from '../platform/errors.js';
import {closableApps} from './holderApps.js';
import {
    CardBusyError,
    CardHeldError,
    CardMoveFailedError,
    CardNotBackError,
    CardRefusedError,
    CardStuckError,
    HelperDeniedError,
    HelperFailedError,
    HelperMissingError,
    HelperOldError,
    type HelperPurpose,
    type NamedCard,
} from './lendingErrors.js';

/** What the bus says when nobody has the name and nothing starts it. */
const MISSING = new Set([
    'org.freedesktop.DBus.Error.ServiceUnknown',
    'org.freedesktop.DBus.Error.NameHasNoOwner',
]);
const OLD = new Set([
    'org.freedesktop.DBus.Error.UnknownMethod',
    'org.freedesktop.DBus.Error.UnknownInterface',
    'org.freedesktop.DBus.Error.UnknownObject',
    'org.freedesktop.DBus.Error.InvalidArgs',
]);

/** No holder at all, where a refusal names another reason. */
export const NOBODY: HolderReport = {
    processes: [],
    consoles: [],
    modules: [],
    groupMembers: [],
    memoryBytes: null,
    uninspected: 0,
    hidden: false,
};

/** What a call of the helper failed with. @param purpose what it was called for */
export function callFailure(error: unknown, purpose: HelperPurpose = 'move'): unknown {
    if (error instanceof HandoverError) return error;
    // An answer that is no JSON.
    if (error instanceof SyntaxError) return new HelperOldError({cause: error});
    if (!(error instanceof GLib.Error)) return error;
    const name = Gio.DBusError.is_remote_error(error) ? Gio.DBusError.get_remote_error(error) : null;
    // The connection has gone, or the time is over: what the helper does meanwhile is not known.
    if (name === null) return new HelperFailedError(null, messageOf(error), {cause: error});
    if (MISSING.has(name) || name.startsWith('org.freedesktop.DBus.Error.Spawn.'))
        return new HelperMissingError({cause: error});
    if (OLD.has(name)) return new HelperOldError({cause: error});
    if (name === 'org.freedesktop.DBus.Error.AccessDenied')
        return new HelperDeniedError(false, purpose, {cause: error});
    const prefix = `${HELPER_BUS_NAME}.Error.`;
    if (!name.startsWith(prefix)) return new HelperFailedError(null, messageOf(error), {cause: error});
    const errorName = name.slice(prefix.length) as HelperErrorName;
    if (errorName === 'NotAuthorized' || errorName === 'Dismissed')
        return new HelperDeniedError(errorName === 'Dismissed', purpose, {cause: error});
    return new HelperFailedError(errorName, messageOf(error), {cause: error});
}

/**
 * What the end of a handover means.
 *
 * @returns null when it ended well
 */
export function outcomeFailure(
    card: NamedCard,
    outcome: HandoverOutcome,
    uid = ownUid(),
): HandoverError | null {
    const gpu = nameCard(card);
    switch (outcome.kind) {
        case 'done':
            return null;
        case 'cancelled':
            return new CancelledError();
        case 'busy':
            return new CardBusyError(outcome.address);
        case 'stuck':
            return new CardStuckError(gpu, outcome.step, outcome.waitingFor);
        case 'not-back':
            return new CardNotBackError(gpu, outcome.next, outcome.message);
        case 'failed':
            return new CardMoveFailedError(
                gpu,
                outcome.direction,
                outcome.step,
                outcome.restored,
                outcome.standing,
                outcome.message,
            );
        case 'refused':
            return refusalFailure(gpu, outcome.direction, outcome.refusals, uid);
        default:
            return new HelperOldError({cause: new Error(`It answered ${JSON.stringify(outcome)}`)});
    }
}

/** A card that is merely held is another thing than one that cannot be moved at all. */
function refusalFailure(
    gpu: NamedCard,
    direction: CardRefusedError['direction'],
    refusals: readonly Refusal[],
    uid: number,
): HandoverError {
    const stuck = refusals.find(({kind}) => kind === 'stuck');
    if (stuck?.kind === 'stuck')
        return new CardStuckError(
            gpu,
            'check',
            stuck.tasks.map(({name, pid}) => `${name} (${pid})`),
        );
    const lasting = refusals.some(({kind}) => !['held', 'uninspected', 'with-machine'].includes(kind));
    const held = refusals.find(({kind}) => kind === 'held');
    const machine = refusals.find(({kind}) => kind === 'with-machine');
    if (lasting || (!held && !machine)) return new CardRefusedError(gpu, direction, refusals);
    const processes = machine?.kind === 'with-machine' ? machine.processes : [];
    const report = held?.kind === 'held' ? held.holders : {...NOBODY, processes};
    const name = processes[0] ? (guestName(processes[0].command) ?? processes[0].name) : null;
    return new CardHeldError(gpu, name, report, closableApps(report, uid), false, false);
}

/** That a card which a machine needs to start is held, with who of them could be closed. */
export function heldError(
    gpu: NamedCard,
    machine: string | null,
    report: HolderReport,
    uid = ownUid(),
): CardHeldError {
    return new CardHeldError(nameCard(gpu), machine, report, closableApps(report, uid));
}

/** What an error keeps of a card, which may go away while the error is still shown. */
export function nameCard({address, name}: NamedCard): NamedCard {
    return {address, name};
}

function ownUid(): number {
    return new Gio.Credentials().get_unix_user();
}

/** The name that libvirt gives QEMU for its guest. */
function guestName(command: string): string | null {
    return /(?:^| )-name (?:guest=)?([^, ]+)/.exec(command)?.[1] ?? null;
}
