// SPDX-License-Identifier: GPL-3.0-or-later
import {PartChangedError} from '../health/integration/partChangedError.js';
import {_, fill} from '../platform/i18n.js';
import {StateFileError} from '../platform/stateFile.js';
import type {Description} from './description.js';

/** @returns null when the error is none of these */
export function describeHealth(error: unknown): Description | null {
    if (error instanceof PartChangedError)
        return {
            category: 'failed',
            title: fill(_('{machine} has changed since'), {machine: error.machineName}),
            body: fill(
                _(
                    'What was added stands in <{place}>, which somebody has changed. Nothing was changed; edit the definition by hand.',
                ),
                {place: error.place},
            ),
        };
    if (error instanceof StateFileError)
        return {
            category: 'failed',
            title: _('Handover’s notes cannot be read or written'),
            body: _(
                'In your home folder it notes how to undo things, and how long machines took to start. Make sure that there is room and that the folder is yours.',
            ),
            remedy: 'retry',
        };
    return null;
}
