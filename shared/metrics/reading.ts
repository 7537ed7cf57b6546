// SPDX-License-Identifier: GPL-3.0-or-later
import type {StateAndReason} from '../libvirt/domainState.js';

/** A figure that libvirt may leave out: the hypervisor does not know it, or the machine was busy with a job. */
export type Figure = number | null;

/** Memory in bytes, as the host sees it and, where its balloon driver tells, the guest. */
export interface MemoryReading {
    /** What the guest has at present, and what it may have. */
    readonly current: Figure;
    readonly maximum: Figure;
    /** What the host holds for the machine's process. */
    readonly resident: Figure;
    /** What follows is the guest's word, and null once that is old. What its kernel manages, what of it programs could still have, and what lies idle. */
    readonly available: Figure;
    readonly usable: Figure;
    readonly unused: Figure;
    /** Counters of the guest's swapping, and of its faults that went to a disk. */
    readonly swappedIn: Figure;
    readonly swappedOut: Figure;
    readonly majorFaults: Figure;
    /** When the guest told all this, in seconds since 1970. */
    readonly toldAt: Figure;
}

/** One virtual processor; all but `index` are counters in nanoseconds. */
export interface VcpuReading {
    readonly index: number;
    readonly time: Figure;
    /** Waiting in the host's run queue, as the scheduler's statistics have it. */
    readonly wait: Figure;
    /** The same as the guest is told of it: stolen time. */
    readonly delay: Figure;
}

/** One disk; counters of bytes, requests and nanoseconds, and sizes in bytes. */
export interface DiskReading {
    readonly name: string;
    readonly readBytes: Figure;
    readonly writtenBytes: Figure;
    readonly reads: Figure;
    readonly writes: Figure;
    readonly flushes: Figure;
    readonly readTime: Figure;
    readonly writeTime: Figure;
    readonly flushTime: Figure;
    readonly errors: Figure;
    readonly capacity: Figure;
    readonly allocation: Figure;
    readonly physical: Figure;
}

/** One network interface, seen from the guest: what is received goes in. All are counters. */
export interface NetworkReading {
    readonly name: string;
    readonly inBytes: Figure;
    readonly outBytes: Figure;
    readonly inPackets: Figure;
    readonly outPackets: Figure;
    readonly inErrors: Figure;
    readonly outErrors: Figure;
    readonly inDrops: Figure;
    readonly outDrops: Figure;
}

/** What one reply says of one machine. */
export interface Reading extends StateAndReason {
    /** Processor time in nanoseconds: all of the machine's process, and what of it QEMU and the kernel used. */
    readonly time: Figure;
    readonly userTime: Figure;
    readonly systemTime: Figure;
    readonly memory: MemoryReading;
    readonly vcpus: readonly VcpuReading[];
    readonly disks: readonly DiskReading[];
    readonly networks: readonly NetworkReading[];
}
