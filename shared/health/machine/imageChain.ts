// SPDX-License-Identifier: GPL-3.0-or-later
// Images as `qemu-img info --force-share --output=json` tells of them, from the one that is written
// to down to the one that rests on none.
import {parseJson} from '../../platform/json.js';
import type {Reading} from './reading.js';

/** One image of a chain. */
export interface ImageLayer {
    readonly path: string;
    /** `qcow2`, `raw`, … */
    readonly format: string;
    /** What the guest sees, in bytes. */
    readonly virtualBytes: number;
    /** What it takes on the disk, in bytes; null where that cannot be told. */
    readonly actualBytes: number | null;
    /** The image that it rests on. */
    readonly backing: string | null;
    /** The format that it says that one has; null when it does not say. */
    readonly backingFormat: string | null;
    /** Names of the snapshots that are within it. */
    readonly snapshots: readonly string[];
    /** QEMU found it damaged, and refuses to write to it. */
    readonly corrupt: boolean;
}

/** An image with what it rests on, as far as that could be followed. */
export interface ImageChain {
    readonly layers: readonly ImageLayer[];
    /** The file that a layer rests on and that is not there. */
    readonly missing: string | null;
    /** The file at which the chain comes back to itself. */
    readonly loop: string | null;
}

/** The image of a disk with what it rests on, and where it grows. */
export interface ImageFacts {
    /** Name in the guest, for example `vda`. */
    readonly target: string;
    /** Path of the image that is written to. */
    readonly path: string;
    readonly readOnly: boolean;
    /** Files of the chain that are known not to be there. */
    readonly missing: readonly string[];
    readonly chain: Reading<ImageChain>;
    /** How much it can still grow, in bytes; null when that cannot be told. */
    readonly growthBytes: number | null;
    /** Of the file system that it is on, in bytes. */
    readonly freeBytes: Reading<number>;
}

/** QEMU itself follows a chain further; one that long is nobody's intention. */
export const MOST_LAYERS = 256;

/** Reads what qemu-img prints of one image. @returns null for what is none */
export function parseImage(json: string): ImageLayer | null {
    return readLayer(parseJson(json));
}

/** How much a chain can still grow: only its first image is written to. In bytes; null when it cannot be told. */
export function growthOf(chain: readonly ImageLayer[]): number | null {
    const top = chain[0];
    if (top === undefined || top.actualBytes === null) return null;
    return Math.max(0, top.virtualBytes - top.actualBytes);
}

function readLayer(value: unknown): ImageLayer | null {
    const path = textIn(value, 'filename');
    const format = textIn(value, 'format');
    const virtualBytes = sizeIn(value, 'virtual-size');
    if (path === null || format === null || virtualBytes === null) return null;
    return {
        path,
        format,
        virtualBytes,
        actualBytes: sizeIn(value, 'actual-size'),
        backing: textIn(value, 'full-backing-filename') ?? textIn(value, 'backing-filename'),
        backingFormat: textIn(value, 'backing-filename-format'),
        snapshots: snapshotsIn(value),
        corrupt: field(field(field(value, 'format-specific'), 'data'), 'corrupt') === true,
    };
}

function snapshotsIn(value: unknown): string[] {
    const snapshots = field(value, 'snapshots');
    return Array.isArray(snapshots) ? snapshots.flatMap(one => textIn(one, 'name') ?? []) : [];
}

function field(value: unknown, key: string): unknown {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
    return (value as Readonly<Record<string, unknown>>)[key];
}

function textIn(value: unknown, key: string): string | null {
    const text = field(value, key);
    return typeof text === 'string' ? text : null;
}

function sizeIn(value: unknown, key: string): number | null {
    const size = field(value, key);
    return typeof size === 'number' && size >= 0 ? size : null;
}
