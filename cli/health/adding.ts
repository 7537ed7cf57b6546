// SPDX-License-Identifier: GPL-3.0-or-later
// `handover health MACHINE --add ROW`, and how it is undone.
import {
    addIntegration,
    type Edited,
    lastAddition,
    takeBackAddition,
} from '../../shared/health/integration/lastingIntegration.js';
import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import type {IntegrationRow} from '../../shared/health/integration/integrationRow.js';
import {editLabel} from '../../shared/health/integration/words.js';
import type {MachineHealth} from '../../shared/health/machineHealth.js';
import type {Machine} from '../../shared/machines/machine.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {agree} from '../agree.js';
import {AlreadyTold} from '../alreadyTold.js';
import type {CommonOptions} from '../options.js';
import {stderr, stdout} from '../output.js';
import {knownUuid} from '../outcome.js';
import {plain} from '../plainText.js';
import type {Addable} from './addable.js';
import {integrationText} from './integrationText.js';
import {textColumns} from '../terminal/tty.js';
import {sharedFolder} from './sharedFolder.js';
import {typedMachine} from './typedMachine.js';

export interface AddingOptions extends CommonOptions {
    readonly yes?: boolean | undefined;
    readonly folder?: string | undefined;
}

/** Gives a machine what a row of its table lacks, where that is its definition's to give. */
export async function addTo(
    machine: Machine,
    wanted: Addable,
    examine: () => Promise<MachineHealth>,
    options: AddingOptions,
): Promise<void> {
    // What cannot be told is not begun.
    stdout.check();
    const told = toldEdit(wanted, options);
    const row = told === null ? ((await rowOf(wanted, examine)) ?? null) : null;
    const edit = told ?? row?.edit ?? null;
    if (edit === null && row?.pending) return await tellPending(machine, row, options);
    if (edit === null) return await tellWithout(machine, wanted, row, options);
    if (!options.json) stdout.write(`${_('This would be done:')}\n  • ${plain(editLabel(edit))}\n`);
    if (!options.yes) {
        if (options.json) return stdout.json(addingJson(machine, 'add', wanted, null));
        await agree(fill(_('Change the definition of {machine}?'), {machine: machine.name}));
    }
    const edited = await addIntegration(machine, wanted, edit);
    if (options.json) return stdout.json(addingJson(machine, 'add', wanted, edited));
    stdout.line(edited.changed ? _('It is added.') : _('The definition has it already.'));
    if (edited.needsRestart || (!edited.changed && machine.active)) stdout.line(plain(restartLine(machine)));
    if (edit.kind === 'shared-folder')
        stdout.line(`${_('To be typed in the guest, on Linux:')} mount -t virtiofs ${edit.tag} /mnt`);
    if (edited.changed) stdout.line(`${_('To undo it:')} handover health ${typedMachine(machine)} --undo`);
}

/** What is to be added where the table does not have to tell. */
function toldEdit(wanted: Addable, {folder}: AddingOptions): IntegrationEdit | null {
    return wanted === 'shared-folders' && folder !== undefined ? sharedFolder(folder) : null;
}

/** Takes back what the machine was given last. */
export async function takeBackFrom(machine: Machine, options: AddingOptions): Promise<void> {
    stdout.check();
    const last = await lastAddition(machine);
    if (last === null) {
        if (options.json) return stdout.json(addingJson(machine, 'undo', null, null));
        return stderr.line(_('Nothing was added that could be taken back.'));
    }
    const {row} = last;
    if (!options.json)
        stdout.line(
            plain(
                fill(_('What {machine} was given for “{row}” would be taken back.'), {
                    machine: machine.name,
                    row,
                }),
            ),
        );
    if (!options.yes) {
        if (options.json) return stdout.json(addingJson(machine, 'undo', row, null));
        await agree(fill(_('Change the definition of {machine}?'), {machine: machine.name}));
    }
    const edited = await takeBackAddition(machine, last);
    if (options.json) return stdout.json(addingJson(machine, 'undo', row, edited));
    stdout.line(_('It is taken back.'));
    if (edited.needsRestart) stdout.line(plain(restartLine(machine)));
}

async function rowOf(
    wanted: Addable,
    examine: () => Promise<MachineHealth>,
): Promise<IntegrationRow | undefined> {
    return (await examine()).integration.find(({id}) => id === wanted);
}

/** There is nothing in the definition that would help. */
async function tellWithout(
    machine: Machine,
    wanted: Addable,
    row: IntegrationRow | null,
    options: AddingOptions,
): Promise<void> {
    // What could not be measured is not the definition's: that has been looked at.
    const needless = row !== null && row.status !== 'missing';
    if (options.json) stdout.json(addingJson(machine, 'add', wanted, null));
    else if (row) stdout.write(integrationText([row], () => null, await textColumns()));
    if (needless) {
        if (!options.json) stdout.line(_('There is nothing to be added to the definition.'));
        return;
    }
    if (!options.json)
        stderr.line(_('Handover cannot add this by itself; what was read, and what to do, stands above.'));
    throw new AlreadyTold();
}

/** Somebody has added it since the machine was started. */
async function tellPending(machine: Machine, row: IntegrationRow, options: AddingOptions): Promise<void> {
    const edited = {changed: false, needsRestart: true};
    if (options.json) return stdout.json(addingJson(machine, 'add', row.id, options.yes ? edited : null));
    stdout.write(integrationText([row], () => null, await textColumns()));
    stdout.line(_('The definition has it already.'));
    stdout.line(plain(restartLine(machine)));
}

function restartLine(machine: Machine): string {
    return fill(_('{machine} runs: that holds once it was shut down and started again.'), {
        machine: machine.name,
    });
}

function addingJson(
    machine: Machine,
    action: 'add' | 'undo',
    row: string | null,
    edited: Edited | null,
): object {
    return {
        name: machine.name,
        uuid: knownUuid(machine),
        host: machine.host.id,
        action,
        row,
        applied: edited !== null,
        changed: edited?.changed ?? false,
        needsRestart: edited?.needsRestart ?? false,
    };
}
