// SPDX-License-Identifier: GPL-3.0-or-later
import {describeProblem} from '../shared/problems/problem.js';
import type {CommonOptions} from './options.js';
import {warn} from './report.js';

export interface HostFailure {
    readonly host: string;
    readonly error: unknown;
}

/** Being refused is what a person can mend, and what hides the machines they look for. */
function mostTelling(failures: readonly HostFailure[]): unknown {
    const denied = failures.find(({error}) => describeProblem(error).category === 'denied');
    return (denied ?? failures[0])?.error;
}

/**
 * Decides what it means that hosts did not answer: a warning for each when another did and none of them was
 * asked for by name, else the failure of the command.
 *
 * @throws what a host failed with
 */
export function judgeFailures(failures: readonly HostFailure[], asked: number, options: CommonOptions): void {
    if (failures.length === 0) return;
    if (options.host !== undefined || failures.length === asked) throw mostTelling(failures);
    for (const {host, error} of failures) warn(host, error, options);
}
