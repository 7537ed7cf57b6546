// SPDX-License-Identifier: GPL-3.0-or-later
import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import type {RowId} from '../../shared/health/integration/integrationRow.js';
import {editLabel} from '../../shared/health/integration/words.js';
import type {Machine} from '../../shared/machines/machine.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import {ask} from '../widgets/ask.js';
import type {Window} from '../window.js';

/**
 * Gives a machine what its definition lacks, after asking, and offers to take it back.
 *
 * @param row what it is for
 * @param changed called after the definition was written
 */
export async function addToMachine(
    window: Window,
    machine: Machine,
    row: RowId,
    edit: IntegrationEdit,
    changed: () => void,
): Promise<void> {
    const lines = [`${editLabel(edit)}.`, _('Its definition is changed. This can be undone.')];
    if (machine.active) lines.push(_('It comes into force when the machine is shut down and started again.'));
    const wanted = await ask(window, {
        heading: _('Add to the machine?'),
        body: lines.join('\n\n'),
        yes: _('_Add'),
    });
    if (!wanted || machine.isGone) return;
    await telling(window, async () => {
        const {addIntegration, takeBackAddition} =
            await import('../../shared/health/integration/lastingIntegration.js');
        // It is remembered beyond this window, and for the terminal.
        const {needsRestart, addition} = await addIntegration(machine, row, edit);
        changed();
        // What it was given meanwhile by somebody else waits as well.
        const waits = needsRestart || (addition === null && machine.active);
        const said = waits ? _('{name} has it from its next start on') : _('{name} has it now');
        // Somebody else may have given it the same meanwhile: that is not ours to take back.
        const undo = addition && {
            label: _('Undo'),
            callback: () =>
                void telling(window, async () => {
                    await takeBackAddition(machine, addition);
                    changed();
                    window.toast(fill(_('{name} is as it was'), {name: machine.shortName}));
                }),
        };
        window.toast(fill(said, {name: machine.shortName}), undo ?? undefined);
    });
}

/** What goes wrong is told where the person looks. */
async function telling(window: Window, work: () => Promise<void>): Promise<void> {
    try {
        await work();
    } catch (error) {
        const problem = describeProblem(error);
        window.toast(problem.title, {
            label: _('Details'),
            callback: () => showProblemDialog(window, problem),
        });
    }
}
