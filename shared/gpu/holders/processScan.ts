// SPDX-License-Identifier: GPL-3.0-or-later
// Which processes have device nodes open or mapped. find(1) and grep(1) do the walking: twenty thousand descriptors
// would cost our own main loop as much time, and what hangs can be killed with them.
import GLib from 'gi://GLib';

import {monotonicMs} from '../../platform/clock.js';
import {SubprocessError} from '../../platform/errors.js';
import {exists, listNames, readShort} from '../../platform/files.js';
import {inSlices} from '../../platform/slices.js';
import {capture} from '../../platform/subprocess.js';
import type {SysRoot} from '../sysRoot.js';

/** A descriptor that may lead to a device node. */
export interface OpenFile {
    readonly pid: number;
    /** Its folder below /proc: that of the process, or of a thread where the first one has ended. */
    readonly folder: string;
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

/** Looking costs the kernel a few microseconds for each descriptor and each mapping: so several look at once. */
const MOST_PORTIONS = 4;

/**
 * What of a process's names is looked at closer: all below /dev but what nearly every process has open, and what
 * looks like a node elsewhere, as in a container.
 */
const CANDIDATE =
    /^\/dev\/(?!null$|pts\/|shm\/|tty$|ptmx$|urandom$)|\/(dri|snd|vfio)\/[^/]+$|\/(nvidia|i2c-)[^/]*$/;

/** PF_KTHREAD (kernel: include/linux/sched.h). */
const KERNEL_THREAD = 0x0020_0000;

/** How long after its deadline the program may take to be gone, in milliseconds. */
const LATE_MS = 250;

/**
 * sh -c SCRIPT sh PROC NAMES DIGITS…: the descriptors of all processes that lead to something like a device, and the
 * mappings of something with one of the names.
 *
 * It is one program to start, since to start one keeps the main loop for a millisecond, or for several when all
 * processors are busy with those started before. Portions of the processes, by the last digit of their numbers, are
 * looked at all at once, and printed one after the other, the mappings last: they are what a process that is stuck
 * does not give. What ends a portion begins with no slash, as all names that are printed do. Each record is written in
 * one go, for errors are in between.
 */
const SCRIPT = `
proc=$1 names=$2
shift 2
links() {
    find "$proc"/*["$1"]/fd -maxdepth 1 \\( -name fd ! -readable -prune \\) -o \\
        \\( -name fd -empty -printf '%p\\0empty\\0\\c' \\) -o \\
        \\( -name fd -printf '%p\\0\\0\\c' \\) -o \\
        \\( -lname '/[dnsiv]*' ! -lname /dev/null -printf '%p\\0%l\\0\\c' \\) 2>&1
    [ $? -gt 1 ] || printf ':links\\000\\000'
}
maps() {
    grep -asHF -e "$names" -- "$proc"/*["$1"]/maps
    [ $? -gt 2 ] || printf '\\000:maps\\000'
}
all() {
    what=$1 portion=$2
    shift 2
    if [ $# -eq 0 ]; then "$what" "$portion"; else "$what" "$portion" | { all "$what" "$@"; exec cat; }; fi
}
if [ -z "$names" ]; then all links "$@"; else all maps "$@" | { all links "$@"; exec cat; }; fi
`;

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
    const end = monotonicMs() + deadlineMs;
    const pids = (listNames(root.proc) ?? []).filter(name => /^\d+$/.test(name)).map(Number);
    const look = (folder: string, portions: readonly string[]): Promise<Look> =>
        lookInto(folder, portions, names, Math.max(1, end - monotonicMs()));
    const whole = await look(root.proc, portionsFor(GLib.get_num_processors()));
    const open = whole.open.map(file => ({...file, folder: String(file.pid)}));
    const mapped = [...whole.mapped];
    const {done} = whole;
    // What a process has open is not in its own folder when its first thread has ended before the others, as that of
    // many games does.
    for (const pid of await leaderless(root, whole.empty)) {
        const threads = await look(`${root.proc}/${pid}/task`, ['0123456789']);
        for (const file of threads.open) open.push({...file, pid, folder: `${pid}/task/${file.pid}`});
        mapped.push(...threads.mapped.map(({path}) => ({pid, path})));
        if (!threads.complete) done.delete(pid);
    }
    let uninspected = 0;
    await inSlices(pids, pid => {
        if (!(whole.complete && done.has(pid)) && isProgram(root, pid)) uninspected++;
    });
    return {
        open,
        mapped,
        inspected: pids.length - uninspected,
        uninspected,
        hidden: !exists(`${root.proc}/1`),
    };
}

/** Of processes without a descriptor, those that have other threads: what these have open has not been seen. */
async function leaderless(root: SysRoot, pids: readonly number[]): Promise<number[]> {
    const found: number[] = [];
    await inSlices(pids, pid => {
        if ((listNames(`${root.proc}/${pid}/task`)?.length ?? 0) > 1) found.push(pid);
    });
    return found;
}

/** What was seen in the folders of processes, or of the threads of one. */
interface Look {
    readonly open: readonly Omit<OpenFile, 'folder'>[];
    readonly mapped: readonly MappedFile[];
    /** Those that were looked into. */
    readonly done: Set<number>;
    /** Those of them that have nothing open at all. */
    readonly empty: readonly number[];
    /** Whether it came to its end. */
    readonly complete: boolean;
}

/** @param folder whose subfolders have numbers for names */
async function lookInto(
    folder: string,
    portions: readonly string[],
    names: readonly string[],
    deadlineMs: number,
): Promise<Look> {
    const limit = (deadlineMs / 1000).toFixed(3);
    const nodes = names.map(name => `/${name}`).join('\n');
    const text = await printed(
        ['timeout', '-s', 'KILL', limit, 'sh', '-c', SCRIPT, 'sh', folder, nodes, ...portions],
        deadlineMs + LATE_MS,
    );
    const {open, done, empty, ended} = await openIn(text);
    const mappings = text.split('\0:maps\0');
    const complete =
        ended === portions.length && (names.length === 0 || mappings.length === portions.length + 1);
    return {open, done, empty, mapped: mappedIn(mappings, new Set(names)), complete};
}

/** The last digits of the numbers of the processes in each portion. */
export function portionsFor(processors: number): string[] {
    const portions = Array.from({length: Math.min(MOST_PORTIONS, processors)}, () => '');
    for (let digit = 0; digit < 10; digit++) portions[digit % portions.length] += String(digit);
    return portions;
}

/** Whether a process is there, and no thread of the kernel's. */
function isProgram(root: SysRoot, pid: number): boolean {
    const stat = readShort(`${root.proc}/${pid}/stat`);
    if (stat === null) return false;
    // What is in the brackets is the program's to choose, more brackets included.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[6]) & KERNEL_THREAD) === 0;
}

type Open = Pick<Look, 'open' | 'done' | 'empty'> & {
    /** How many portions were looked at to their end. */
    readonly ended: number;
};

async function openIn(text: string): Promise<Open> {
    const open: Omit<OpenFile, 'folder'>[] = [];
    const done = new Set<number>();
    const empty: number[] = [];
    let ended = 0;
    const records = text.slice(0, text.lastIndexOf('\0') + 1).matchAll(/([^\0]*)\0([^\0]*)\0/g);
    await inSlices(records, ([, path = '', target = '']) => {
        if (path.endsWith(':links')) ended++;
        for (const [, pid] of path.matchAll(/\/(\d+)\/fd(?:\/\d+)?'?: Permission denied/g))
            done.delete(Number(pid));
        const [, pid, descriptor] = /\/(\d+)\/fd(?:\/(\d+))?$/.exec(path) ?? [];
        if (pid === undefined) return;
        if (descriptor === undefined) {
            done.add(Number(pid));
            if (target !== '') empty.push(Number(pid));
        }
        if (descriptor !== undefined && CANDIDATE.test(target))
            open.push({pid: Number(pid), descriptor: Number(descriptor), target});
    });
    return {open, done, empty, ended};
}

/** @param portions what grep printed, with all that came before the first, and what was left unfinished last */
function mappedIn(portions: readonly string[], names: ReadonlySet<string>): MappedFile[] {
    const mapped = new Map<string, MappedFile>();
    for (const line of portions.flatMap(portion =>
        portion.slice(portion.lastIndexOf('\0') + 1).split('\n'),
    )) {
        const [, pid, path] =
            /\/(\d+)\/maps:[0-9a-f]+-[0-9a-f]+ \S+ [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/.exec(line) ??
            [];
        // A node that has been deleted was another card's, or this one's before it was lent.
        if (pid === undefined || path === undefined) continue;
        const parts = path.split('/');
        if (!names.has(parts.at(-1) ?? '') || !(parts[1] === 'dev' || parts.at(-2) === 'dri')) continue;
        mapped.set(`${pid} ${path}`, {pid: Number(pid), path});
    }
    return [...mapped.values()];
}

/** @returns nothing when the program is missing */
async function printed(argv: [string, ...string[]], deadlineMs: number): Promise<string> {
    try {
        return new TextDecoder().decode((await capture(argv, deadlineMs)).stdout);
    } catch (error) {
        if (error instanceof SubprocessError) return '';
        throw error;
    }
}
