// SPDX-License-Identifier: GPL-3.0-or-later
import {listNames, readAttribute} from '../platform/files.js';
import {functionPath} from './pciFunction.js';
import type {CardFacts} from './pciTree.js';
import type {SysRoot} from './sysRoot.js';

/** A socket for a display. */
export interface Connector {
    /** As Linux calls it, e.g. `DP-1`. */
    readonly name: string;
    readonly connected: boolean;
    /** Whether a picture is sent to it. */
    readonly enabled: boolean;
}

export interface Power {
    /** `D0` … `D3cold`, or null when the kernel does not know. */
    readonly state: string | null;
    /** `active`, `suspended`, …: whether Linux has put it to sleep. */
    readonly runtimeStatus: string | null;
    /** Whether Linux may put it to sleep. */
    readonly mayRuntimeSuspend: boolean | null;
    readonly d3coldAllowed: boolean | null;
}

/** Speed in GT/s and width in lanes. Idle cards run slower than they can. */
export interface Link {
    readonly speed: number;
    readonly width: number;
    readonly mostSpeed: number;
    readonly mostWidth: number;
}

/** How much of its memory a card shows at once. */
export interface Aperture {
    readonly bytes: number;
    /** The largest that the card offers; null when it cannot be resized. */
    readonly mostBytes: number | null;
}

/** What of a card is read when somebody looks at it. */
export interface CardDetails {
    readonly connectors: readonly Connector[];
    readonly power: Power;
    /** Null while it sleeps, since asking would wake it, and where there is no PCI Express link. */
    readonly link: Link | null;
    /** The ways in which it can be reset, the preferred first; null when it cannot be. */
    readonly resetMethods: readonly string[] | null;
    /** Null when it shows no memory, e.g. while it is switched off. */
    readonly aperture: Aperture | null;
}

/** Reads what is worth showing of a card, and wakes none that sleeps. */
export async function readCardDetails(root: SysRoot, card: CardFacts): Promise<CardDetails> {
    const folder = functionPath(root, card.display.address);
    const [connectors, power, reset, aperture] = await Promise.all([
        readConnectors(folder, card),
        readPower(folder),
        readAttribute(`${folder}/reset_method`),
        readAperture(folder),
    ]);
    return {
        connectors,
        power,
        // Kernels power the card up to read its link (drivers/pci/pci-sysfs.c, current_link_speed_show).
        link: power.runtimeStatus === 'suspended' ? null : await readLinkState(folder),
        resetMethods: reset === null || reset === '' ? null : reset.split(/\s+/),
        aperture,
    };
}

async function readConnectors(folder: string, card: CardFacts): Promise<Connector[]> {
    const sockets = card.drmNodes
        .filter(node => node.startsWith('card'))
        .flatMap(node =>
            (listNames(`${folder}/drm/${node}`) ?? [])
                .filter(name => name.startsWith(`${node}-`))
                .sort()
                .map(name => ({path: `${folder}/drm/${node}/${name}`, name: name.slice(node.length + 1)})),
        );
    return Promise.all(
        sockets.map(async ({path, name}) => {
            const [status, enabled] = await Promise.all([
                readAttribute(`${path}/status`),
                readAttribute(`${path}/enabled`),
            ]);
            return {name, connected: status === 'connected', enabled: enabled === 'enabled'};
        }),
    );
}

async function readPower(folder: string): Promise<Power> {
    const [state, runtimeStatus, control, d3cold] = await Promise.all([
        readAttribute(`${folder}/power_state`),
        readAttribute(`${folder}/power/runtime_status`),
        readAttribute(`${folder}/power/control`),
        readAttribute(`${folder}/d3cold_allowed`),
    ]);
    return {
        state: state === 'unknown' || state === 'error' ? null : state,
        runtimeStatus,
        mayRuntimeSuspend: control === null ? null : control === 'auto',
        d3coldAllowed: d3cold === null ? null : d3cold === '1',
    };
}

async function readLinkState(folder: string): Promise<Link | null> {
    const [speed, width, mostSpeed, mostWidth] = await Promise.all(
        ['current_link_speed', 'current_link_width', 'max_link_speed', 'max_link_width'].map(name =>
            readAttribute(`${folder}/${name}`).then(text => Number.parseFloat(text ?? '')),
        ),
    );
    // A link that is down reads "Unknown" and width 0.
    if (!speed || !width || !mostSpeed || !mostWidth) return null;
    return {speed, width, mostSpeed, mostWidth};
}

/** IORESOURCE_MEM, and the flag of prefetchable memory (kernel: include/linux/ioport.h). */
const MEMORY = 0x200;
const PREFETCHABLE = 0x2000;
const BARS = 6;

async function readAperture(folder: string): Promise<Aperture | null> {
    const lines = ((await readAttribute(`${folder}/resource`)) ?? '').split('\n').slice(0, BARS);
    const bars = lines
        .map((line, index) => {
            const [start = 0n, end = 0n, flags = 0n] = line
                .split(' ')
                .map(word => (/^0x[0-9a-f]{1,16}$/i.test(word) ? BigInt(word) : 0n));
            const memory = (Number(flags) & (MEMORY | PREFETCHABLE)) === (MEMORY | PREFETCHABLE);
            return {index, bytes: memory && end > start ? Number(end - start + 1n) : 0};
        })
        .sort((one, other) => other.bytes - one.bytes);
    const largest = bars[0];
    if (!largest || largest.bytes === 0) return null;
    const sizes = await readAttribute(`${folder}/resource${largest.index}_resize`);
    return {bytes: largest.bytes, mostBytes: largestOf(sizes)};
}

/** Bit n stands for a size of 2^n MiB (kernel: Documentation/ABI/testing/sysfs-bus-pci, resourceN_resize). */
function largestOf(sizes: string | null): number | null {
    if (sizes === null || !/^(0x)?[0-9a-f]{1,16}$/i.test(sizes)) return null;
    const bits = BigInt(sizes.startsWith('0x') ? sizes : `0x${sizes}`);
    return bits === 0n ? null : 2 ** (bits.toString(2).length - 1) * 2 ** 20;
}
