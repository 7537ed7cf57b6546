// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../definition/definition.js';
import type {DomainClient} from '../libvirt/domainClient.js';
import type {Machine} from './machine.js';
import {checkLength} from './machineDetails.js';
import {DefinitionBusyError, NotKeptError} from './machineErrors.js';

const MOST_ATTEMPTS = 4;

/** The definition before and after it was written, as libvirt gave it. */
export interface Redefinition {
    readonly before: string;
    readonly after: string;
}

/**
 * Reads the definition that is kept of a machine, without passwords.
 *
 * @throws NotKeptError, DefinitionError, MachineGoneError, or what the call failed with
 */
export async function readKept(machine: Machine): Promise<Definition> {
    const {Definition} = await import('../definition/definition.js');
    const xml = await (await keptClient(machine)).nextXml();
    checkLength(xml);
    return Definition.parse(xml);
}

/**
 * Changes the definition that is kept of a machine. One that runs has it from its next start on.
 *
 * libvirt has no “write this if nobody has changed it”: so it is read once more before it is written, and the change
 * is made anew when it is another one by then. What somebody writes in the moment between the two is lost, as with
 * every other client of libvirt's.
 *
 * @param change gives the new definition; the same one when there is nothing to do, and then nothing is written
 * @throws DefinitionBusyError, NotKeptError, DefinitionError, MachineGoneError, or what the call failed with
 */
export async function redefine(
    machine: Machine,
    change: (definition: Definition) => Definition,
): Promise<Redefinition> {
    const {Definition} = await import('../definition/definition.js');
    let before = await keptXml(machine);
    for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
        const wanted = change(Definition.parse(before)).toXml();
        if (wanted === before) return {before, after: before};
        const now = await keptXml(machine);
        if (now === before) {
            await machine.host.connection().defineDomain(wanted);
            machine.invalidate();
            return {before, after: await keptXml(machine)};
        }
        before = now;
    }
    throw new DefinitionBusyError(machine.name);
}

async function keptXml(machine: Machine): Promise<string> {
    return (await keptClient(machine)).keptXml();
}

async function keptClient(machine: Machine): Promise<DomainClient> {
    const client = await machine.client();
    if (!(await client.persistent())) throw new NotKeptError(machine.name);
    return client;
}
