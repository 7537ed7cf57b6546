// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {openers} from '../../shared/displays/openers.js';
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import {HelperClient} from '../../shared/gpu/helperClient.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import {Lending} from '../../shared/lending/lending.js';
import {ReturnWatch} from '../../shared/lending/returnWatch.js';
import {Bus} from '../../shared/platform/bus.js';
import type {CardServices} from './appCards.js';

/** Opens everything that the app needs to show cards and to move them. */
export async function openServices(hosts: HostList): Promise<CardServices> {
    const [cards, helper] = await Promise.all([FollowedCards.open(hosts), openHelper()]);
    return {
        cards,
        helper,
        lending: new Lending(cards, helper, openers()),
        watch: new ReturnWatch(cards, helper),
    };
}

/** This does not start the helper: the first call does. */
async function openHelper(): Promise<HelperClient | null> {
    try {
        return new HelperClient(await Bus.open('system'));
    } catch (error) {
        // Without a system bus there is no helper; every face says so when it is asked to move a card.
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}
