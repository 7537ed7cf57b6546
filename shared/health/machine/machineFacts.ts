// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../../definition/definition.js';
import {isActive, type StateAndReason} from '../../libvirt/domainState.js';
import type {GuestInfo} from './guestInfo.js';
import type {ImageFacts} from './imageChain.js';
import type {LastEnd} from './machineLog.js';
import type {QemuProcess} from './qemuProcess.js';
import type {Reading} from './reading.js';
import type {Snapshot} from './snapshots.js';

/** What the computer has for its machines. */
export interface HostCapacity {
    /** Processors that are switched on. */
    readonly cpus: number;
    readonly memoryKib: number;
    /** What can be had without swapping (`MemAvailable`). */
    readonly availableKib: number;
}

/** A device of the computer that the machine's definition names. */
export interface DeviceFacts {
    readonly kind: 'pci' | 'usb';
    /** PCI address, or vendor and product of a USB device. */
    readonly id: string;
    /** What people call it, where that is known. */
    readonly name: string | null;
    /** Null when it could not be looked up. */
    readonly there: boolean | null;
    /** The Linux driver that has it, which is `usbfs` for a USB device that a program has; null when none has. */
    readonly driver: string | null;
    /** The running machine that has it, if it is another. */
    readonly otherMachine: string | null;
}

/** How the guest agent answered. */
export interface AgentAnswer {
    readonly answered: boolean;
    /** How long it took, or how long was waited. */
    readonly milliseconds: number;
}

/** The guest's clock with the moments of the host's between which it was read, in milliseconds since 1970. */
export interface ClockSample {
    readonly guestMs: number;
    readonly askedMs: number;
    readonly answeredMs: number;
}

/** An error that QEMU met on a disk. */
export interface DiskError {
    /** Name in the guest, for example `vda`. */
    readonly target: string;
    readonly noSpace: boolean;
}

/** A file in which a machine keeps what its disks do not hold. */
export interface StateFile {
    readonly kind: 'tpm' | 'nvram';
    readonly path: string;
    /** Null when it could not be looked up. */
    readonly there: boolean | null;
}

/** A snapshot, with the files of it that are known not to be there. */
export interface SnapshotFacts extends Snapshot {
    readonly missing: readonly string[];
}

/** Everything that the health of a machine is judged by, read once. */
export interface MachineFacts {
    /** As it runs, or as it is kept. */
    readonly definition: Definition;
    /** The one that its next start takes, where it runs; null when it is off, or this cannot be told. */
    readonly kept: Definition | null;
    readonly state: StateAndReason;
    /** Null within when there is none. */
    readonly process: Reading<QemuProcess | null>;
    readonly host: Reading<HostCapacity>;
    readonly devices: readonly DeviceFacts[];
    readonly agent: Reading<AgentAnswer>;
    readonly guest: Reading<GuestInfo>;
    readonly clock: Reading<ClockSample>;
    readonly diskErrors: Reading<readonly DiskError[]>;
    readonly images: readonly ImageFacts[];
    readonly stateFiles: readonly StateFile[];
    /** Whether the guest tells through the balloon how much memory it has free. */
    readonly balloonReports: Reading<boolean>;
    /** The newest snapshots, each with the files of it that are known not to be there. */
    readonly snapshots: Reading<readonly SnapshotFacts[]>;
    /** How it ended the last time, as libvirt's log tells; null within when the log tells of no end. */
    readonly lastEnd: Reading<LastEnd | null>;
    /** Whether what its guest reports can be read here at all. */
    readonly reportsReadable: boolean;
    /** When these last happened while this program followed the machine; in milliseconds since 1970. */
    readonly lastCrashMs: number | null;
    readonly lastWatchdogMs: number | null;
    readonly lastIoErrorMs: number | null;
}

/** Whether the guest can answer now: it is there, and nobody holds it. */
export function canAnswer({state}: Pick<MachineFacts, 'state'>): boolean {
    return state.state === 'running' || state.state === 'blocked';
}

/** Whether QEMU runs it. */
export function hasQemu({definition}: Pick<MachineFacts, 'definition'>): boolean {
    return definition.type === 'kvm' || definition.type === 'qemu';
}

/** Whether it uses memory and devices now. */
export function isOn({state}: Pick<MachineFacts, 'state'>): boolean {
    return isActive(state.state);
}
