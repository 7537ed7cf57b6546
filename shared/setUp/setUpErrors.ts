// SPDX-License-Identifier: GPL-3.0-or-later
import type {NamedCard} from '../lending/lendingErrors.js';
import {HandoverError} from '../platform/errors.js';
import type {SetUpCheck} from './checks.js';

/** There is nothing to set up: no card at all, or only the desktop's own. */
export class NothingToLendError extends HandoverError {
    readonly kind = 'nothing-to-lend';

    /** @param only the one card that there is; null when there is none */
    constructor(readonly only: NamedCard | null) {
        super(only ? `${only.address} is the only card` : 'There is no card');
    }
}

/** Something that the set-up cannot mend stands in the way. Nothing has been changed. */
export class SetUpBlockedError extends HandoverError {
    readonly kind = 'set-up-blocked';

    constructor(
        readonly cardName: string,
        readonly obstacles: readonly [SetUpCheck, ...SetUpCheck[]],
    ) {
        super(`Not set up: ${obstacles.map(({id}) => id).join(', ')}`);
    }
}

/** The card could be set up, and is not. */
export class NotSetUpError extends HandoverError {
    readonly kind = 'not-set-up';

    constructor(readonly cardName: string) {
        super('Not set up');
    }
}

/** Nobody has agreed to it. Nothing was changed. */
export class NotAgreedError extends HandoverError {
    readonly kind = 'not-agreed';

    /** @param asked whether somebody was there to be asked */
    constructor(readonly asked: boolean) {
        super('Not agreed');
    }
}

/** The card went away, or another one is in its place, while it was set up. */
export class CardVanishedError extends HandoverError {
    readonly kind = 'card-vanished';

    constructor(readonly card: NamedCard) {
        super(`${card.address} is not what it was`);
    }
}

/** A step failed. What the set-up had written before it has been taken back, but for what is named. */
export class SetUpFailedError extends HandoverError {
    readonly kind = 'set-up-failed';

    /**
     * @param step the step that failed
     * @param left files, and machines, in which something has stayed
     */
    constructor(
        readonly step: string,
        readonly left: readonly string[],
        options: {cause: unknown},
    ) {
        super(`The set-up failed at ${step}`, options);
    }
}

export type BadRom = 'path' | 'missing' | 'size' | 'no-rom' | 'other-card';

/** A file is no ROM for this card. */
export class RomFileError extends HandoverError {
    readonly kind = 'rom-file';

    constructor(
        readonly path: string,
        readonly reason: BadRom,
        options: {cause?: unknown} = {},
    ) {
        super(`${path} is no ROM of the card: ${reason}`, options);
    }
}

/** A device of the host is in use. */
export class DeviceInUseError extends HandoverError {
    readonly kind = 'device-in-use';

    /** @param users programs, mounts and networks, as people call them */
    constructor(
        readonly device: string,
        readonly users: readonly string[],
    ) {
        super(`${device} is used by ${users.join(', ')}`);
    }
}

/** Part of a card: it is lent with the card, by the assistant. */
export class PartOfCardError extends HandoverError {
    readonly kind = 'part-of-card';

    constructor(readonly address: string) {
        super(`${address} is a part of a graphics card`);
    }
}

/** The guest has not let a device go. */
export class GuestKeepsDeviceError extends HandoverError {
    readonly kind = 'guest-keeps-device';

    constructor(
        readonly machineName: string,
        readonly device: string,
    ) {
        super(`${machineName} has not let ${device} go`);
    }
}
