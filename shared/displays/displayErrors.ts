// SPDX-License-Identifier: GPL-3.0-or-later
import type {ClientKind, ReadyKind} from '../definition/displayMetadata.js';
import {HandoverError} from '../platform/errors.js';

/** A program that shows machines. */
export type Client = Exclude<ClientKind, 'none'>;

/** The program that would show the machine is not installed. */
export class ClientMissingError extends HandoverError {
    readonly kind = 'client-missing';

    constructor(readonly client: Client) {
        super(`There is no program for ${client}`);
    }
}

/** The program that would show the machine could not be started. */
export class ClientFailedError extends HandoverError {
    readonly kind = 'client-failed';

    constructor(
        readonly client: Client,
        options: {cause?: unknown} = {},
    ) {
        super(`The program for ${client} could not be started`, options);
    }
}

/** systemd said no, or the program could not be executed. */
export class UnitFailedError extends HandoverError {
    readonly kind = 'unit-failed';
}

/** What a client needs of a machine: a VNC display, memory shared with Looking Glass, an address in the network. */
export type ClientNeed = 'vnc' | 'memory' | 'address';

/** The machine has not what its client needs. */
export class ClientUnfitError extends HandoverError {
    readonly kind = 'client-unfit';

    constructor(
        readonly machineName: string,
        readonly client: Client,
        readonly needs: ClientNeed,
    ) {
        super(`${client} needs ${needs}`);
    }
}

/** Nothing opens for this machine: it has no display, or its settings say so. */
export class NoClientError extends HandoverError {
    readonly kind = 'no-client';

    constructor(readonly machineName: string) {
        super('Nothing is to be opened for the machine');
    }
}

/** The machine is off, so there is nothing to see. */
export class MachineOffError extends HandoverError {
    readonly kind = 'machine-off';

    constructor(readonly machineName: string) {
        super('The machine is off');
    }
}

/** The machine runs, but what was to show that it is ready has not come. */
export class NotReadyError extends HandoverError {
    readonly kind = 'not-ready';

    constructor(
        readonly machineName: string,
        readonly ready: ReadyKind,
        readonly deadlineMs: number,
    ) {
        super(`No sign of ${ready} within ${deadlineMs} ms`);
    }
}

/** The machine ended while it was waited for. */
export class EndedBeforeReadyError extends HandoverError {
    readonly kind = 'ended-before-ready';

    constructor(readonly machineName: string) {
        super('The machine ended before it was ready');
    }
}
