// SPDX-License-Identifier: GPL-3.0-or-later
import {exists} from '../../platform/files.js';
import {CancelledError} from '../../platform/errors.js';
import {type HolderReport, isFree} from '../holders/holders.js';
import {driverOf, isVfioDriver} from '../pciFunction.js';
import type {CardFacts} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';
import {probe, unbind, VFIO, writeOverride} from './functionState.js';
import {NotAsWritten, StillHeld} from './handoverErrors.js';
import {type Cancellable, KernelRefusal} from './ports.js';
import type {Hands, Step} from './stepRunner.js';
import type {UndoRecord} from './undoRecord.js';

const POLL_MS = 250;
/** What a look at all processes may take, besides the time that holders are given to go. */
const SCAN_MS = 10_000;

export interface TakeContext {
    readonly root: SysRoot;
    readonly card: CardFacts;
    readonly record: UndoRecord;
    /** Who holds the card at this moment. */
    readonly holders: () => Promise<HolderReport>;
    /** How long holders are given to go, in milliseconds. */
    readonly waitMs: number;
    readonly cancellable: Cancellable;
}

/** From Linux to vfio. Whatever fails leaves something that the steps back put right. */
export function takeSteps(context: TakeContext): Step[] {
    const {record, waitMs} = context;
    const {services, modules} = record;
    return [
        {id: 'prepare', deadlineMs: 10_000, run: hands => prepare(context, hands)},
        // First of all, so that udev, or a driver that is loaded meanwhile, cannot take a function back.
        {id: 'override', deadlineMs: 5_000, run: hands => override(context, hands)},
        ...(services.length > 0
            ? [
                  {
                      id: 'services',
                      deadlineMs: 30_000,
                      run: (hands: Hands) => stopServices(context, hands),
                  } as const,
              ]
            : []),
        {id: 'holders', deadlineMs: waitMs + SCAN_MS, run: hands => waitForHolders(context, hands)},
        ...(modules.length > 0
            ? [{id: 'unload', deadlineMs: 30_000, run: (hands: Hands) => unload(context, hands)} as const]
            : []),
        {id: 'unbind', deadlineMs: 15_000, run: hands => unbindAll(context, hands)},
        {id: 'bind', deadlineMs: 15_000, run: hands => bindAll(context, hands)},
        {id: 'verify', deadlineMs: 5_000, run: () => verifyLent(context)},
    ];
}

async function prepare({root}: TakeContext, {kernel}: Hands): Promise<void> {
    await kernel.loadModules([VFIO]);
    if (!exists(`${root.sys}/bus/pci/drivers/${VFIO}`))
        throw new KernelRefusal(`load ${VFIO}`, 'No such driver');
}

async function override({root, card}: TakeContext, {kernel}: Hands): Promise<void> {
    for (const {address} of card.functions) await writeOverride(kernel, root, address, VFIO);
}

async function stopServices({record}: TakeContext, {services}: Hands): Promise<void> {
    for (const unit of record.services) await services.stop(unit);
}

async function waitForHolders({holders, waitMs, cancellable}: TakeContext, {clock}: Hands): Promise<void> {
    const end = clock.nowMs() + waitMs;
    for (;;) {
        const report = await holders();
        if (isFree(report) && report.uninspected === 0) return;
        if (clock.nowMs() >= end) throw new StillHeld(report);
        if (cancellable?.is_cancelled()) throw new CancelledError();
        await clock.delay(POLL_MS);
    }
}

async function unload({root, card, record}: TakeContext, {kernel}: Hands): Promise<void> {
    await kernel.unloadModules(record.modules);
    const {address, driver: before} = card.display;
    const driver = driverOf(root, address);
    if (driver === before) throw new NotAsWritten(address, null, driver);
}

/** The display function comes last: its sound leans on it. */
async function unbindAll({root, card}: TakeContext, {kernel}: Hands): Promise<void> {
    for (const {address} of [...card.functions].reverse()) {
        const driver = driverOf(root, address);
        if (driver === null || isVfioDriver(driver)) continue;
        await unbind(kernel, root, address, driver);
        const after = driverOf(root, address);
        if (after !== null && !isVfioDriver(after)) throw new NotAsWritten(address, null, after);
    }
}

async function bindAll({root, card}: TakeContext, {kernel}: Hands): Promise<void> {
    for (const {address} of card.functions) {
        if (!isVfioDriver(driverOf(root, address))) await probe(kernel, root, address);
    }
}

function verifyLent({root, card}: TakeContext): Promise<void> {
    for (const {address} of card.functions) {
        const driver = driverOf(root, address);
        if (!isVfioDriver(driver)) return Promise.reject(new NotAsWritten(address, VFIO, driver));
    }
    return Promise.resolve();
}
