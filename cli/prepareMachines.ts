// SPDX-License-Identifier: GPL-3.0-or-later
import {openers} from '../shared/displays/openers.js';
import {FollowedCards} from '../shared/gpu/followedCards.js';
import type {HostList} from '../shared/hosts/hostList.js';
import {Lending} from '../shared/lending/lending.js';
import {AskingHelper} from './gpu/askingHelper.js';
import {systemBus} from './gpu/helperHere.js';
import {PasswordAgent} from './gpu/passwordAgent.js';

/**
 * Has machines take their graphics cards at a start, and watches the cards come back at a stop.
 *
 * @returns what is to be called when that is over
 */
export async function prepareMachines(hosts: HostList): Promise<() => void> {
    const [cards, bus] = await Promise.all([FollowedCards.open(hosts), systemBus()]);
    const agent = new PasswordAgent();
    const helper = bus && new AskingHelper(bus, agent);
    hosts.preparation = new Lending(cards, helper, openers());
    return () => {
        hosts.preparation = null;
        agent.close();
        cards.close();
    };
}
