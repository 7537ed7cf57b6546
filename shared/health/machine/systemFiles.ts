// SPDX-License-Identifier: GPL-3.0-or-later
// This computer's file systems, looked at without blocking: an image may be on a server that does not answer.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {monotonicMs, withDeadline} from '../../platform/clock.js';
import {DeadlineError, SubprocessError} from '../../platform/errors.js';
import {queryFreeBytes, queryInfo} from '../../platform/files.js';
import {_, fill} from '../../platform/i18n.js';
import {Limiter} from '../../platform/limiter.js';
import {run} from '../../platform/subprocess.js';
import {type ImageChain, type ImageLayer, MOST_LAYERS, parseImage} from './imageChain.js';
import {read, type Reading, unread} from './reading.js';
import type {FilePorts} from './stateFiles.js';

export interface FileLimits {
    /** For each look, in milliseconds. */
    readonly timeoutMs: number;
    readonly cancellable?: Gio.Cancellable | null;
}

/** stat(2) */
const S_IFMT = 0o170000;
const S_IFBLK = 0o060000;
/** More than this is said of no image; one with a thousand snapshots takes some 300 KB. */
const MOST_INFO = 4 * 1024 * 1024;

/** So many of a machine's images are looked at at a time: a definition may name hundreds. */
const AT_A_TIME = 4;

/** The files of the computer that this program runs on. */
export function systemFiles({timeoutMs, cancellable = null}: FileLimits): FilePorts {
    const turns = new Limiter(AT_A_TIME);
    return {
        isThere: path => isThere(path, timeoutMs),
        freeBytes: path => freeBytes(path, timeoutMs),
        chain: (path, format) => {
            const deadline = monotonicMs() + timeoutMs;
            const leftMs = (): number => deadline - monotonicMs();
            return turns.run(() => chain(path, format, leftMs, cancellable));
        },
    };
}

async function isThere(path: string, timeoutMs: number): Promise<boolean | null> {
    try {
        await withDeadline(path, timeoutMs, queryInfo(path, 'standard::type'));
        return true;
    } catch (error) {
        if (error instanceof DeadlineError) return null;
        if (!(error instanceof GLib.Error)) throw error;
        return isGone(error) ? false : null;
    }
}

function isGone(error: GLib.Error): boolean {
    const {NOT_FOUND, NOT_DIRECTORY} = Gio.IOErrorEnum;
    return error.matches(Gio.IOErrorEnum, NOT_FOUND) || error.matches(Gio.IOErrorEnum, NOT_DIRECTORY);
}

async function freeBytes(path: string, timeoutMs: number): Promise<Reading<number>> {
    const why = _('What is free where the image is cannot be read.');
    try {
        return read(await withDeadline(path, timeoutMs, queryFreeBytes(path)));
    } catch (error) {
        if (error instanceof DeadlineError || error instanceof GLib.Error) return unread(why);
        throw error;
    }
}

/** What an image has to be: QEMU waits without an end for who writes into a pipe. */
type Kind = 'image' | 'gone' | 'other' | 'hidden';

async function kindOf(path: string): Promise<Kind> {
    try {
        const info = await queryInfo(path, 'standard::type,unix::mode');
        if (info.get_file_type() === Gio.FileType.REGULAR) return 'image';
        return (info.get_attribute_uint32('unix::mode') & S_IFMT) === S_IFBLK ? 'image' : 'other';
    } catch (error) {
        if (!(error instanceof GLib.Error)) throw error;
        return isGone(error) ? 'gone' : 'hidden';
    }
}

/**
 * Asks for one image after the other. qemu-img would follow the whole chain by itself, but also to other computers:
 * what an image says that it rests on is the choice of who made it.
 */
async function chain(
    path: string,
    format: string | null,
    leftMs: () => number,
    cancellable: Gio.Cancellable | null,
): Promise<Reading<ImageChain>> {
    const layers: ImageLayer[] = [];
    const seen = new Set<string>();
    let next: string | null = path;
    let nextFormat = format;
    while (next !== null && layers.length < MOST_LAYERS) {
        // Only to know it again: where a link is on the way, what “..” leads to does not stand in the name.
        const now: string = next;
        const name = GLib.canonicalize_filename(now, null);
        if (seen.has(name)) return read({layers, missing: null, loop: now});
        seen.add(name);
        const timeoutMs = leftMs();
        if (timeoutMs <= 0) return unread(_('qemu-img did not answer in time.'));
        let layer: ImageLayer | null;
        try {
            const kind = await withDeadline(now, timeoutMs, kindOf(now));
            if (kind === 'gone') return read({layers, missing: now, loop: null});
            if (kind === 'other')
                return unread(fill(_('{file} is neither a file nor a block device.'), {file: now}));
            layer = parseImage(
                await imageInfo(now, nextFormat, {timeoutMs: Math.max(1, leftMs()), cancellable}),
            );
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

function imageInfo(path: string, format: string | null, limits: FileLimits): Promise<string> {
    // Left to guess, qemu-img believes what the guest has written into a raw image.
    const known = format !== null && /^[a-z0-9-]{1,20}$/.test(format) ? ['-f', format] : [];
    // A machine that runs holds its images: without --force-share they could not be opened.
    const options = ['--force-share', '--output=json', ...known];
    return run(['qemu-img', 'info', ...options, '--', path], {...limits, mostBytes: MOST_INFO});
}

function whyNot(error: unknown): string {
    if (error instanceof DeadlineError) return _('qemu-img did not answer in time.');
    if (!(error instanceof SubprocessError)) throw error;
    if (error.status === null)
        return error.cause === undefined
            ? _('qemu-img’s answer could not be read.')
            : _('qemu-img is not installed.');
    return fill(_('qemu-img could not read the image: {error}'), {error: error.stderr});
}
