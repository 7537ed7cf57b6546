// SPDX-License-Identifier: GPL-3.0-or-later
// This computer's file systems, looked at without blocking: an image may be on a server that does not answer.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {monotonicMs, withDeadline} from '../../platform/clock.js';
import {DeadlineError, SubprocessError} from '../../platform/errors.js';
import {_, fill} from '../../platform/i18n.js';
import {run} from '../../platform/subprocess.js';
import {type ImageChain, type ImageLayer, MOST_LAYERS, parseImage, parseImageChain} from './imageChain.js';
import {read, type Reading, unread} from './reading.js';
import type {FilePorts} from './stateFiles.js';

export interface FileLimits {
    /** For each look, in milliseconds. */
    readonly timeoutMs: number;
    readonly cancellable?: Gio.Cancellable | null;
}

/** The files of the computer that this program runs on. */
export function systemFiles({timeoutMs, cancellable = null}: FileLimits): FilePorts {
    return {
        isThere: path => isThere(path, timeoutMs),
        freeBytes: path => freeBytes(path, timeoutMs),
        chain: (path, format) => chain(path, format, {timeoutMs, cancellable}),
    };
}

async function isThere(path: string, timeoutMs: number): Promise<boolean | null> {
    try {
        await withDeadline(path, timeoutMs, look(path));
        return true;
    } catch (error) {
        if (error instanceof DeadlineError) return null;
        if (!(error instanceof GLib.Error)) throw error;
        const gone =
            error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_FOUND) ||
            error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.NOT_DIRECTORY);
        return gone ? false : null;
    }
}

async function freeBytes(path: string, timeoutMs: number): Promise<Reading<number>> {
    const why = _('What is free where the image is cannot be read.');
    try {
        return read(await withDeadline(path, timeoutMs, lookForSpace(path)));
    } catch (error) {
        if (error instanceof DeadlineError || error instanceof GLib.Error) return unread(why);
        throw error;
    }
}

/** Asks for the whole chain at once, and where that fails for one image after the other, to see where it breaks. */
async function chain(path: string, format: string | null, limits: FileLimits): Promise<Reading<ImageChain>> {
    const {timeoutMs} = limits;
    const deadline = monotonicMs() + timeoutMs;
    try {
        const layers = parseImageChain(await imageInfo(path, format, ['--backing-chain'], limits));
        if (layers !== null) return read({layers, missing: null, loop: null});
        return unread(_('qemu-img’s answer could not be read.'));
    } catch (error) {
        if (!(error instanceof SubprocessError) || error.status === null) return unread(whyNot(error));
    }
    return follow(path, format, () => ({...limits, timeoutMs: Math.max(1, deadline - monotonicMs())}));
}

async function follow(
    path: string,
    format: string | null,
    limits: () => FileLimits,
): Promise<Reading<ImageChain>> {
    const layers: ImageLayer[] = [];
    const seen = new Set<string>();
    let next: string | null = path;
    let nextFormat = format;
    while (next !== null && layers.length < MOST_LAYERS) {
        const now: string = GLib.canonicalize_filename(next, null);
        if (seen.has(now)) return read({layers, missing: null, loop: now});
        seen.add(now);
        if ((await isThere(now, limits().timeoutMs)) === false)
            return read({layers, missing: now, loop: null});
        let layer: ImageLayer | null;
        try {
            layer = parseImage(await imageInfo(now, nextFormat, [], limits()));
        } catch (error) {
            return unread(whyNot(error));
        }
        if (layer === null) return unread(_('qemu-img’s answer could not be read.'));
        layers.push(layer);
        // What is no path is on another computer.
        next = layer.backing?.startsWith('/') ? layer.backing : null;
        nextFormat = layer.backingFormat;
    }
    return read({layers, missing: null, loop: null});
}

function imageInfo(
    path: string,
    format: string | null,
    more: readonly string[],
    limits: FileLimits,
): Promise<string> {
    // Left to guess, qemu-img believes what the guest has written into a raw image.
    const known = format !== null && /^[a-z0-9-]{1,20}$/.test(format) ? ['-f', format] : [];
    // A machine that runs holds its images: without --force-share they could not be opened.
    const options = ['--force-share', '--output=json', ...more, ...known];
    return run(['qemu-img', 'info', ...options, '--', path], limits);
}

function whyNot(error: unknown): string {
    if (error instanceof DeadlineError) return _('qemu-img did not answer in time.');
    if (!(error instanceof SubprocessError)) throw error;
    if (error.status === null) return _('qemu-img is not installed.');
    return fill(_('qemu-img could not read the image: {error}'), {error: error.stderr});
}

function look(path: string): Promise<Gio.FileInfo> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        const {NONE} = Gio.FileQueryInfoFlags;
        file.query_info_async('standard::type', NONE, GLib.PRIORITY_DEFAULT, null, (_file, result) => {
            try {
                resolve(file.query_info_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}

function lookForSpace(path: string): Promise<number> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        const attribute = Gio.FILE_ATTRIBUTE_FILESYSTEM_FREE;
        file.query_filesystem_info_async(attribute, GLib.PRIORITY_DEFAULT, null, (_file, result) => {
            try {
                resolve(file.query_filesystem_info_finish(result).get_attribute_uint64(attribute));
            } catch (error) {
                reject(error);
            }
        });
    });
}
