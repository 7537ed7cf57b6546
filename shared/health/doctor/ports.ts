// SPDX-License-Identifier: GPL-3.0-or-later
// What the doctor asks of the world besides files, behind one interface, so that tests answer for it.
import type {Definition} from '../../definition/definition.js';
import type {SysRoot} from '../../gpu/sysRoot.js';
import type {SetUpWorld} from '../../setUp/setUpFacts.js';

/** Where files stand: the kernel's, and what is configured and installed. */
export interface DoctorRoot extends SysRoot {
    readonly etc: string;
    readonly usr: string;
}

/** A machine that libvirt knows. */
export interface DoctorMachine {
    /** Id of the connection, e.g. `system`. */
    readonly host: string;
    readonly name: string;
    readonly running: boolean;
    readonly definition: Definition;
}

/** How asking one libvirt connection ended. */
export interface ConnectionView {
    /** Its id, e.g. `system`. */
    readonly host: string;
    /** Null when it answered; else the kind of the error, e.g. `service-missing`, `not-permitted`. */
    readonly trouble: string | null;
    /** For the details; empty when there is no trouble. */
    readonly message: string;
    /** As a number: major · 1,000,000 + minor · 1,000 + release; null when it did not tell. */
    readonly libvirtVersion: number | null;
    /** The same of QEMU, or what else runs machines there. */
    readonly hypervisorVersion: number | null;
}

/** A network of the system's libvirt. */
export interface NetworkView {
    readonly name: string;
    readonly active: boolean;
    readonly autostart: boolean;
}

/** A storage pool; sizes in bytes. */
export interface PoolView {
    /** Id of the connection, e.g. `system`. */
    readonly host: string;
    readonly name: string;
    readonly active: boolean;
    /** Whether it is to be started with the computer. */
    readonly autostart: boolean;
    readonly capacityBytes: number;
    readonly availableBytes: number;
}

/** What GNOME Shell says of our extension. */
export interface ExtensionView {
    /** Null where no Shell answers, as over SSH. */
    readonly shellVersion: string | null;
    readonly installed: boolean;
    readonly enabled: boolean;
    /** The Shell's own word: active, inactive, error, out-of-date. */
    readonly state: 'active' | 'inactive' | 'error' | 'out-of-date';
    readonly version: string | null;
    readonly error: string;
}

/** What is known of who runs this, and on what. Null where it cannot be told. */
export interface SessionView {
    readonly type: 'wayland' | 'x11' | 'tty' | null;
    readonly groups: readonly string[] | null;
    readonly remote: boolean | null;
}

/** Releases of Looking Glass, e.g. `B7`, as far as they are told. */
export interface LookingGlassReleases {
    readonly client: string | null;
    /** By the machine's name. */
    readonly guests: ReadonlyMap<string, string>;
}

/** What the doctor asks. Each may fail, or never answer; nothing of it changes anything. */
export interface DoctorPorts {
    readonly root: DoctorRoot;
    /** By how much more time than usual each question has; 1 unless told. */
    readonly patience?: number;
    /** The system bus with the helper on it; to get there may take its time, as all that follows. */
    setUp(): Promise<SetUpWorld>;
    /** Of all connections that can be reached. */
    machines(): Promise<readonly DoctorMachine[]>;
    connections(): Promise<readonly ConnectionView[]>;
    /** Those that most machines use; null where the system's libvirt is not followed. */
    networks(): Promise<readonly NetworkView[] | null>;
    pools(): Promise<readonly PoolView[]>;
    /** The kernel's messages since the computer was started; null when they may not be read. */
    kernelLog(): Promise<readonly string[] | null>;
    /** When the computer was last sent to sleep, in ms since 1970; null when that cannot be told, 0 for never. */
    lastSleepMs(): Promise<number | null>;
    extension(): Promise<ExtensionView>;
    session(): Promise<SessionView>;
    lookingGlassReleases(): Promise<LookingGlassReleases>;
    /** Whole path of a program, or null. */
    program(name: string): string | null;
}
