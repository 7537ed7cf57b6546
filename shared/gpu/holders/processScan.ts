// SPDX-License-Identifier: GPL-3.0-or-later
// Which processes have device nodes open or mapped. find(1) and grep(1) do the walking: twenty thousand descriptors
// cost a process of ours as much time in its main loop, and a process that hangs can be killed with them.
import GLib from 'gi://GLib';

import {DeadlineError, SubprocessError} from '../../platform/errors.js';
import {exists, isReadable, listNames, readShort} from '../../platform/files.js';
import {inSlices, nextTurn} from '../../platform/slices.js';
import {capture} from '../../platform/subprocess.js';
import type {SysRoot} from '../sysRoot.js';

/** A descriptor that may lead to a device node. */
export interface OpenFile {
    readonly pid: number;
    readonly descriptor: number;
    /** Where it leads, in the names of the process that opened it. */
    readonly target: string;
}

/** A device node that is mapped. */
export interface MappedFile {
    readonly pid: number;
    readonly path: string;
}

export interface ProcessScan {
    readonly open: readonly OpenFile[];
    readonly mapped: readonly MappedFile[];
    /** How many processes were looked into. */
    readonly inspected: number;
    /** How many there are that could not be looked into; kernel threads, which open nothing, do not count. */
    readonly uninspected: number;
    /** Whether /proc hides other users' processes (`hidepid`): then nobody knows how many there are. */
    readonly hidden: boolean;
}

const MOST_PROGRAMS = 4;
/** Keeps the arguments of one program far below the kernel's limit. */
const MOST_PROCESSES = 2_000;

/**
 * What of a process's names is looked at closer: all below /dev but what nearly every process has open, and what
 * looks like a node elsewhere, as in a container.
 */
const CANDIDATE =
    /^\/dev\/(?!null$|pts\/|shm\/|tty$|ptmx$|urandom$)|\/(dri|snd|vfio)\/[^/]+$|\/(nvidia|i2c-)[^/]*$/;

/** PF_KTHREAD (kernel: include/linux/sched.h). */
const KERNEL_THREAD = 0x0020_0000;

/**
 * Looks through all processes.
 *
 * @param names last parts of the paths of nodes, to be found among mappings
 * @param deadlineMs when to give up on a process; those not reached count as not inspected
 */
export async function scanProcesses(
    root: SysRoot,
    names: readonly string[],
    deadlineMs: number,
): Promise<ProcessScan> {
    const pids = (listNames(root.proc) ?? []).filter(name => /^\d+$/.test(name)).map(Number);
    const readable: number[] = [];
    let uninspected = 0;
    await inSlices(pids, pid => {
        if (isReadable(`${root.proc}/${pid}/fd`)) readable.push(pid);
        else if (isProgram(root, pid)) uninspected++;
    });
    const running: Promise<Portion>[] = [];
    for (const portion of portionsOf(readable)) {
        running.push(lookInto(root, portion, names, deadlineMs));
        // To start a program takes a millisecond or two, and each portion starts two.
        await nextTurn();
        await nextTurn();
    }
    const results = await Promise.all(running);
    const missed = results.reduce((sum, result) => sum + result.missed, 0);
    return {
        open: results.flatMap(({open}) => open),
        mapped: results.flatMap(({mapped}) => mapped),
        inspected: readable.length - missed,
        uninspected: uninspected + missed,
        hidden: !exists(`${root.proc}/1`),
    };
}

interface Portion {
    readonly open: readonly OpenFile[];
    readonly mapped: readonly MappedFile[];
    readonly missed: number;
}

async function lookInto(
    root: SysRoot,
    pids: readonly number[],
    names: readonly string[],
    deadlineMs: number,
): Promise<Portion> {
    const looking = findOpen(root, pids, deadlineMs);
    await nextTurn();
    const mappings = names.length === 0 ? NOTHING_MAPPED : await findMapped(root, pids, names, deadlineMs);
    const files = await looking;
    const missed = pids.filter(
        pid => !(files.done.has(pid) && mappings.complete) && exists(`${root.proc}/${pid}`),
    );
    return {open: files.open, mapped: mappings.mapped, missed: missed.length};
}

/** Whether a process is there, and no thread of the kernel's. */
function isProgram(root: SysRoot, pid: number): boolean {
    const stat = readShort(`${root.proc}/${pid}/stat`);
    if (stat === null) return false;
    // What is in the brackets is the program's to choose, more brackets included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[6]) & KERNEL_THREAD) === 0;
}

function portionsOf(pids: readonly number[]): number[][] {
    const programs = Math.min(MOST_PROGRAMS, GLib.get_num_processors());
    const count = Math.max(Math.ceil(pids.length / MOST_PROCESSES), Math.min(programs, pids.length));
    const portions = Array.from({length: count}, (): number[] => []);
    for (const [index, pid] of pids.entries()) portions[index % count]?.push(pid);
    return portions;
}

async function findOpen(
    root: SysRoot,
    pids: readonly number[],
    deadlineMs: number,
): Promise<{open: OpenFile[]; done: Set<number>}> {
    const done = new Set<number>();
    const lines = await printed(
        [
            'find',
            ...pids.map(pid => `${root.proc}/${pid}/fd`),
            '-maxdepth',
            '1',
            // The folder itself comes first: so it shows how far find has come.
            ...['(', '-name', 'fd', '-printf', '%p\\0\\0', ')'],
            // One pattern for the names of all nodes, since find asks the kernel anew for each; the rest is done here.
            ...['-o', '(', '-lname', '/[dnsiv]*', '-printf', '%p\\0%l\\0', ')'],
        ],
        deadlineMs,
    );
    if (!lines) return {open: [], done};
    const open: OpenFile[] = [];
    const words = lines.stdout.split('\0');
    for (let index = 0; index + 1 < words.length; index += 2) {
        const [, pid, descriptor] = /\/(\d+)\/fd(?:\/(\d+))?$/.exec(words[index] ?? '') ?? [];
        if (pid === undefined) continue;
        const target = words[index + 1] ?? '';
        if (descriptor === undefined) done.add(Number(pid));
        else if (CANDIDATE.test(target))
            open.push({pid: Number(pid), descriptor: Number(descriptor), target});
    }
    // It was in the middle of the last one.
    if (!lines.complete) done.delete([...done].at(-1) ?? 0);
    for (const [, pid] of lines.stderr.matchAll(/\/(\d+)\/fd(?:\/\d+)?'?: Permission denied/g))
        done.delete(Number(pid));
    return {open, done};
}

const NOTHING_MAPPED = {mapped: [] as MappedFile[], complete: true};

async function findMapped(
    root: SysRoot,
    pids: readonly number[],
    names: readonly string[],
    deadlineMs: number,
): Promise<{mapped: MappedFile[]; complete: boolean}> {
    const lines = await printed(
        [
            'grep',
            '-asHF',
            ...names.flatMap(name => ['-e', `/${name}`]),
            '--',
            ...pids.map(pid => `${root.proc}/${pid}/maps`),
        ],
        deadlineMs,
    );
    if (!lines) return {mapped: [], complete: false};
    const known = new Set(names);
    const mapped = new Map<string, MappedFile>();
    for (const line of lines.stdout.split('\n')) {
        const [, pid, path] =
            /\/(\d+)\/maps:[0-9a-f]+-[0-9a-f]+ \S+ [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/.exec(line) ??
            [];
        // A node that has been deleted was another card's, or this one's before it was lent.
        if (pid === undefined || path === undefined) continue;
        const parts = path.split('/');
        if (!known.has(parts.at(-1) ?? '') || !(parts[1] === 'dev' || parts.at(-2) === 'dri')) continue;
        mapped.set(`${pid} ${path}`, {pid: Number(pid), path});
    }
    return {mapped: [...mapped.values()], complete: lines.complete};
}

/** @returns null when the program is missing, or hangs and cannot be killed */
async function printed(
    argv: [string, ...string[]],
    deadlineMs: number,
): Promise<{stdout: string; stderr: string; complete: boolean} | null> {
    try {
        const {stdout, stderr, complete} = await capture(argv, deadlineMs);
        const decoder = new TextDecoder();
        return {stdout: decoder.decode(stdout), stderr: decoder.decode(stderr), complete};
    } catch (error) {
        if (error instanceof SubprocessError || error instanceof DeadlineError) return null;
        throw error;
    }
}
