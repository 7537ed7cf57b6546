// SPDX-License-Identifier: GPL-3.0-or-later
import type {OperationControl} from '../operations/operation.js';
import type {Machine} from './machine.js';

/** What to do about a card that is held when a machine wants it. */
export type WhenHeld =
    /** Does not start, and says who holds it. */
    | 'refuse'
    /** Asks the programs to end, then tells them to, and starts. */
    | 'close'
    /** The same, and ends with force what does not. */
    | 'force-close'
    /** Waits until it is free, and starts. */
    | 'wait';

/** How a machine is to be started. */
export interface StartOptions {
    /** `refuse` unless told. */
    readonly held?: WhenHeld;
    /** Whether its display is opened when it is ready; where this says nothing, the machine does. */
    readonly open?: boolean;
}

/**
 * What is to be done before a machine starts and after it has stopped, by a capability above machines.
 *
 * Each of these is a part of the machine's operation: it begins steps of its own, and what it throws is the
 * operation's error.
 */
export interface Preparation {
    /** Runs inside the start operation before libvirt is asked; throws when it must not start, and undoes its own. */
    beforeStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void>;
    /** After it runs: waits until ready and opens its display where that is wanted (steps `ready`, `open`). */
    afterStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void>;
    /** After a stop that was asked of us (shutdown, force-off, save) has been confirmed (steps `return`, `verify`). */
    afterStop(machine: Machine, control: OperationControl): Promise<void>;
    /** The start that was prepared did not come about: puts back what `beforeStart` did. */
    startFailed(machine: Machine, control: OperationControl): Promise<void>;
}
