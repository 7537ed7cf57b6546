// SPDX-License-Identifier: GPL-3.0-or-later
import type {Report} from './report.js';
import type {TestMachines} from './testMachines.js';

/** What every measurement is given. */
export interface Bench {
    readonly report: Report;
    readonly machines: TestMachines;
    /** The Shell's major version. */
    readonly gnome: string;
    /** How many times each thing is measured. */
    readonly runs: number;
    /** Shorter waits and fewer rounds, to see that everything works; the figures are rough. */
    readonly quick: boolean;
    /** The folder of the bundled files of the bench. */
    readonly bundles: string;
}
