// SPDX-License-Identifier: GPL-3.0-or-later
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import {_} from '../../shared/platform/i18n.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {cardJson} from '../gpu/cardJson.js';
import {findCard} from '../gpu/cardSearch.js';
import {cardsText} from '../gpu/cardText.js';
import {completeView} from '../gpu/completeView.js';
import {helperHere} from '../gpu/helperHere.js';
import {localCards} from '../gpu/localCards.js';
import type {LookedAt} from '../gpu/lookedAt.js';
import {followHosts, hostAnswers} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {warn} from '../report.js';
import {hostsToAsk} from '../settings.js';

export interface GpuStatusOptions extends CommonOptions {
    readonly names?: boolean | undefined;
}

/** `handover gpu status` */
export async function gpuStatus(options: GpuStatusOptions, wanted: string | undefined): Promise<void> {
    if (options.names) {
        const cards = await localCards();
        for (const {address} of chosen(cards, wanted)) stdout.line(address);
        return;
    }
    const cards = await lookAtCards(options, wanted);
    if (options.json) stdout.json(cards.map(cardJson));
    else if (cards.length === 0) stderr.line(_('There is no graphics card.'));
    else stdout.write(cardsText(cards));
}

function chosen(cards: readonly Gpu[], wanted: string | undefined): readonly Gpu[] {
    return wanted === undefined ? cards : [findCard(cards, wanted)];
}

async function lookAtCards(options: CommonOptions, wanted: string | undefined): Promise<LookedAt[]> {
    const hosts = followHosts(await hostsToAsk(options));
    const limit = timeoutMs(options);
    const followed = new FollowedCards(hosts);
    // sysfs answers without libvirt: what a host does not tell is missing, and said.
    const failures = (await hostAnswers(hosts, limit)).filter(answer => answer !== null);
    for (const {host, error} of failures) warn(host, error, options);
    let allAsked = failures.length === 0;
    try {
        const look = followed.lookOnce();
        await (limit === undefined ? look : withDeadline('libvirt', limit, look));
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        allAsked = false;
        warn('libvirt', error, options);
    }
    const helper = await helperHere();
    const cards = await Promise.all(
        chosen(followed.list.gpus, wanted).map(async gpu => {
            const [details, own] = await Promise.all([gpu.readDetails(), followed.findHolders(gpu)]);
            return {gpu, details, holders: await completeView(gpu.address, own, helper), allAsked};
        }),
    );
    followed.close();
    hosts.close();
    return cards;
}
