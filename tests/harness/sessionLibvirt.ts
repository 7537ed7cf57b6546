// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {callBus} from './bus.js';
import {waitFor} from './deadline.js';
import {runProgram} from './program.js';

/** The programs of a session libvirt, by what they are called in /proc. */
export type LibvirtProgram = 'libvirtd' | 'virtqemud' | 'libvirt-dbus' | 'qemu-system-x86';

/** A signal that a test may send. */
export type FaultSignal = 'STOP' | 'CONT' | 'KILL' | 'TERM';

/** The real libvirt of this run's session bus, and what a test does to it. */
export class SessionLibvirt {
    /**
     * Has libvirt-dbus and a driver's daemon started, by the first call.
     * @param driver the object's name, such as `QEMU` or `Test`
     */
    async start(driver = 'QEMU'): Promise<void> {
        await callBus(
            ['org.libvirt', `/org/libvirt/${driver}`, 'org.libvirt.Connect'],
            'ListDomains',
            new GLib.Variant('(u)', [0]),
            30_000,
        );
    }

    /** @returns process ids of every running program of that name, oldest first */
    pids(program: LibvirtProgram): number[] {
        const found: number[] = [];
        const folder = Gio.File.new_for_path('/proc').enumerate_children('standard::name', 0, null);
        for (let info = folder.next_file(null); info !== null; info = folder.next_file(null)) {
            const pid = Number(info.get_name());
            if (!Number.isInteger(pid)) continue;
            const stat = statOf(pid);
            // The kernel keeps 15 characters of a name; a zombie no longer counts.
            if (stat !== undefined && stat.name === program.slice(0, 15) && stat.state !== 'Z')
                found.push(pid);
        }
        return found.sort((a, b) => a - b);
    }

    /**
     * Sends a signal to every program of that name, and waits until it has worked.
     * @throws when there is no such program
     */
    async signal(program: LibvirtProgram, signal: FaultSignal): Promise<void> {
        const pids = this.pids(program);
        if (pids.length === 0) throw new Error(`No ${program} is running`);
        await runProgram(['kill', `-${signal}`, ...pids.map(String)]);
        await waitFor(`${program} after ${signal}`, () =>
            pids.every(pid => {
                const state = statOf(pid)?.state;
                if (signal === 'STOP') return state === 'T';
                if (signal === 'CONT') return state !== 'T';
                return state === undefined || state === 'Z';
            }),
        );
    }

    /** Lets what a test stopped go on, so that it can end. */
    async continueAll(): Promise<void> {
        for (const program of ['libvirtd', 'virtqemud', 'libvirt-dbus', 'qemu-system-x86'] as const)
            if (this.pids(program).length > 0) await this.signal(program, 'CONT');
    }
}

/** Name and state letter of a process, from /proc/PID/stat; undefined when it is gone. */
function statOf(pid: number): {name: string; state: string} | undefined {
    let text: string;
    try {
        const [, bytes] = GLib.file_get_contents(`/proc/${pid}/stat`);
        text = new TextDecoder().decode(bytes);
    } catch {
        return undefined; // gone
    }
    const [, name = '', state = ''] = /^\d+ \((.*)\) (\S)/s.exec(text) ?? [];
    return {name, state};
}
