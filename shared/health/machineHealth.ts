// SPDX-License-Identifier: GPL-3.0-or-later
// The health of one machine, for every face.
import Gio from 'gi://Gio';

import {here} from '../gpu/here.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import type {HostList} from '../hosts/hostList.js';
import {DefinitionBusyError} from '../machines/machineErrors.js';
import type {Machine} from '../machines/machine.js';
import {checkLength} from '../machines/machineDetails.js';
import {redefine, type Redefinition} from '../machines/redefinition.js';
import {monotonicMs, onCancelled, withDeadline} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import type {Finding} from './finding.js';
import {type IntegrationEdit, withIntegration} from './integration/integrationEdit.js';
import type {IntegrationRow} from './integration/integrationRow.js';
import {integrationTable} from './integration/integrationTable.js';
import {machineChecks} from './machine/machineChecks.js';
import type {MachineFacts} from './machine/machineFacts.js';
import {worldOf} from './machine/machineWorld.js';
import {readMachineFacts} from './machine/readMachineFacts.js';

export {unwell} from './unwell.js';

export interface MachineHealth {
    readonly facts: MachineFacts;
    readonly findings: readonly Finding[];
    readonly integration: readonly IntegrationRow[];
}

export interface ExaminationOptions {
    /** Where the kernel's file systems stand. */
    readonly root?: SysRoot;
    readonly cancellable?: Gio.Cancellable | null;
    /** How long all of it may take; an agent that does not answer costs most of it. */
    readonly totalMs?: number;
}

const TOTAL_MS = 3_000;
/** What is left for the answers that come last to be put together. */
const ROOM_MS = 100;
/** For libvirt's first answer, and for each thing after it. */
const EACH_MS = 1_500;
/** For everything but the guest. */
const HERE_MS = 1_950;

/**
 * Examines a machine; it changes nothing.
 *
 * Everything is asked at once. What does not answer in its time is a finding that could not be measured, or, where it
 * is the guest's agent, one that failed.
 *
 * @throws MachineGoneError, DeadlineError when libvirt does not even tell the machine's definition, CancelledError, or
 *     what that call failed with
 */
export async function examineMachine(
    machine: Machine,
    hosts: HostList,
    {root = here().root, cancellable = null, totalMs = TOTAL_MS}: ExaminationOptions = {},
): Promise<MachineHealth> {
    const began = monotonicMs();
    const left = (): number => Math.max(1, totalMs - (monotonicMs() - began));
    const abandoned = new Gio.Cancellable();
    const release = cancellable && onCancelled(cancellable, () => abandoned.cancel());
    const examination = async (): Promise<MachineHealth> => {
        const {client, definition} = await withDeadline(
            'the definition',
            Math.min(EACH_MS, totalMs),
            readNow(machine),
        );
        const world = worldOf(machine, client, definition, hosts, {
            root,
            hereMs: Math.max(1, Math.min(EACH_MS, left(), HERE_MS - (monotonicMs() - began))),
            guestMs: Math.max(1, left() - ROOM_MS),
            cancellable: abandoned,
        });
        const {state, reason, troubles} = machine;
        const known = {
            definition,
            state: {state, reason},
            reportsReadable: machine.host.driver.id === 'session',
            lastCrashMs: troubles.crashMs,
            lastWatchdogMs: troubles.watchdogMs,
            lastIoErrorMs: troubles.ioErrorMs,
        };
        const facts = await readMachineFacts(known, world);
        return {facts, findings: machineChecks(facts), integration: integrationTable(facts)};
    };
    try {
        return await unlessCancelled(examination(), abandoned);
    } finally {
        release?.();
    }
}

/** The machine's definition as it is at this moment: what the guest has opened is told in no signal. */
async function readNow(machine: Machine) {
    const {Definition} = await import('../definition/definition.js');
    const client = await machine.client();
    const xml = await client.xml();
    checkLength(xml);
    return {client, definition: Definition.parse(xml)};
}

function unlessCancelled<T>(promise: Promise<T>, cancellable: Gio.Cancellable): Promise<T> {
    return new Promise((resolve, reject) => {
        const release = onCancelled(cancellable, () => reject(new CancelledError()));
        promise.then(resolve, reject).finally(release);
    });
}

/** What was done to a machine's definition. */
export interface AppliedIntegration extends Redefinition {
    /**
     * Writes the definition as it was, byte for byte.
     *
     * @throws DefinitionBusyError when somebody has changed it since, or what the calls failed with
     */
    readonly undo: () => Promise<void>;
    /** Whether it comes into force at the machine's next start only. */
    readonly needsRestart: boolean;
}

/**
 * Gives the definition that is kept of a machine what guest and host need together.
 *
 * @throws NotKeptError, DefinitionError, DefinitionBusyError, MachineGoneError, or what the calls failed with
 */
export async function applyIntegration(machine: Machine, edit: IntegrationEdit): Promise<AppliedIntegration> {
    const {before, after} = await redefine(machine, definition => withIntegration(definition, edit));
    const needsRestart = machine.active && before !== after;
    return {before, after, undo: () => undo(machine, before, after), needsRestart};
}

async function undo(machine: Machine, before: string, after: string): Promise<void> {
    if (before === after) return;
    const original = (await import('../definition/definition.js')).Definition.parse(before);
    await redefine(machine, now => {
        if (now.toXml() !== after) throw new DefinitionBusyError(machine.name);
        return original;
    });
}
