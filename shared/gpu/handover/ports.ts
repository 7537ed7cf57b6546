// SPDX-License-Identifier: GPL-3.0-or-later
// What a handover does to the world, as interfaces: the helper gives the real ones, tests give a pretended machine.
import type Gio from 'gi://Gio';

import {HandoverError} from '../../platform/errors.js';
import type {UndoRecord} from './undoRecord.js';

/** Changes the kernel. Each call may stay unanswered for ever: the kernel waits without a limit in places. */
export interface KernelWriter {
    /**
     * Writes a value to an attribute of sysfs, in one write.
     *
     * @throws KernelRefusal when the kernel says no
     */
    write(path: string, value: string): Promise<void>;
    /**
     * Loads modules, or whatever a device's modalias stands for; one that is there is no error.
     *
     * @throws KernelRefusal when one cannot be loaded
     */
    loadModules(names: readonly string[]): Promise<void>;
    /**
     * Unloads modules in one go, in the order given; those before one that is in use are gone then.
     *
     * @throws KernelRefusal when one is in use
     */
    unloadModules(names: readonly string[]): Promise<void>;
}

/** The kernel, or modprobe on its behalf, answered no. */
export class KernelRefusal extends HandoverError {
    readonly kind = 'kernel-refusal';

    /**
     * @param what what was asked, e.g. `write unbind 0000:01:00.0`
     * @param answer the kernel's word, e.g. `Device or resource busy`
     */
    constructor(
        readonly what: string,
        readonly answer: string,
        options: {cause?: unknown} = {},
    ) {
        super(`${what}: ${answer}`, options);
    }
}

/** The services of the system. */
export interface Services {
    /** Whether a unit is running; false for one that does not exist. */
    isActive(unit: string): Promise<boolean>;
    /** Stops a unit and waits until it has stopped. */
    stop(unit: string): Promise<void>;
    /** Starts a unit and waits until it has started. */
    start(unit: string): Promise<void>;
}

/** Time that goes on while a handover waits. */
export interface Clock {
    /** Milliseconds on a clock that never jumps. */
    nowMs(): number;
    /** Milliseconds since 1970. */
    wallClockMs(): number;
    /** Waits between two looks at something. */
    delay(milliseconds: number): Promise<void>;
    /** Rings once, unless it is stopped before. */
    alarm(milliseconds: number): Alarm;
}

export interface Alarm {
    readonly rang: Promise<void>;
    stop(): void;
}

/** Keeps the records of handovers where they survive the helper, but not the boot. */
export interface UndoStore {
    /** All records; one that cannot be read is left out. */
    readAll(): Promise<UndoRecord[]>;
    /** Keeps a record in place of the one with the same id; it is safe on disk when this resolves. */
    write(record: UndoRecord): Promise<void>;
    /** Forgets a record. */
    remove(id: string): Promise<void>;
}

/** Puts the machine to sleep and wakes it again. */
export interface Sleeper {
    /**
     * Resolves when it is awake.
     *
     * @throws SleepHeldBack when a program does not want it to sleep; nothing has happened then
     * @throws SleepFailed when it cannot, or did not in time
     */
    suspendAndResume(): Promise<void>;
}

/** Programs keep the computer awake. */
export class SleepHeldBack extends HandoverError {
    readonly kind = 'sleep-held-back';

    /** @param by who, with what for, in their own words */
    constructor(readonly by: readonly string[]) {
        super(`Sleep is held back by ${by.join(', ')}`);
    }
}

/** The computer did not go to sleep, or nothing has told that it woke up. */
export class SleepFailed extends HandoverError {
    readonly kind = 'sleep-failed';
}

export type Cancellable = Gio.Cancellable | null;
