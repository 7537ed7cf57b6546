// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong with figures, in words.
import {NoStatisticsError} from '../metrics/metricsErrors.js';
import {_} from '../platform/i18n.js';
import type {Description} from './description.js';

/** @returns null when the error is none of these */
export function describeMetricsProblem(error: unknown): Description | null {
    if (error instanceof NoStatisticsError)
        return {
            category: 'missing',
            title: _('No figures of these machines'),
            body: _(
                'libvirt keeps no statistics for this hypervisor. Look at them from inside the machine; all else works as usual.',
            ),
        };
    return null;
}
