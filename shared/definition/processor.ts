// SPDX-License-Identifier: GPL-3.0-or-later
import {cpuSet, flagAttribute, numberAttribute, wholeNumber} from './scalars.js';
import {attributeOf, childOf, childrenOf, descendantOf, textOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/** How many virtual CPUs a machine has. */
export interface VcpuCount {
    /** Plugged in at the start. */
    readonly current: number;
    /** Most that can be plugged in. */
    readonly maximum: number;
}

export interface CpuTopology {
    readonly sockets: number;
    readonly dies: number;
    readonly clusters: number;
    readonly cores: number;
    readonly threads: number;
}

/** The `<cpu>`. Null stands for what the XML leaves to libvirt. */
export interface Cpu {
    /** `host-passthrough`, `host-model`, `maximum` or `custom`. */
    readonly mode: string | null;
    /** Named model, for mode `custom`. */
    readonly model: string | null;
    readonly topology: CpuTopology | null;
    /** Features by name, with their policy (`require`, `disable`, `force`, `optional`, `forbid`). */
    readonly features: ReadonlyMap<string, string>;
    /** Number of NUMA cells that the guest sees. */
    readonly numaCells: number;
}

/** Which CPUs of the host a virtual CPU, the emulator or an I/O thread may run on. */
export interface CpuPinning {
    /** By number of the virtual CPU. */
    readonly vcpus: ReadonlyMap<number, readonly number[]>;
    readonly emulator: readonly number[] | null;
    /** By number of the I/O thread, from 1. */
    readonly ioThreads: ReadonlyMap<number, readonly number[]>;
    /** For every virtual CPU without a pin of its own. */
    readonly others: readonly number[] | null;
}

/** Reads `<vcpu>`; one CPU without it, as libvirt has it. */
export function readVcpuCount(domain: XmlElement): VcpuCount {
    const element = childOf(domain, 'vcpu');
    const maximum = wholeNumber(textOf(element)) ?? 1;
    const current = numberAttribute(element, 'current');
    if (current !== null) return {current, maximum};
    const single = childrenOf(childOf(domain, 'vcpus'), 'vcpu');
    if (single.length === 0) return {current: maximum, maximum};
    return {current: single.filter(vcpu => flagAttribute(vcpu, 'enabled') === true).length, maximum};
}

/** Reads `<cpu>`. */
export function readCpu(domain: XmlElement): Cpu {
    const element = childOf(domain, 'cpu');
    const features = childrenOf(element, 'feature').map(
        feature => [attributeOf(feature, 'name') ?? '', attributeOf(feature, 'policy') ?? 'require'] as const,
    );
    return {
        mode: attributeOf(element, 'mode') ?? (childOf(element, 'model') === null ? null : 'custom'),
        model: textOf(childOf(element, 'model'))?.trim() ?? null,
        topology: readTopology(childOf(element, 'topology')),
        features: new Map(features),
        numaCells: childrenOf(childOf(element, 'numa'), 'cell').length,
    };
}

function readTopology(element: XmlElement | null): CpuTopology | null {
    if (element === null) return null;
    const count = (name: string) => numberAttribute(element, name) ?? 1;
    return {
        sockets: count('sockets'),
        dies: count('dies'),
        clusters: count('clusters'),
        cores: count('cores'),
        threads: count('threads'),
    };
}

/** Reads `<cputune>`. */
export function readCpuPinning(domain: XmlElement): CpuPinning {
    const tune = childOf(domain, 'cputune');
    return {
        vcpus: readPins(tune, 'vcpupin', 'vcpu'),
        emulator: cpuSet(attributeOf(childOf(tune, 'emulatorpin'), 'cpuset')),
        ioThreads: readPins(tune, 'iothreadpin', 'iothread'),
        others: cpuSet(attributeOf(childOf(domain, 'vcpu'), 'cpuset')),
    };
}

function readPins(
    tune: XmlElement | null,
    name: string,
    key: string,
): ReadonlyMap<number, readonly number[]> {
    const pins = new Map<number, readonly number[]>();
    for (const pin of childrenOf(tune, name)) {
        const number = numberAttribute(pin, key);
        const cpus = cpuSet(attributeOf(pin, 'cpuset'));
        if (number !== null && cpus !== null) pins.set(number, cpus);
    }
    return pins;
}

/** Number of I/O threads: what `<iothreads>` says, or the `<iothreadids>` listed, whichever is more. */
export function readIoThreads(domain: XmlElement): number {
    const listed = childrenOf(descendantOf(domain, 'iothreadids'), 'iothread').length;
    return Math.max(wholeNumber(textOf(childOf(domain, 'iothreads'))) ?? 0, listed);
}
