// SPDX-License-Identifier: GPL-3.0-or-later
import type {HostList} from '../shared/hosts/hostList.js';
import {judgeFailures, mostTelling, mustFail, warnOfLosses} from './hostFailures.js';
import {hostAnswers} from './machineSearch.js';
import {type CommonOptions, timeoutMs} from './options.js';

/** Fails when no host can be reached, or not the one that was named, and warns of the others, now and later. */
export async function announceHosts(hosts: HostList, options: CommonOptions): Promise<void> {
    const failures = (await hostAnswers(hosts, timeoutMs(options))).filter(answer => answer !== null);
    judgeFailures(failures, hosts.lists.length, options);
    warnOfLosses(
        hosts.lists.map(({host}) => host),
        options,
    );
}

/** The same for who shows the others' losses in its own way. */
export async function failOfHosts(hosts: HostList, options: CommonOptions): Promise<void> {
    const failures = (await hostAnswers(hosts, timeoutMs(options))).filter(answer => answer !== null);
    if (mustFail(failures, hosts.lists.length, options)) throw mostTelling(failures);
}
