// SPDX-License-Identifier: GPL-3.0-or-later
import type {Host} from '../libvirt/host.js';
import {NoStatisticsError} from './metricsErrors.js';
import {readStatistics} from './readStatistics.js';
import type {StatisticsSource} from './sampler.js';

/** The statistics of a host's running machines. No call is made while the host is lost, or when it has none. */
export function statisticsOf(host: Host): StatisticsSource {
    return {
        async ask() {
            if (!host.driver.hasStatistics)
                throw new NoStatisticsError(`${host.driver.id} has no statistics`);
            try {
                const reply = await host.connection().runningStatistics();
                return {read: wanted => readStatistics(reply, wanted)};
            } catch (error) {
                throw await host.verdict(error);
            }
        },
    };
}
