// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from './actions.js';
import type {Happening} from './happening.js';
import type {Machine} from './machine.js';
import type {Preparation} from './preparation.js';

/** What a machine tells the list that it is in. */
export interface MachineOwner {
    /** How long a guest may take to shut down where the machine itself does not say, in milliseconds. */
    readonly defaultDeadlineMs: number;
    /** What a machine's start and stop have to do besides; null when there is nothing. */
    readonly preparation: Preparation | null;
    happened(machine: Machine, happening: Happening): void;
    /** Its state, its transition or its failure is another one. */
    machineChanged(machine: Machine): void;
    /** It became active, or ceased to be. */
    activeChanged(machine: Machine): void;
    pathKnown(machine: Machine, path: string): void;
}

/** The last thing that went wrong with a machine and has not been overtaken by events. */
export interface MachineFailure {
    readonly action: MachineAction;
    readonly error: unknown;
}
