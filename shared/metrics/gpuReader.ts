// SPDX-License-Identifier: GPL-3.0-or-later
import {scanProcesses} from '../gpu/holders/processScan.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import {readAttribute, readIfPossible} from '../platform/files.js';
import {type ClientReading, clientReadingOf, type GpuReading} from './gpuUse.js';
import {HOST_CLOCK, type SampleClock} from './sampleClock.js';

const DEADLINE_MS = 1500;
const FDINFO_BYTES = 8192;
const DRM_NODE = /\/dri\/(card\d+|renderD\d+)$/;

/**
 * Looks once how Linux uses its cards; for when somebody looks, since it walks through all processes.
 *
 * What it reads is the kernel's own account, and of a card that sleeps nothing is read: no card is woken.
 */
export async function readGpuUse(root: SysRoot, clock: SampleClock = HOST_CLOCK): Promise<GpuReading> {
    const scan = await scanProcesses(root, [], DEADLINE_MS);
    const asleep = new Map<string, Promise<boolean>>();
    const isAsleep = (node: string): Promise<boolean> => {
        const known = asleep.get(node) ?? sleeps(root, node);
        asleep.set(node, known);
        return known;
    };
    const when = {awakeMs: clock.awakeMs(), passedMs: clock.passedMs()};
    const clients = await Promise.all(
        scan.open.map(async ({folder, descriptor, target}): Promise<ClientReading | null> => {
            const node = DRM_NODE.exec(target)?.[1];
            if (node === undefined || (await isAsleep(node))) return null;
            return await readClient(`${root.proc}/${folder}/fdinfo/${descriptor}`);
        }),
    );
    return {
        ...when,
        clients: clients.filter(client => client !== null),
        uninspected: scan.uninspected,
    };
}

/** Whether the card of a node has been put to sleep by the kernel, which is asked without waking it. */
async function sleeps(root: SysRoot, node: string): Promise<boolean> {
    return (await readAttribute(`${root.sys}/class/drm/${node}/device/power/runtime_status`)) === 'suspended';
}

async function readClient(path: string): Promise<ClientReading | null> {
    // It may have been closed meanwhile, or its driver does not answer.
    const text = await readIfPossible(path, {mostBytes: FDINFO_BYTES});
    return text === null ? null : clientReadingOf(text);
}
