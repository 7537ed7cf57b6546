// SPDX-License-Identifier: GPL-3.0-or-later
// Edits that can be undone later, by another program or after the machine has changed otherwise.
import {uuidOfDomainPath} from '../../libvirt/objectPath.js';
import type {Machine} from '../../machines/machine.js';
import {redefine} from '../../machines/redefinition.js';
import {applyIntegration} from '../machineHealth.js';
import {type Addition, AdditionLog} from './additionLog.js';
import {changedParts, withPartsBack} from './changedParts.js';
import type {IntegrationEdit} from './integrationEdit.js';

/** What came of an edit. */
export interface Edited {
    /** Whether anything was changed. */
    readonly changed: boolean;
    /** Whether it comes into force at the machine's next start only. */
    readonly needsRestart: boolean;
}

/** What came of giving a machine something. */
export interface Added extends Edited {
    /** For `takeBackAddition`; null when nothing was changed. */
    readonly addition: Addition | null;
}

/**
 * Gives a machine what guest and host need together, and remembers how to take it back.
 *
 * @param row what it is for; see `RowId`
 * @throws what `applyIntegration` does; StateFileError when it could not be remembered, and then it has been undone
 */
export async function addIntegration(
    machine: Machine,
    row: string,
    edit: IntegrationEdit,
    log = new AdditionLog(),
): Promise<Added> {
    const {before, after, undo, needsRestart} = await applyIntegration(machine, edit);
    if (before === after) return {changed: false, needsRestart: false, addition: null};
    const {Definition} = await import('../../definition/definition.js');
    const addition = {row, parts: changedParts(Definition.parse(before), Definition.parse(after))};
    try {
        await log.add(machine.host.id, await uuidOf(machine), addition);
    } catch (error) {
        await undo();
        throw error;
    }
    return {changed: true, needsRestart, addition};
}

/**
 * What a machine was given last and still has to be taken back.
 *
 * @returns null when nothing is remembered
 */
export async function lastAddition(machine: Machine, log = new AdditionLog()): Promise<Addition | null> {
    return (await log.of(machine.host.id, await uuidOf(machine))).at(-1) ?? null;
}

/**
 * Takes back something that a machine was given; what else has changed since stays.
 *
 * @throws PartChangedError when somebody has changed the same since, or what `redefine` fails with
 */
export async function takeBackAddition(
    machine: Machine,
    addition: Addition,
    log = new AdditionLog(),
): Promise<Edited> {
    const {before, after} = await redefine(machine, now => withPartsBack(now, addition.parts));
    await log.drop(machine.host.id, await uuidOf(machine), addition);
    return {changed: before !== after, needsRestart: machine.active && before !== after};
}

/** Known without reading its details, which nobody may have shown. */
async function uuidOf(machine: Machine): Promise<string> {
    await machine.client();
    return machine.path === null ? '' : (uuidOfDomainPath(machine.path) ?? '');
}
