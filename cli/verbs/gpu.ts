// SPDX-License-Identifier: GPL-3.0-or-later
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import {_} from '../../shared/platform/i18n.js';
import {HostList} from '../../shared/hosts/hostList.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {cardJson} from '../gpu/cardJson.js';
import {cardsText} from '../gpu/cardText.js';
import type {LookedAt} from '../gpu/lookedAt.js';
import {followHosts, hostAnswers} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {warn} from '../report.js';
import {hostsToAsk} from '../settings.js';

/** `handover gpu status` */
export async function gpuStatus(options: CommonOptions): Promise<void> {
    const cards = await lookAtCards(options);
    if (options.json) stdout.json(cards.map(cardJson));
    else if (cards.length === 0) stderr.line(_('There is no graphics card.'));
    else stdout.write(cardsText(cards));
}

async function lookAtCards(options: CommonOptions): Promise<LookedAt[]> {
    const hosts = await followThem(options);
    const limit = timeoutMs(options);
    const followed = new FollowedCards(hosts);
    // sysfs answers without libvirt: what a host does not tell is missing, and said.
    const failures = (await hostAnswers(hosts, limit)).filter(answer => answer !== null);
    for (const {host, error} of failures) warn(host, error, options);
    let allAsked = failures.length === 0 && hosts.lists.length > 0;
    try {
        const read = followed.claims.whenRead();
        await (limit === undefined ? read : withDeadline('libvirt', limit, read));
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        allAsked = false;
        warn('libvirt', error, options);
    }
    await followed.list.refresh();
    const cards = await Promise.all(
        followed.list.gpus.map(async gpu => {
            const [details, holders] = await Promise.all([gpu.readDetails(), followed.findHolders(gpu)]);
            return {gpu, details, holders, allAsked};
        }),
    );
    followed.close();
    hosts.close();
    return cards;
}

/** The hosts; none, with a warning, where the settings name none that is known. */
async function followThem(options: CommonOptions): Promise<HostList> {
    try {
        return followHosts(await hostsToAsk(options));
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        warn('libvirt', error, options);
        return new HostList();
    }
}
