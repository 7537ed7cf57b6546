// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../definition/definition.js';
import type {Graphics} from '../definition/devices/graphics.js';
import {hostProblem, MOONLIGHT_APP, type OpensWith} from '../definition/displayMetadata.js';
import {type Client, ClientUnfitError} from './displayErrors.js';
import {lookingGlassMemory} from './lookingGlass.js';

/** What a client is told of a machine. Names come from outside: each is one argument, and none can be an option. */
export interface Shown {
    readonly name: string;
    readonly uuid: string;
    /** The libvirt connection. */
    readonly uri: string;
    /** As it runs. */
    readonly definition: Definition;
    /** The guest's address, when it was asked for; see {@link needsAddress}. */
    readonly address: string | null;
}

/** Whether the guest's address must be found out first. */
export function needsAddress(client: OpensWith): boolean {
    return client.kind === 'moonlight' && client.host === undefined;
}

/**
 * The arguments with which a client shows a machine.
 *
 * @throws ClientUnfitError when the machine has not what the client needs
 */
export function clientArguments(client: OpensWith & {readonly kind: Client}, shown: Shown): string[] {
    switch (client.kind) {
        case 'viewer':
            // By its UUID, since a name may look like the number of another machine (virt-viewer(1), --uuid).
            return ['--connect', shown.uri, '--uuid', '--', shown.uuid];
        case 'connections':
            return [vncUri(shown)];
        case 'looking-glass':
            return lookingGlassOptions(shown);
        case 'moonlight': {
            const host = client.host ?? shown.address;
            if (host === null) throw new ClientUnfitError(shown.name, 'moonlight', 'address');
            return ['stream', '--', host, client.app ?? MOONLIGHT_APP];
        }
    }
}

/** Connections knows VNC and RDP, not SPICE. */
function vncUri({name, definition}: Shown): string {
    for (const graphics of definition.graphics) {
        const host = graphics.type === 'vnc' ? hostOf(graphics) : null;
        if (host === null || graphics.port === null) continue;
        return `vnc://${host.includes(':') ? `[${host}]` : host}:${graphics.port}`;
    }
    throw new ClientUnfitError(name, 'connections', 'vnc');
}

/**
 * Where the memory is, and where SPICE takes the input: the client's default is port 5900, which may be another
 * machine's.
 */
function lookingGlassOptions({name, definition}: Shown): string[] {
    const memory = lookingGlassMemory(definition);
    if (memory === null) throw new ClientUnfitError(name, 'looking-glass', 'memory');
    return [`app:shmFile=${memory.path}`, ...spiceOptions(definition)];
}

function spiceOptions({graphics}: Definition): string[] {
    for (const one of graphics) {
        if (one.type !== 'spice') continue;
        const socket = one.listens.find(({type}) => type === 'socket')?.socket ?? null;
        if (socket !== null) return [`spice:host=${socket}`, 'spice:port=0'];
        const host = hostOf(one);
        if (host !== null && one.port !== null) return [`spice:host=${host}`, `spice:port=${one.port}`];
    }
    return ['spice:enable=no'];
}

/** Where on this computer a display is reached, or null when it is not by TCP. */
function hostOf({listens}: Graphics): string | null {
    const listen = listens.find(({type}) => type === 'address' || type === 'network');
    if (!listen && listens.length > 0) return null;
    const address = listen?.address ?? '127.0.0.1';
    if (address === '0.0.0.0') return '127.0.0.1';
    if (address === '::') return '::1';
    return hostProblem(address) === null ? address : null;
}
