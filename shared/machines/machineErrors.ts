// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainState} from '../libvirt/domainState.js';
import {HandoverError} from '../platform/errors.js';
import type {MachineAction} from './actions.js';

/** The machine's state does not allow the action, e.g. starting one that runs. */
export class NotInThatStateError extends HandoverError {
    readonly kind = 'not-in-that-state';

    constructor(
        readonly machineName: string,
        readonly action: MachineAction,
        readonly state: DomainState,
    ) {
        super(`${action} is not possible while the machine is ${state}`);
    }
}

/** The guest was asked to shut down or restart, and did not within the deadline. */
export class GuestIgnoredError extends HandoverError {
    readonly kind = 'guest-ignored';

    constructor(
        readonly machineName: string,
        readonly action: 'shutdown' | 'reboot',
        readonly deadlineMs: number,
    ) {
        super(`The guest did not ${action} within ${deadlineMs} ms`);
    }
}

/** The machine is no more: undefined, or a transient one that stopped. */
export class MachineGoneError extends HandoverError {
    readonly kind = 'machine-gone';

    constructor(
        readonly machineName: string,
        options: {cause?: unknown} = {},
    ) {
        super('The machine no longer exists', options);
    }
}

/** libvirt refused or failed to do something with a machine. */
export class MachineActionError extends HandoverError {
    readonly kind = 'machine-action';

    constructor(
        readonly machineName: string,
        readonly action: MachineAction,
        options: {cause: unknown},
    ) {
        super(options.cause instanceof Error ? options.cause.message : String(options.cause), options);
    }
}

/** Nothing is called that. */
export class NoSuchMachineError extends HandoverError {
    readonly kind = 'no-such-machine';

    constructor(readonly machineName: string) {
        super('No machine of that name');
    }
}

/** Several machines are called that. */
export class AmbiguousMachineError extends HandoverError {
    readonly kind = 'ambiguous-machine';

    /** @param hosts the ids of the hosts that have one */
    constructor(
        readonly machineName: string,
        readonly hosts: readonly string[],
    ) {
        super('More than one machine has that name');
    }
}

/** Others changed the definition each time that it was about to be written. */
export class DefinitionBusyError extends HandoverError {
    readonly kind = 'definition-busy';

    constructor(readonly machineName: string) {
        super(`The definition of ${machineName} keeps changing`);
    }
}

/** A temporary machine has no definition that is kept. */
export class NotKeptError extends HandoverError {
    readonly kind = 'not-kept';

    constructor(readonly machineName: string) {
        super(`${machineName} is a temporary machine`);
    }
}
