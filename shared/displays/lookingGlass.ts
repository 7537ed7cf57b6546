// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Definition} from '../definition/definition.js';
import {CancelledError} from '../platform/errors.js';

/** The memory through which Looking Glass passes the guest's picture. */
export interface LookingGlassMemory {
    /** `/dev/kvmfr0`, or a file in `/dev/shm`. */
    readonly path: string;
    /** How large the file is once QEMU has it; null for a device. */
    readonly sizeBytes: number | null;
}

/** What QEMU makes of a `<shmem>` without `<size>`, in bytes (https://libvirt.org/formatdomain.html#shared-memory-device). */
const DEFAULT_SIZE = 4 * 1024 * 1024;

/** Names of the file; others may write definitions, and a name is made a path of. */
const FILE_NAME = /^looking-glass[A-Za-z0-9._-]*$/;

/** Looking Glass's kernel module, which libvirt knows nothing of, as QEMU's memory: as an option or as JSON. */
const KVMFR = /\bmem-path"?\s*[=:]\s*"?(\/dev\/kvmfr[0-9]{1,2})(?![^",\s}])/;

/** The memory that a machine shares with Looking Glass, or null when it shares none. */
export function lookingGlassMemory(definition: Definition): LookingGlassMemory | null {
    for (const argument of definition.qemuArguments) {
        const device = KVMFR.exec(argument)?.[1];
        if (device !== undefined) return {path: device, sizeBytes: null};
    }
    const memory = definition.sharedMemories.find(
        ({name, model}) => model === 'ivshmem-plain' && FILE_NAME.test(name),
    );
    return memory ? {path: `/dev/shm/${memory.name}`, sizeBytes: memory.sizeBytes ?? DEFAULT_SIZE} : null;
}

const UNITS: Readonly<Record<string, number>> = {'': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30};

/**
 * The size in bytes that a definition gives QEMU for the kernel module's device, which has to be what the module was
 * told; null where it names none.
 */
export function deviceSize(definition: Definition): number | null {
    const argument = definition.qemuArguments.find(one => KVMFR.test(one));
    const [, number, unit = ''] = /\bsize"?\s*[=:]\s*"?(\d+)([KMG]?)/i.exec(argument ?? '') ?? [];
    return number === undefined ? null : Number(number) * (UNITS[unit.toUpperCase()] ?? 1);
}

const ATTRIBUTES = 'standard::size,standard::type,unix::mode';
const S_IFMT = 0o170000;
const S_IFCHR = 0o020000;

/**
 * Whether the memory is there: a device of the kernel's, or a file that QEMU has given its size. A file in the place
 * of the device is none, and one that systemd-tmpfiles made is empty until QEMU has it.
 *
 * @throws CancelledError
 */
export function isMemoryPresent(
    {path, sizeBytes}: LookingGlassMemory,
    cancellable: Gio.Cancellable,
): Promise<boolean> {
    return new Promise((resolve, reject) => {
        Gio.File.new_for_path(path).query_info_async(
            ATTRIBUTES,
            Gio.FileQueryInfoFlags.NONE,
            GLib.PRIORITY_DEFAULT,
            cancellable,
            (file, result) => {
                try {
                    const info = file!.query_info_finish(result);
                    const mode = info.get_attribute_uint32('unix::mode');
                    resolve(sizeBytes === null ? (mode & S_IFMT) === S_IFCHR : info.get_size() === sizeBytes);
                } catch (error) {
                    if (cancellable.is_cancelled()) reject(new CancelledError());
                    // Not there, or not ours to see.
                    else if (error instanceof GLib.Error) resolve(false);
                    else reject(error);
                }
            },
        );
    });
}
