// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Client} from './displayErrors.js';

interface Program {
    /** Application id: its desktop entry's name. */
    readonly id: string;
    /** What it is called in PATH, the first that is there. */
    readonly names: readonly string[];
    /** Whether it may be a Flatpak, by that id. */
    readonly flatpak: boolean;
    /** Whether one process shows all its connections, so that it must not be ended for one of them. */
    readonly shared: boolean;
}

const PROGRAMS: Readonly<Record<Client, Program>> = {
    viewer: {id: 'virt-viewer', names: ['virt-viewer'], flatpak: false, shared: false},
    connections: {
        id: 'org.gnome.Connections',
        names: ['gnome-connections'],
        flatpak: true,
        shared: true,
    },
    'looking-glass': {
        id: 'looking-glass-client',
        names: ['looking-glass-client'],
        flatpak: false,
        shared: false,
    },
    moonlight: {
        id: 'com.moonlight_stream.Moonlight',
        names: ['moonlight', 'moonlight-qt'],
        flatpak: true,
        shared: false,
    },
};

/** Every client. */
export const CLIENTS = Object.keys(PROGRAMS) as readonly Client[];

/** The application id of a client. */
export function applicationId(client: Client): string {
    return PROGRAMS[client].id;
}

/** Whether one process of it shows several machines. */
export function isShared(client: Client): boolean {
    return PROGRAMS[client].shared;
}

/** Where programs are looked for. */
export interface Places {
    /** The whole path of a program in PATH, or null. */
    inPath(name: string): string | null;
    /** Folders that hold a file for each Flatpak that is installed. */
    readonly flatpaks: readonly string[];
}

/** This computer. A look is a few calls of access(2). */
export function ourPlaces(): Places {
    return {
        inPath: name => GLib.find_program_in_path(name),
        flatpaks: [
            GLib.build_filenamev([GLib.get_user_data_dir(), 'flatpak', 'exports', 'bin']),
            '/var/lib/flatpak/exports/bin',
        ],
    };
}

/**
 * Finds the program of a client.
 *
 * @returns the beginning of its command line, with whole paths, or null when it is not installed
 */
export function findProgram(client: Client, places: Places = ourPlaces()): string[] | null {
    const {id, names, flatpak} = PROGRAMS[client];
    for (const name of names) {
        const path = places.inPath(name);
        if (path !== null) return [path];
    }
    const runner = flatpak ? places.inPath('flatpak') : null;
    if (runner === null) return null;
    const installed = places.flatpaks.some(folder =>
        GLib.file_test(GLib.build_filenamev([folder, id]), GLib.FileTest.EXISTS),
    );
    // The sandbox is a process tree of its own, which is to end with the one that we know.
    return installed ? [runner, 'run', '--die-with-parent', id] : null;
}
