// SPDX-License-Identifier: GPL-3.0-or-later
import {here} from '../gpu/here.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import {readShort} from '../platform/files.js';
import {type ProcessorReading, processorReadingOf, processorUseBetween} from './hostProcessors.js';
import {type HostPressure, readPressure} from './pressure.js';
import type {Figure} from './reading.js';

/** How this computer does, on which all machines run; null for what the kernel does not tell. */
export interface HostFigures {
    /** How many processors are online. */
    readonly processors: Figure;
    /** What of their time was used, and taken by a hypervisor, since the look before: 0 to 1. */
    readonly used: Figure;
    readonly stolen: Figure;
    /** Memory in bytes: all, and what programs could still have. */
    readonly memory: Figure;
    readonly available: Figure;
    readonly pressure: HostPressure;
}

/** Reads how this computer does, and keeps what the next reading is compared with; it does nothing by itself. */
export class HostFiguresReader {
    #before: ProcessorReading | null = null;

    constructor(private readonly root: SysRoot = here().root) {}

    async read(): Promise<HostFigures> {
        const pressure = await readPressure(this.root.proc);
        const stat = readShort(`${this.root.proc}/stat`) ?? '';
        const meminfo = readShort(`${this.root.proc}/meminfo`) ?? '';
        const now = processorReadingOf(stat);
        const use = this.#before && now && processorUseBetween(this.#before, now);
        this.#before = now;
        return {
            processors: stat.match(/^cpu\d+ /gm)?.length ?? null,
            used: use?.used ?? null,
            stolen: use?.stolen ?? null,
            memory: bytesIn(meminfo, 'MemTotal'),
            available: bytesIn(meminfo, 'MemAvailable'),
            pressure,
        };
    }
}

function bytesIn(meminfo: string, name: string): Figure {
    const kibibytes = new RegExp(`^${name}: *(\\d{1,15}) kB$`, 'm').exec(meminfo)?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}
