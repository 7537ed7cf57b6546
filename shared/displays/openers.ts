// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../machines/machine.js';
import type {OperationControl} from '../operations/operation.js';
import {opensByItself} from './choices.js';
import {NoClientError} from './displayErrors.js';
import {openClient} from './openClient.js';
import {waitUntilReady} from './readiness.js';

/** Variables for a program that is started. */
export type Environment = Readonly<Record<string, string>>;

/** What follows the start of a machine: it is waited for, and what shows it is opened. */
export interface Openers {
    /** Whether its display is opened where nobody has said whether. */
    wanted(machine: Machine): boolean;
    /** @throws as {@link waitUntilReady} */
    ready(machine: Machine, control: Pick<OperationControl, 'cancellable'>): Promise<void>;
    /** Nothing is opened for a machine that has nothing to open. @throws as {@link openClient} */
    open(machine: Machine, environment?: Environment): Promise<void>;
}

/** @param activation gives the variables that let the window which opens take the focus */
export function openers(activation: () => Environment = () => ({})): Openers {
    return {
        wanted: opensByItself,
        ready: (machine, control) => waitUntilReady(machine, control),
        async open(machine, environment = {}) {
            try {
                await openClient(machine, {...activation(), ...environment});
            } catch (error) {
                if (!(error instanceof NoClientError)) throw error;
            }
        },
    };
}
