// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {PciFunction} from '../gpu/pciFunction.js';
import {type BadRom, RomFileError} from './setUpErrors.js';

const FEWEST_BYTES = 512;
const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Checks that a file is a ROM for a card, before its path goes into a definition: QEMU reads it as whoever runs it, and
 * a ROM of another card can leave the screen black. Its head names the card it is for (PCI Firmware Specification,
 * expansion ROM header and PCI data structure).
 *
 * @throws RomFileError
 */
export async function checkRomFile(
    path: string,
    {vendor, device}: Pick<PciFunction, 'vendor' | 'device'>,
): Promise<void> {
    if (
        !GLib.path_is_absolute(path) ||
        GLib.canonicalize_filename(path, null) !== path ||
        /[\p{Cc}]/u.test(path)
    )
        throw new RomFileError(path, 'path');
    const bytes = await read(path);
    const reason = faultOf(bytes, Number.parseInt(vendor, 16), Number.parseInt(device, 16));
    if (reason !== null) throw new RomFileError(path, reason);
}

async function read(path: string): Promise<Uint8Array> {
    const file = Gio.File.new_for_path(path);
    try {
        const info = file.query_info('standard::type,standard::size', Gio.FileQueryInfoFlags.NONE, null);
        if (info.get_file_type() !== Gio.FileType.REGULAR) throw new RomFileError(path, 'path');
        if (info.get_size() < FEWEST_BYTES || info.get_size() > MOST_BYTES)
            throw new RomFileError(path, 'size');
        return await loaded(file);
    } catch (error) {
        if (error instanceof GLib.Error) throw new RomFileError(path, 'missing', {cause: error});
        throw error;
    }
}

function loaded(file: Gio.File): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
        file.load_contents_async(null, (_file, result) => {
            try {
                resolve(file.load_contents_finish(result)[1]);
            } catch (error) {
                reject(error);
            }
        });
    });
}

/** What is wrong with a ROM; null when nothing is. */
export function faultOf(bytes: Uint8Array, vendor: number, device: number): BadRom | null {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < FEWEST_BYTES || view.getUint16(0, true) !== 0xaa55) return 'no-rom';
    const at = view.getUint16(0x18, true);
    if (at + 8 > bytes.length) return 'no-rom';
    if (new TextDecoder().decode(bytes.subarray(at, at + 4)) !== 'PCIR') return 'no-rom';
    const fits = view.getUint16(at + 4, true) === vendor && view.getUint16(at + 6, true) === device;
    return fits ? null : 'other-card';
}
