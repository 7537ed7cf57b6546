// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../../platform/errors.js';
import type {HolderProcess} from '../holders/holderProcess.js';
import type {HolderReport} from '../holders/holders.js';
import type {PciFunction} from '../pciFunction.js';
import type {StuckTask} from './stuckTasks.js';
import type {Direction, RecordedHandover} from './undoRecord.js';

/** Why a card is not moved. Nothing has been changed when one of these is given. */
export type Refusal =
    /** There is no such card, or several are alike and none is where it was. */
    | {readonly kind: 'absent'; readonly because: 'absent' | 'ambiguous'}
    /** The IOMMU is off, so that nothing can be lent. */
    | {readonly kind: 'no-iommu'}
    /** Linux has no other card to show the desktop on. */
    | {readonly kind: 'only-card'}
    /** It is a part of another card. */
    | {readonly kind: 'virtual'}
    /** Other devices in its group are with Linux and would have to be lent, too. */
    | {readonly kind: 'strangers'; readonly members: readonly PciFunction[]}
    | {readonly kind: 'held'; readonly holders: HolderReport}
    /** Processes could not be looked into, and any of them may hold it. */
    | {readonly kind: 'uninspected'; readonly count: number; readonly hidden: boolean}
    /** Its driver's modules have to be unloaded, and serve these cards, too. */
    | {readonly kind: 'driver-shared'; readonly driver: string; readonly others: readonly PciFunction[]}
    /** A running machine has it. */
    | {readonly kind: 'with-machine'; readonly processes: readonly HolderProcess[]}
    /** The kernel is stuck in an earlier attempt; only a reboot helps. */
    | {readonly kind: 'stuck'; readonly tasks: readonly StuckTask[]}
    /** An earlier handover was cut off or failed, and has to be brought to an end first. */
    | {readonly kind: 'unfinished'; readonly handover: RecordedHandover};

/** A handover was not begun. */
export class HandoverRefused extends HandoverError {
    readonly kind = 'gpu-refused';

    constructor(
        readonly direction: Direction,
        readonly refusals: readonly [Refusal, ...Refusal[]],
    ) {
        super(`Not moved: ${refusals.map(({kind}) => kind).join(', ')}`);
    }
}

/** @throws HandoverRefused when there is any reason */
export function refuse(direction: Direction, refusals: readonly Refusal[]): void {
    const [first, ...others] = refusals;
    if (first) throw new HandoverRefused(direction, [first, ...others]);
}

/** Another handover is under way; there is one at a time. */
export class HandoverBusy extends HandoverError {
    readonly kind = 'gpu-busy';

    /** @param address the card that is being moved */
    constructor(readonly address: string) {
        super(`${address} is being handed over`);
    }
}

/** Where a function is at the end. */
export interface Standing {
    readonly address: string;
    /** False when it is no more on the bus. */
    readonly present: boolean;
    readonly driver: string | null;
}

/** A step failed. */
export class HandoverFailed extends HandoverError {
    readonly kind = 'gpu-failed';

    /**
     * @param step the step that failed
     * @param restored whether the card is as it was before
     * @param standing where its functions are now
     */
    constructor(
        readonly direction: Direction,
        readonly step: string,
        readonly restored: boolean,
        readonly standing: readonly Standing[],
        options: {cause: unknown},
    ) {
        super(`${direction} failed at ${step}`, options);
    }
}

/** The kernel has not come back from a step. Nothing more has been tried, and nothing but a reboot helps. */
export class KernelStuck extends HandoverError {
    readonly kind = 'gpu-stuck';

    /** @param waitingFor what the kernel was asked for, e.g. `write …/unbind` */
    constructor(
        readonly step: string,
        readonly waitingFor: readonly string[],
    ) {
        super(`The kernel has not come back from ${step}: ${waitingFor.join(', ')}`);
    }
}

/** Holders did not go in the time that was given them. */
export class StillHeld extends HandoverError {
    readonly kind = 'gpu-held';

    constructor(readonly holders: HolderReport) {
        super(`Still held by ${holders.processes.map(({name, pid}) => `${name} (${pid})`).join(', ')}`);
    }
}

/** Reading back shows something else than what was written. */
export class NotAsWritten extends HandoverError {
    readonly kind = 'gpu-not-as-written';

    constructor(
        readonly address: string,
        readonly expected: string | null,
        readonly found: string | null,
    ) {
        super(`${address} is with ${found ?? 'no driver'} instead of ${expected ?? 'no driver'}`);
    }
}

/** A record of a handover cannot be kept. */
export class BadRecordError extends HandoverError {
    readonly kind = 'gpu-record';
}
