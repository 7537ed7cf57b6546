// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HelperClient} from '../../shared/gpu/helperClient.js';
import {Bus} from '../../shared/platform/bus.js';

/**
 * The system bus.
 *
 * @returns null where there is none
 */
export async function systemBus(): Promise<Bus | null> {
    try {
        return await Bus.open('system');
    } catch (error) {
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}

/** The helper, which is not started by this; null where there is no bus to reach it on. */
export async function helperHere(): Promise<HelperClient | null> {
    const bus = await systemBus();
    return bus && new HelperClient(bus);
}
