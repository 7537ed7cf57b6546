// SPDX-License-Identifier: GPL-3.0-or-later
import type {Host} from '../shared/libvirt/host.js';
import {describeProblem} from '../shared/problems/problem.js';
import type {CommonOptions} from './options.js';
import {warn} from './report.js';

export interface HostFailure {
    readonly host: string;
    readonly error: unknown;
}

/**
 * Warns whenever one of these hosts is lost.
 *
 * @returns a function that ends it
 */
export function warnOfLosses(hosts: readonly Host[], options: CommonOptions): () => void {
    const ids = hosts.map(host =>
        host.connect('notify::state', () => {
            if (host.state === 'lost') warn(host.id, host.error, options);
        }),
    );
    return () => ids.forEach((id, index) => hosts[index]!.disconnect(id));
}

/** Being refused is what a person can mend, and what hides the machines they look for. */
export function mostTelling(failures: readonly HostFailure[]): unknown {
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
    if (mustFail(failures, asked, options)) throw mostTelling(failures);
    for (const {host, error} of failures) warn(host, error, options);
}

/** Whether hosts that did not answer are the failure of the command. */
export function mustFail(failures: readonly HostFailure[], asked: number, options: CommonOptions): boolean {
    return failures.length > 0 && (options.host !== undefined || failures.length === asked);
}
