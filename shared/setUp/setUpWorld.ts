// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HelperClient} from '../gpu/helperClient.js';
import {here} from '../gpu/here.js';
import {Bus} from '../platform/bus.js';
import type {SetUpWorld} from './setUpFacts.js';

/** This computer, as the user's programs see it. The helper is not started by this. */
export async function openWorld(): Promise<SetUpWorld> {
    const {root, holderOptions} = here();
    return {root, holderOptions, system: await openSystem()};
}

async function openSystem(): Promise<SetUpWorld['system']> {
    try {
        const bus = await Bus.open('system');
        return {bus, helper: new HelperClient(bus)};
    } catch (error) {
        // Without a system bus there is no helper, which is a finding of its own.
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}
