// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the place of here.ts in builds for tests (meson setup -Dpretended_machine=true), and is in no other.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {readLink, readShort} from '../platform/files.js';
import type {Here} from './here.js';
import {type KernelEvent, type KernelEvents, openKernelEvents} from './kernelEvents.js';
import {INSTALLED, THIS_MACHINE} from './sysRoot.js';

/** The folder that holds the pretended machine: `sys`, `proc`, `dev`, `run`, `etc`, `usr`, and `uevents`. */
const VARIABLE = 'HANDOVER_SYSROOT';

/** The machine that the environment names, or this one. */
export function here(): Here {
    const folder = GLib.getenv(VARIABLE);
    if (folder === null || folder === '')
        return {
            root: THIS_MACHINE,
            installed: INSTALLED,
            openEvents: openKernelEvents,
            holderOptions: {},
        };
    return {
        root: {
            sys: `${folder}/sys`,
            proc: `${folder}/proc`,
            dev: `${folder}/dev`,
            run: `${folder}/run`,
        },
        installed: {etc: `${folder}/etc`, usr: `${folder}/usr`},
        openEvents: () => Promise.resolve(eventsIn(`${folder}/uevents`)),
        holderOptions: {deviceNumber: path => Promise.resolve(pretendedNumber(path))},
    };
}

/** No user can make device nodes: a pretended descriptor says in its fdinfo what it leads to. */
function pretendedNumber(path: string): string | null {
    if (readLink(path) === null) return null;
    const text = readShort(path.replace('/fd/', '/fdinfo/')) ?? '';
    return /^pretended-device:\t(\d+:\d+)$/m.exec(text)?.[1] ?? null;
}

/** Lines such as `bind pci 0000:01:00.0`; each that is added is an event. */
function eventsIn(path: string): KernelEvents {
    const lines = (): string[] => (readShort(path) ?? '').split('\n').filter(line => line !== '');
    return {
        follow(callback: (event: KernelEvent) => void) {
            const monitor = Gio.File.new_for_path(path).monitor_file(Gio.FileMonitorFlags.NONE, null);
            monitor.set_rate_limit(0);
            let seen = lines().length;
            monitor.connect('changed', () => {
                const all = lines();
                for (const line of all.slice(seen)) {
                    const [action = '', subsystem = '', address = ''] = line.split(' ');
                    callback({action, subsystem, address});
                }
                seen = all.length;
            });
            return () => void monitor.cancel();
        },
    };
}
