// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong with figures, in words.
import {FiguresLateError, NoStatisticsError} from '../metrics/metricsErrors.js';
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
    if (error instanceof FiguresLateError)
        return {
            category: 'timeout',
            title: _('There was no time for figures'),
            body: _(
                'Figures compare two readings, and the time was over before the second one. Allow more of it than lies between two readings; if it was more, libvirt is slow to answer.',
            ),
            remedy: 'retry',
        };
    return null;
}
