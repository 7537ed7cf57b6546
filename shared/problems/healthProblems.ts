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
            title: _('It could not be noted what is done'),
            body: _(
                'Handover notes in your home folder how to undo things, and could not read or write it there. Make sure that it has room and is yours.',
            ),
            remedy: 'retry',
        };
    return null;
}
