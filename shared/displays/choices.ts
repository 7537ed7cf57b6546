// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../definition/definition.js';
import type {ClientKind, OpensWith, ReadyWhen} from '../definition/displayMetadata.js';
import type {MachineMetadata} from '../definition/metadata.js';
import {lookingGlassMemory} from './lookingGlass.js';

/** Whether there is a picture that a viewer could show; with `<video>` none SPICE carries input alone. */
function hasPicture({graphics, videos}: Definition): boolean {
    const drawn = videos.length === 0 || videos.some(({model}) => model !== 'none');
    return drawn && graphics.some(({type}) => type === 'spice' || type === 'vnc');
}

/** What opens where the machine's metadata does not say: what the definition offers, the quickest first. */
export function defaultClient(definition: Definition, ready: ReadyWhen | null): OpensWith {
    if (lookingGlassMemory(definition)) return {kind: 'looking-glass'};
    if (hasPicture(definition)) return {kind: 'viewer'};
    const lent = definition.hostDevices.some(({pciAddress}) => pciAddress !== null);
    if (!lent || ready?.kind !== 'sunshine') return {kind: 'none'};
    return {kind: 'moonlight', ...(ready.host === undefined ? {} : {host: ready.host})};
}

/** What ready means where the machine's metadata does not say: that what opens has something to show. */
export function defaultReady(client: OpensWith): ReadyWhen {
    if (client.kind === 'looking-glass') return {kind: 'looking-glass'};
    if (client.kind !== 'moonlight') return {kind: 'started'};
    return {kind: 'sunshine', ...(client.host === undefined ? {} : {host: client.host})};
}

/** A machine whose details have been read. */
export interface Described {
    readonly definition: Definition | null;
    readonly metadata: MachineMetadata;
}

/** What opens for a machine. */
export function clientOf({definition, metadata}: Described): OpensWith {
    const {client, ready} = metadata;
    return client ?? (definition ? defaultClient(definition, ready) : {kind: 'none'});
}

/**
 * Whether somebody wants to see the machine as soon as it runs: it is said what opens it, or it has a device of this
 * computer. A window for every server would be in the way.
 */
export function opensByItself(machine: Described): boolean {
    const {definition, metadata} = machine;
    const meant = metadata.client !== null || (definition?.pciAddresses.length ?? 0) > 0;
    return meant && clientOf(machine).kind !== 'none';
}

/** What ready means for a machine. */
export function readyOf(machine: Described): ReadyWhen {
    return machine.metadata.ready ?? defaultReady(clientOf(machine));
}

/** The clients that could show a machine, by its definition alone; those that need no part of it are always there. */
export function possibleClients(definition: Definition | null): ClientKind[] {
    const possible: ClientKind[] = ['viewer'];
    if (definition?.graphics.some(({type}) => type === 'vnc')) possible.push('connections');
    if (definition && lookingGlassMemory(definition)) possible.push('looking-glass');
    return [...possible, 'moonlight', 'none'];
}
