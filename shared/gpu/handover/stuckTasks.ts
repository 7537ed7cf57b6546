// SPDX-License-Identifier: GPL-3.0-or-later
import {listNames, readShort} from '../../platform/files.js';
import {inSlices} from '../../platform/slices.js';
import type {SysRoot} from '../sysRoot.js';
import type {Clock} from './ports.js';

/** A thread that waits in the kernel and cannot be killed. */
export interface StuckTask {
    readonly pid: number;
    readonly name: string;
    /** The kernel's function that it waits in, where that is told. */
    readonly waitsIn: string | null;
}

/** Programs that bind and unbind drivers, and that hang in the kernel when a driver does. */
const PROGRAMS = new Set([
    'modprobe',
    'rmmod',
    'tee',
    'virtqemud',
    'virtnodedevd',
    'libvirtd',
    'rpc-virtqemud',
    'rpc-libvirtd',
    'nodedev-init',
]);

/** State D is a matter of course for a moment, as while a disk answers; what is in it at every look is stuck. */
const LOOKS = 4;
const BETWEEN_LOOKS_MS = 300;

/** Looks for tasks that are stuck in the kernel with a driver. */
export async function findStuckTasks(root: SysRoot, clock: Pick<Clock, 'delay'>): Promise<StuckTask[]> {
    let waiting = await waitingTasks(root);
    for (let look = 1; look < LOOKS && waiting.size > 0; look++) {
        await clock.delay(BETWEEN_LOOKS_MS);
        const now = await waitingTasks(root);
        waiting = new Map([...waiting].filter(([task, {waitsIn}]) => now.get(task)?.waitsIn === waitsIn));
    }
    return [...waiting.values()];
}

async function waitingTasks(root: SysRoot): Promise<Map<string, StuckTask>> {
    const found = new Map<string, StuckTask>();
    const pids = (listNames(root.proc) ?? []).filter(name => /^\d+$/.test(name));
    await inSlices(pids, pid => {
        const name = readShort(`${root.proc}/${pid}/comm`)?.trim() ?? '';
        if (PROGRAMS.has(name)) addWaiting(found, root, pid, name);
    });
    return found;
}

function addWaiting(found: Map<string, StuckTask>, root: SysRoot, pid: string, name: string): void {
    // Daemons do such work in a thread of their own, while the first goes on to answer.
    for (const thread of listNames(`${root.proc}/${pid}/task`) ?? [pid]) {
        const folder = thread === pid ? `${root.proc}/${pid}` : `${root.proc}/${pid}/task/${thread}`;
        const stat = readShort(`${folder}/stat`);
        if (stat === null || stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'D') continue;
        const waitsIn = readShort(`${folder}/wchan`)?.trim() ?? '';
        found.set(`${pid}/${thread}`, {
            pid: Number(pid),
            name,
            waitsIn: waitsIn === '' || waitsIn === '0' ? null : waitsIn,
        });
    }
}
