// SPDX-License-Identifier: GPL-3.0-or-later
import {scaledKib, sizeInKib} from './scalars.js';
import {attributeOf, childOf, childrenOf, descendantOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/** How much memory a machine has, in KiB. */
export interface MemorySize {
    /** What it starts with, or has now: the balloon may have taken the rest. */
    readonly current: number;
    /** What it can have without memory being plugged in. */
    readonly maximum: number;
    /** What it can have with memory plugged in, or null where none can be. */
    readonly hotplugMaximum: number | null;
}

/** Where a machine's memory comes from. */
export interface MemoryBacking {
    readonly hugePages: boolean;
    /** Sizes of the huge pages in KiB; empty for the host's default. */
    readonly hugePageSizesKib: readonly number[];
    /** Never swapped out. */
    readonly locked: boolean;
    /** `memfd`, `file` or `anonymous`; null where libvirt chooses. */
    readonly source: string | null;
    /** `shared`, as virtiofs needs it, or `private`; null where libvirt chooses. */
    readonly access: string | null;
}

/** Reads `<memory>`, `<currentMemory>`, `<maxMemory>` and, where the first is missing, the NUMA cells. */
export function readMemorySize(domain: XmlElement): MemorySize {
    const maximum = sizeInKib(childOf(domain, 'memory')) ?? readNumaMemory(domain);
    const current = sizeInKib(childOf(domain, 'currentMemory'));
    return {
        // libvirt takes both a missing and a greater value as all of it.
        current: current === null || current === 0 ? maximum : Math.min(current, maximum),
        maximum,
        hotplugMaximum: sizeInKib(childOf(domain, 'maxMemory')),
    };
}

function readNumaMemory(domain: XmlElement): number {
    let sum = 0;
    for (const cell of childrenOf(descendantOf(domain, 'cpu', 'numa'), 'cell'))
        sum += scaledKib(attributeOf(cell, 'memory'), attributeOf(cell, 'unit')) ?? 0;
    return sum;
}

/** Reads `<memoryBacking>`. */
export function readMemoryBacking(domain: XmlElement): MemoryBacking {
    const backing = childOf(domain, 'memoryBacking');
    const hugePages = childOf(backing, 'hugepages');
    const sizes = childrenOf(hugePages, 'page').map(page =>
        scaledKib(attributeOf(page, 'size'), attributeOf(page, 'unit')),
    );
    return {
        hugePages: hugePages !== null,
        hugePageSizesKib: sizes.filter(size => size !== null),
        locked: childOf(backing, 'locked') !== null,
        source: attributeOf(childOf(backing, 'source'), 'type'),
        access: attributeOf(childOf(backing, 'access'), 'mode'),
    };
}
