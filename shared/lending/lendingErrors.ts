// SPDX-License-Identifier: GPL-3.0-or-later
// What can go wrong when a card is lent or brought back, as classes; shared/problems puts them into words.
import type {Rung} from '../gpu/handover/forceBack.js';
import type {Refusal, Standing} from '../gpu/handover/handoverErrors.js';
import type {Direction} from '../gpu/handover/undoRecord.js';
import type {HelperErrorName} from '../gpu/helperInterface.js';
import type {HolderReport} from '../gpu/holders/holders.js';
import {HandoverError} from '../platform/errors.js';
import type {HolderApp} from './holderApps.js';

/** A card as an error names it. */
export interface NamedCard {
    readonly address: string;
    readonly name: string;
}

/** Programs, or another machine, have the card. Nothing has been changed. */
export class CardHeldError extends HandoverError {
    readonly kind = 'card-held';

    /**
     * @param machine name of the machine that has it; null when none is known to
     * @param report all who hold it
     * @param closable programs of this user that could be closed
     * @param triedClosing whether they were asked and told to end, and did not: a second word is needed for force
     * @param starts whether this keeps a machine from starting, so that the start itself can help; else the card alone
     * was asked for
     */
    constructor(
        readonly gpu: NamedCard,
        readonly machine: string | null,
        readonly report: HolderReport,
        readonly closable: readonly HolderApp[],
        readonly triedClosing = false,
        readonly starts = true,
    ) {
        super(`${gpu.address} is held`);
    }

    /** The same, when closing has been tried. */
    afterClosing(): CardHeldError {
        return new CardHeldError(this.gpu, this.machine, this.report, this.closable, true, this.starts);
    }

    /** The same, when the card was asked for to start a machine. */
    forStart(): CardHeldError {
        return new CardHeldError(this.gpu, this.machine, this.report, this.closable, this.triedClosing);
    }

    /** Whether it would be free if those that can be closed were. */
    get closingHelps(): boolean {
        const {processes, consoles} = this.report;
        return (
            this.machine === null &&
            consoles.length === 0 &&
            this.closable.length > 0 &&
            processes.every(
                ({pid, role}) => role === 'driver-service' || this.closable.some(app => app.pid === pid),
            )
        );
    }
}

/** The card cannot be moved, for reasons that are not its users. Nothing has been changed. */
export class CardRefusedError extends HandoverError {
    readonly kind = 'card-refused';

    constructor(
        readonly gpu: NamedCard,
        readonly direction: Direction,
        readonly refusals: readonly Refusal[],
    ) {
        super(`${gpu.address} is not moved: ${refusals.map(({kind}) => kind).join(', ')}`);
    }
}

/** A step of a handover failed. */
export class CardMoveFailedError extends HandoverError {
    readonly kind = 'card-move-failed';

    /**
     * @param step the helper's name of the step
     * @param restored whether the card is as it was before
     * @param standing where its functions are now
     */
    constructor(
        readonly gpu: NamedCard,
        readonly direction: Direction,
        readonly step: string,
        readonly restored: boolean,
        readonly standing: readonly Standing[],
        message: string,
    ) {
        super(`${direction} of ${gpu.address} failed at ${step}: ${message}`);
    }
}

/** The kernel does not come back from a step: only a restart of the computer helps. */
export class CardStuckError extends HandoverError {
    readonly kind = 'card-stuck';

    /** @param waitingFor what the kernel was asked for; empty when that is not known here */
    constructor(
        readonly gpu: NamedCard,
        readonly step: string,
        readonly waitingFor: readonly string[],
    ) {
        super(`${gpu.address} is stuck at ${step}: ${waitingFor.join(', ')}`);
    }
}

/** The card has not come back to Linux. */
export class CardNotBackError extends HandoverError {
    readonly kind = 'card-not-back';

    /** @param next what can be tried; `reboot` is the end */
    constructor(
        readonly gpu: NamedCard,
        readonly next: Rung | 'reboot',
        message: string,
        options: {cause?: unknown} = {},
    ) {
        super(`${gpu.address} has not come back: ${message}`, options);
    }
}

/** Another card, or this one, is being moved, and that does not end. */
export class CardBusyError extends HandoverError {
    readonly kind = 'card-busy';

    /** @param address of the card that is being moved */
    constructor(readonly address: string) {
        super(`${address} is being moved`);
    }
}

/** The machine's definition names a host device that is not there. */
export class HostDeviceMissingError extends HandoverError {
    readonly kind = 'host-device-missing';

    constructor(
        readonly machineName: string,
        readonly address: string,
    ) {
        super(`There is no PCI device ${address}`);
    }
}

/** The helper is not installed, so that nothing can be moved safely. */
export class HelperMissingError extends HandoverError {
    readonly kind = 'helper-missing';

    constructor(options: {cause?: unknown} = {}) {
        super('The helper is not installed', options);
    }
}

/** The helper that runs does not know what it was asked for: it is older than this program. */
export class HelperOldError extends HandoverError {
    readonly kind = 'helper-old';

    constructor(options: {cause?: unknown} = {}) {
        super('The helper is older than this program', options);
    }
}

/** What the helper was asked for. */
export type HelperPurpose = 'look' | 'move' | 'set-up';

/** polkit does not allow it. */
export class HelperDeniedError extends HandoverError {
    readonly kind = 'helper-denied';

    /** @param cancelled whether a person was asked and called it off */
    constructor(
        readonly cancelled: boolean,
        readonly purpose: HelperPurpose = 'move',
        options: {cause?: unknown} = {},
    ) {
        super('The helper is not allowed to do it', options);
    }
}

/** The helper gave another error, or ended before it answered. */
export class HelperFailedError extends HandoverError {
    readonly kind = 'helper-failed';

    /** @param errorName the helper's own name of it; null when it has ended, or the bus has */
    constructor(
        readonly errorName: HelperErrorName | null,
        message: string,
        options: {cause?: unknown} = {},
    ) {
        super(message, options);
    }
}
