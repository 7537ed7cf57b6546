// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {DeadlineError} from '../../platform/errors.js';
import {exists, readShort, readText} from '../../platform/files.js';
import {oneLine} from '../../platform/i18n.js';
import type {SysRoot} from '../sysRoot.js';
import {belongingOf} from './controlGroup.js';

/** What a holder is to the person who wants the card. */
export type HolderRole =
    /** Draws the desktop: it never lets go. */
    | 'desktop'
    /** Draws the log-in screen. */
    | 'display-manager'
    /** Plays sound for everybody. */
    | 'sound-server'
    /** Stopped and started again by a handover. */
    | 'driver-service'
    | 'service'
    /** A virtual machine. */
    | 'machine'
    | 'program';

/** A process that keeps a card busy. All texts are the process's own choice and are made fit for one line. */
export interface HolderProcess {
    readonly pid: number;
    /** When it started, in clock ticks since boot: a number that is given out anew has another. */
    readonly startTicks: number;
    readonly name: string;
    readonly command: string;
    readonly uid: number;
    /** The user's name, or the number where there is none. */
    readonly user: string;
    /** systemd's unit, e.g. `nvidia-persistenced.service`. */
    readonly unit: string | null;
    /** Id of the desktop application. */
    readonly appId: string | null;
    readonly role: HolderRole;
    /** The nodes that it has open or mapped, e.g. `card1`. */
    readonly nodes: readonly string[];
    /** Whether it has closed them and kept a mapping. */
    readonly mappedOnly: boolean;
    /** How many uses of the card the driver counts for it; 0 where it does not tell. */
    readonly drmClients: number;
    /** Memory of the card that it uses, in bytes; null where the driver does not tell. */
    readonly memoryBytes: number | null;
}

/** What is known of a holder before the process itself is looked at. */
export type HolderUse = Pick<HolderProcess, 'pid' | 'nodes' | 'mappedOnly' | 'drmClients' | 'memoryBytes'>;

const MOST_COMMAND_BYTES = 4096;
const COMMAND_DEADLINE_MS = 500;
const LONGEST_NAME = 64;
const LONGEST_COMMAND = 500;

/** Services that hold a card for its driver, in the order in which they are stopped. */
export const DRIVER_SERVICES = ['nvidia-powerd.service', 'nvidia-persistenced.service'] as const;

const DESKTOPS = new Set([
    'gnome-shell',
    'Xorg',
    'Xwayland',
    'kwin_wayland',
    'mutter',
    'sway',
    'Hyprland',
    'weston',
]);
const SOUND_SERVERS = new Set(['pipewire', 'pipewire-pulse', 'wireplumber', 'pulseaudio']);
const DISPLAY_MANAGERS = /^(gdm|gdm3|sddm|lightdm|ly|greetd)\.service$/;

/**
 * Reads who a process is.
 *
 * @returns null when it has ended
 */
export async function readHolder(
    root: SysRoot,
    use: HolderUse,
    userName: (uid: number) => string,
): Promise<HolderProcess | null> {
    const folder = `${root.proc}/${use.pid}`;
    const stat = readShort(`${folder}/stat`);
    const status = readShort(`${folder}/status`);
    if (stat === null || status === null) return null;
    const argv = await readCommand(`${folder}/cmdline`);
    if (!exists(folder)) return null;

    const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const name = nameOf(comm, argv);
    const uid = Number(/^Uid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
    const {unit, system, appId} = belongingOf(readShort(`${folder}/cgroup`) ?? '');
    return {
        ...use,
        startTicks: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0),
        name,
        command: oneLine(argv.length > 0 ? argv.join(' ') : comm, LONGEST_COMMAND),
        uid,
        user: userName(uid),
        unit,
        appId,
        role: roleOf(name, unit, system, use),
    };
}

/** The kernel keeps 15 bytes of a name, and threads rename themselves; the program's own says more where it fits. */
function nameOf(comm: string, argv: readonly string[]): string {
    const program = argv[0]?.split('/').at(-1) ?? '';
    return oneLine(program.startsWith(comm) && comm.length >= 15 ? program : comm, LONGEST_NAME);
}

function roleOf(name: string, unit: string | null, system: boolean, {nodes}: HolderUse): HolderRole {
    if (nodes.some(node => node.startsWith('vfio'))) return 'machine';
    if (system && DRIVER_SERVICES.some(service => service === unit)) return 'driver-service';
    if (unit !== null && DISPLAY_MANAGERS.test(unit)) return 'display-manager';
    if (DESKTOPS.has(name)) return 'desktop';
    if (SOUND_SERVERS.has(name)) return 'sound-server';
    return system && unit?.endsWith('.service') ? 'service' : 'program';
}

/** The command line waits for the process's memory, which one that is stuck never lets go of. */
async function readCommand(path: string): Promise<string[]> {
    try {
        const text = await readText(path, {mostBytes: MOST_COMMAND_BYTES, deadlineMs: COMMAND_DEADLINE_MS});
        return text.split('\0').filter((word, index, words) => word !== '' || index < words.length - 1);
    } catch (error) {
        if (error instanceof GLib.Error || error instanceof DeadlineError) return [];
        throw error;
    }
}

/** Names of users from this machine's own list; others stay numbers. */
export function userNames(path = '/etc/passwd'): (uid: number) => string {
    let names: Map<number, string> | null = null;
    return uid => {
        names ??= new Map(
            (readShort(path) ?? '').split('\n').flatMap(line => {
                const [name = '', , number] = line.split(':');
                return number === undefined ? [] : [[Number(number), name] as const];
            }),
        );
        return names.get(uid) ?? String(uid);
    };
}
