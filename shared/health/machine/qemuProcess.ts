// SPDX-License-Identifier: GPL-3.0-or-later
// Which process a machine is. libvirt writes the process's number into a file beside its sockets; where that cannot
// be read, or is a leftover, the process is found by the UUID among QEMU's arguments.
import GLib from 'gi://GLib';

import {monotonicMs} from '../../platform/clock.js';
import {listNames, readShort, readText} from '../../platform/files.js';
import {DeadlineError} from '../../platform/errors.js';
import {inSlices} from '../../platform/slices.js';
import {read, type Reading, unread} from './reading.js';
import {_} from '../../platform/i18n.js';

export interface QemuProcess {
    readonly pid: number;
    readonly foundBy: 'pid-file' | 'search';
}

/** Where to look. */
export interface ProcessPlaces {
    readonly proc: string;
    /** The folder of QEMU's PID files: `/run/libvirt/qemu`, or `$XDG_RUNTIME_DIR/libvirt/qemu/run` of a session. */
    readonly pidFiles: string;
}

/** QEMU's arguments are a few kilobytes; those of a machine with hundreds of disks fit in. */
const MOST_ARGUMENTS = 256 * 1024;
/** A search that has taken longer has met a process that does not let itself be looked into, in milliseconds. */
const LONGEST_MS = 1_500;

/**
 * Where libvirt keeps the PID files of its machines.
 *
 * @param session whether it is the user's own libvirt
 * @param runtime `$XDG_RUNTIME_DIR`
 */
export function pidFileFolder(session: boolean, runtime: string): string {
    return session ? `${runtime}/libvirt/qemu/run` : '/run/libvirt/qemu';
}

/**
 * Finds the process of a machine.
 *
 * @param name as libvirt has it; one that is no file name is not looked up as one
 * @returns null within when there is none
 */
export async function findQemuProcess(
    {proc, pidFiles}: ProcessPlaces,
    name: string,
    uuid: string,
): Promise<Reading<QemuProcess | null>> {
    const pid = isFileName(name) ? pidIn(readShort(`${pidFiles}/${name}.pid`)) : null;
    if (pid !== null && (await isMachine(proc, pid, uuid)) === true) return read({pid, foundBy: 'pid-file'});
    const numbers = (listNames(proc) ?? []).map(pidIn).filter(number => number !== null);
    if (numbers.length === 0) return unread(_('The list of processes cannot be read.'));
    const ofQemu: number[] = [];
    await inSlices(numbers, number => {
        if (isQemu(readShort(`${proc}/${number}/comm`))) ofQemu.push(number);
    });
    let hidden = 0;
    const end = monotonicMs() + LONGEST_MS;
    for (const number of ofQemu) {
        // Each that hangs keeps a thread of GIO's, and anybody can make processes that do.
        if (monotonicMs() > end) {
            hidden += 1;
            break;
        }
        const verdict = await isMachine(proc, number, uuid);
        if (verdict === true) return read({pid: number, foundBy: 'search'});
        if (verdict === null) hidden += 1;
    }
    // Mounted with hidepid, /proc shows one's own processes only; the first one is never one's own.
    if (readShort(`${proc}/1/comm`) === null) return unread(_('Other users’ processes cannot be seen.'));
    if (hidden > 0) return unread(_('There are virtual machines’ processes that could not be looked into.'));
    return read(null);
}

function isQemu(comm: string | null): boolean {
    return comm !== null && /^(qemu|kvm)/.test(comm);
}

/** libvirt allows nearly everything in a name; what it allows beyond a file's name must not lead elsewhere. */
export function isFileName(name: string): boolean {
    return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

function pidIn(text: string | null): number | null {
    const number = /^\s*([1-9][0-9]{0,9})\s*$/.exec(text ?? '')?.[1];
    return number === undefined ? null : Number(number);
}

/** @returns null when it could not be looked into, though it is there */
async function isMachine(proc: string, pid: number, uuid: string): Promise<boolean | null> {
    try {
        const line = await readText(`${proc}/${pid}/cmdline`, {mostBytes: MOST_ARGUMENTS});
        const argv = line.split('\0');
        return argv.some((argument, at) => argument === '-uuid' && argv[at + 1]?.toLowerCase() === uuid);
    } catch (error) {
        if (error instanceof DeadlineError) return null;
        if (!(error instanceof GLib.Error)) throw error;
        return readShort(`${proc}/${pid}/comm`) === null ? false : null;
    }
}
