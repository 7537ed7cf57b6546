// SPDX-License-Identifier: GPL-3.0-or-later
import {exists, listNames, readAttribute} from '../../platform/files.js';
import {type HolderReport, machineProcesses} from '../holders/holders.js';
import {driverOf, functionPath, isVfioDriver} from '../pciFunction.js';
import type {SysRoot} from '../sysRoot.js';
import {isPresent, probe, unbind, writeOverride} from './functionState.js';
import {HandoverRefused, NotAsWritten} from './handoverErrors.js';
import {KernelRefusal} from './ports.js';
import type {Hands, Step} from './stepRunner.js';
import type {FunctionBefore, UndoRecord} from './undoRecord.js';

const POLL_MS = 250;
/** How long a machine that has just ended may still have the card open. */
const MACHINE_MS = 10_000;
const SCAN_MS = 10_000;
/**
 * How long a machine that libvirt is starting may take from the look at who has the card until it has opened it: the
 * end of another one's start, which fails for this very reason, must not take the card away from under it.
 */
const OPENING_MS = 2_000;
/** How long a driver may take to make its nodes. */
const NODES_MS = 10_000;

export interface ReturnContext {
    readonly root: SysRoot;
    readonly record: UndoRecord;
    readonly holders: () => Promise<HolderReport>;
    /** Whether nobody has asked for it but the end of a machine, while another may be starting. */
    readonly afterEnd?: boolean;
}

/**
 * Back to how the record says that it was, from wherever the card is now.
 *
 * Each step looks first and does only what is missing, so that the same steps serve a return, a failed take, and a
 * helper that was killed at any moment.
 */
export function returnSteps(context: ReturnContext): Step[] {
    return [
        {
            id: 'holders',
            deadlineMs: MACHINE_MS + OPENING_MS + 2 * SCAN_MS,
            run: hands => waitForMachine(context, hands),
        },
        {id: 'override', deadlineMs: 5_000, run: hands => overrideOld(context, hands)},
        {id: 'unbind', deadlineMs: 15_000, run: hands => unbindVfio(context, hands)},
        ...arrivalSteps(context),
    ];
}

/** The part of a return after which the functions have nobody: from there on it is the same for every way back. */
export function arrivalSteps(context: ReturnContext): Step[] {
    const {services} = context.record;
    return [
        {id: 'load', deadlineMs: 30_000, run: hands => load(context, hands)},
        {id: 'bind', deadlineMs: 30_000, run: hands => bindOld(context, hands)},
        {id: 'release', deadlineMs: 5_000, run: hands => releaseOverrides(context, hands)},
        {id: 'verify', deadlineMs: NODES_MS + 5_000, run: hands => verifyReturned(context, hands)},
        ...(services.length > 0
            ? [
                  {
                      id: 'services',
                      deadlineMs: 30_000,
                      run: (hands: Hands) => startServices(context, hands),
                  } as const,
              ]
            : []),
    ];
}

/** Functions of the record that are on the bus. */
function present({root, record}: ReturnContext): FunctionBefore[] {
    return record.functions.filter(({address}) => isPresent(root, address));
}

/** Functions that vfio has and that Linux had before. */
function onVfio(context: ReturnContext): {address: string; driver: string}[] {
    const {root, record} = context;
    return present(context).flatMap(({address, driver: before}) => {
        const driver = driverOf(root, address);
        const lent = driver !== null && isVfioDriver(driver) && (record.native || !isVfioDriver(before));
        return lent ? [{address, driver}] : [];
    });
}

/** Unbinding vfio waits without a limit for the machine that has the card. */
async function waitForMachine(context: ReturnContext, {clock}: Hands): Promise<void> {
    if (onVfio(context).length === 0) return;
    const end = clock.nowMs() + MACHINE_MS;
    let looks = context.afterEnd ? 2 : 1;
    for (;;) {
        const report = await context.holders();
        const machines = machineProcesses(report);
        if (machines.length === 0 && report.uninspected === 0) {
            if (--looks === 0) return;
            await clock.delay(OPENING_MS);
            continue;
        }
        looks = context.afterEnd ? 2 : 1;
        if (clock.nowMs() >= end) {
            const {uninspected: count, hidden} = report;
            throw new HandoverRefused('return', [
                machines.length > 0
                    ? {kind: 'with-machine', processes: machines}
                    : {kind: 'uninspected', count, hidden},
            ]);
        }
        await clock.delay(POLL_MS);
    }
}

/** Each function that is still to move is promised to its old driver, so that no other takes it in between. */
async function overrideOld(context: ReturnContext, {kernel}: Hands): Promise<void> {
    const {root, record} = context;
    for (const {address, driver} of present(context)) {
        const now = driverOf(root, address);
        if (now === null || (isVfioDriver(now) && now !== driver))
            await writeOverride(kernel, root, address, record.native ? null : driver);
    }
}

async function unbindVfio(context: ReturnContext, {kernel}: Hands): Promise<void> {
    for (const {address, driver} of onVfio(context)) await unbind(kernel, context.root, address, driver);
}

async function load(context: ReturnContext, {kernel}: Hands): Promise<void> {
    const {root, record} = context;
    // What is needed by the others was unloaded last.
    const modules = [...record.modules].reverse().filter(name => !exists(`${root.sys}/module/${name}`));
    if (modules.length > 0) await kernel.loadModules(modules);
    for (const {address, driver} of wanted(context)) {
        if (driver !== null && exists(`${root.sys}/bus/pci/drivers/${driver}`)) continue;
        const modalias = await readAttribute(`${functionPath(root, address)}/modalias`);
        if (modalias !== null && /^pci:[0-9A-Za-z]+$/.test(modalias)) await loadFor(kernel, modalias);
    }
}

/** No module may answer to a function: its driver is part of the kernel then, or there is none. 'verify' will tell. */
async function loadFor(kernel: Hands['kernel'], modalias: string): Promise<void> {
    try {
        await kernel.loadModules([modalias]);
    } catch (error) {
        if (!(error instanceof KernelRefusal)) throw error;
    }
}

/** Functions that are to have a driver again and have none. */
function wanted(context: ReturnContext): FunctionBefore[] {
    const {root, record} = context;
    return present(context).filter(
        ({address, driver}) => (record.native || driver !== null) && driverOf(root, address) === null,
    );
}

async function bindOld(context: ReturnContext, {kernel}: Hands): Promise<void> {
    for (const {address} of wanted(context)) await probe(kernel, context.root, address);
}

async function releaseOverrides(context: ReturnContext, {kernel}: Hands): Promise<void> {
    const {root, record} = context;
    for (const {address, override} of present(context))
        await writeOverride(kernel, root, address, record.native ? null : override);
}

async function verifyReturned(context: ReturnContext, {clock}: Hands): Promise<void> {
    const {root, record} = context;
    for (const {address, driver} of record.functions) {
        if (!isPresent(root, address)) throw new NotAsWritten(address, driver, 'gone');
        const now = driverOf(root, address);
        // Without a record of ours nobody knows what it was; a function may well have no driver of Linux's.
        const restored = record.native ? !isVfioDriver(now) : now === driver;
        if (!restored) throw new NotAsWritten(address, driver, now);
    }
    const [display] = record.functions;
    if (record.native && display && driverOf(root, display.address) === null)
        throw new NotAsWritten(display.address, 'a Linux driver', null);
    if (!record.hadNodes || !display) return;
    const end = clock.nowMs() + NODES_MS;
    const folder = `${functionPath(root, display.address)}/drm`;
    while (!(listNames(folder) ?? []).some(name => name.startsWith('card'))) {
        if (clock.nowMs() >= end) throw new NotAsWritten(display.address, 'a graphics node', null);
        await clock.delay(POLL_MS);
    }
}

async function startServices({record}: ReturnContext, {services}: Hands): Promise<void> {
    for (const unit of [...record.services].reverse()) {
        if (!(await services.isActive(unit))) await services.start(unit);
    }
}
