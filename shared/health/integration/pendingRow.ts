// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../../definition/definition.js';
import {_} from '../../platform/i18n.js';
import type {MachineFacts} from '../machine/machineFacts.js';
import {withIntegration} from './integrationEdit.js';
import type {IntegrationRow} from './integrationRow.js';

/**
 * What a machine lacks as it runs may stand in its definition already, for its next start: then there is nothing to be
 * added any more.
 */
export function unlessPending(
    row: IntegrationRow,
    {definition, kept}: Pick<MachineFacts, 'definition' | 'kept'>,
): IntegrationRow {
    if (row.status !== 'missing' || kept === null || !isGiven(row, definition, kept)) return row;
    return {
        ...row,
        fix: _(
            'It has been added, and comes with the machine’s next start: shut it down, and start it again.',
        ),
        edit: null,
        pending: true,
    };
}

function isGiven({id, edit}: IntegrationRow, running: Definition, kept: Definition): boolean {
    if (edit !== null)
        return withIntegration(running, edit) !== running && withIntegration(kept, edit) === kept;
    // Which folder is to be shared is known to who asks for it only.
    return id === 'shared-folders' && running.filesystems.length === 0 && kept.filesystems.length > 0;
}
