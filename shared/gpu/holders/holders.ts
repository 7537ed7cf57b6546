// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {withDeadline} from '../../platform/clock.js';
import {DeadlineError} from '../../platform/errors.js';
import {readIfPossible} from '../../platform/files.js';
import type {CardFacts} from '../pciTree.js';
import type {PciFunction} from '../pciFunction.js';
import type {Rival} from '../rivals.js';
import type {SysRoot} from '../sysRoot.js';
import {type DeviceNode, deviceNodesOf} from './deviceNodes.js';
import {type DrmClient, drmClientOf} from './drmClients.js';
import {type HolderProcess, type HolderUse, readHolder, userNames} from './holderProcess.js';
import {type ConsoleHolder, consolesOn, modulesOf, type ModuleUse} from './kernelHolders.js';
import {type OpenFile, scanProcesses} from './processScan.js';

/** Who and what keeps a card busy, as far as this user can see. */
export interface HolderReport {
    /** By name, then number. */
    readonly processes: readonly HolderProcess[];
    readonly consoles: readonly ConsoleHolder[];
    readonly modules: readonly ModuleUse[];
    /** Other devices of its group that Linux uses. */
    readonly groupMembers: readonly PciFunction[];
    /** Memory of the card that is in use, each use counted once, in bytes; null where the driver does not tell. */
    readonly memoryBytes: number | null;
    /** How many processes could not be looked into: any of them may hold the card. */
    readonly uninspected: number;
    /** Whether there may be processes that do not even show. */
    readonly hidden: boolean;
    /** Programs that move cards, too; only the helper looks for them. */
    readonly rivals?: readonly Rival[];
}

/** The report on a card that is not there. */
export const NO_HOLDERS: HolderReport = {
    processes: [],
    consoles: [],
    modules: [],
    groupMembers: [],
    memoryBytes: null,
    uninspected: 0,
    hidden: false,
};

export interface HolderOptions {
    /** When to give up on processes that do not answer, in milliseconds. */
    readonly deadlineMs?: number;
    /** What stat(2) says that a descriptor leads to, as `major:minor`; null when it is no device. */
    readonly deviceNumber?: (path: string) => Promise<string | null>;
}

const DEADLINE_MS = 3_000;
const STAT_DEADLINE_MS = 1_000;
const FDINFO_BYTES = 8192;

/** Whether nothing that was found keeps the card busy. What was not inspected has to be asked for besides. */
export function isFree({processes, consoles}: HolderReport): boolean {
    return processes.length === 0 && consoles.length === 0;
}

/** Finds who and what keeps a card busy. It wakes no card, and blocks nowhere. */
export async function findHolders(
    root: SysRoot,
    card: CardFacts,
    {deadlineMs = DEADLINE_MS, deviceNumber = readDeviceNumber}: HolderOptions = {},
): Promise<HolderReport> {
    const nodes = await deviceNodesOf(root, card);
    const [scan, consoles] = await Promise.all([
        scanProcesses(root, nodes.names, deadlineMs),
        consolesOn(root, card),
    ]);
    const uses = new Uses();
    const silent = new Set<number>();
    await Promise.all(
        distinct(scan.open).map(async files => {
            const [first] = files;
            const number = await inTime(deviceNumber(pathOf(root, first)), () => silent.add(first.pid));
            const node = number === null ? null : nodes.byNumber(number);
            if (!node) return;
            const clients = node.kind === 'drm' ? await clientsOf(root, files) : [];
            uses.opened(first.pid, node, clients);
        }),
    );
    for (const {pid, path} of scan.mapped) uses.mapped(pid, path.split('/').at(-1) ?? '');

    const nameOf = userNames();
    const processes = await Promise.all(uses.all().map(use => readHolder(root, use, nameOf)));
    return {
        processes: withoutKeepers(processes.filter(process => process !== null)).sort((one, other) =>
            one.name < other.name ? -1 : one.name > other.name ? 1 : one.pid - other.pid,
        ),
        consoles,
        modules: modulesOf(root, card),
        groupMembers: card.strangers.filter(({driver}) => driver !== null && driver !== 'vfio-pci'),
        memoryBytes: uses.memoryBytes,
        uninspected: scan.uninspected + silent.size,
        hidden: scan.hidden,
    };
}

/**
 * logind opens a card's nodes for a desktop, and has systemd keep copies over a restart of its own. Both let go with
 * the desktop, so it is the desktop that is named; only what nobody else has open is theirs.
 */
function withoutKeepers(processes: readonly HolderProcess[]): HolderProcess[] {
    const keeps = ({pid, uid, unit}: HolderProcess): boolean =>
        uid === 0 && (pid === 1 || unit === 'systemd-logind.service');
    const used = new Set(processes.filter(process => !keeps(process)).flatMap(({nodes}) => nodes));
    return processes.filter(process => !keeps(process) || process.nodes.some(node => !used.has(node)));
}

/** Whether something has the card's group open for a machine, which only shows while vfio has the card. */
export function machineProcesses({processes}: HolderReport): HolderProcess[] {
    return processes.filter(({role}) => role === 'machine');
}

/** A file system that does not answer, as FUSE and NFS may, must not keep everybody waiting. */
async function inTime<T>(answer: Promise<T | null>, late: () => void): Promise<T | null> {
    try {
        return await withDeadline('stat', STAT_DEADLINE_MS, answer);
    } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        late();
        return null;
    }
}

/** What is known of each process, descriptor by descriptor. */
class Uses {
    readonly #nodes = new Map<number, Set<string>>();
    readonly #clients = new Map<number, Map<string, DrmClient>>();
    readonly #onlyMapped = new Set<number>();
    readonly #all = new Map<string, DrmClient>();

    opened(pid: number, node: DeviceNode, clients: readonly DrmClient[]): void {
        this.#add(pid, node.kind === 'vfio' ? `vfio/${node.name}` : node.name);
        const own = this.#clients.get(pid) ?? new Map<string, DrmClient>();
        for (const client of clients) {
            own.set(client.id, client);
            this.#all.set(client.id, client);
        }
        this.#clients.set(pid, own);
    }

    mapped(pid: number, name: string): void {
        if (!this.#nodes.has(pid)) this.#onlyMapped.add(pid);
        this.#add(pid, name);
    }

    get memoryBytes(): number | null {
        return sumOf(this.#all.values());
    }

    all(): HolderUse[] {
        return [...this.#nodes].map(([pid, nodes]) => {
            const clients = this.#clients.get(pid) ?? new Map<string, DrmClient>();
            return {
                pid,
                nodes: [...nodes].sort(),
                mappedOnly: this.#onlyMapped.has(pid),
                drmClients: clients.size,
                memoryBytes: sumOf(clients.values()),
            };
        });
    }

    #add(pid: number, name: string): void {
        const nodes = this.#nodes.get(pid) ?? new Set();
        this.#nodes.set(pid, nodes.add(name));
    }
}

function sumOf(clients: Iterable<DrmClient>): number | null {
    let sum: number | null = null;
    for (const {memoryBytes} of clients) if (memoryBytes !== null) sum = (sum ?? 0) + memoryBytes;
    return sum;
}

/** Descriptors of one process that lead to the same place are looked at once. */
function distinct(files: readonly OpenFile[]): [OpenFile, ...OpenFile[]][] {
    const groups = new Map<string, [OpenFile, ...OpenFile[]]>();
    for (const file of files) {
        const key = `${file.folder} ${file.target}`;
        const group = groups.get(key);
        if (group) group.push(file);
        else groups.set(key, [file]);
    }
    return [...groups.values()];
}

function pathOf(root: SysRoot, {folder, descriptor}: OpenFile): string {
    return `${root.proc}/${folder}/fd/${descriptor}`;
}

async function clientsOf(root: SysRoot, files: readonly OpenFile[]): Promise<DrmClient[]> {
    const clients = await Promise.all(
        files.map(async ({folder, descriptor}) => {
            const path = `${root.proc}/${folder}/fdinfo/${descriptor}`;
            // Closed meanwhile, or with a driver that does not answer, it counts as a holder all the same.
            const text = await readIfPossible(path, {mostBytes: FDINFO_BYTES});
            return text === null ? null : drmClientOf(text);
        }),
    );
    return clients.filter(client => client !== null);
}

/** The number of the device that a descriptor leads to, whatever it is called. */
function readDeviceNumber(path: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
        const file = Gio.File.new_for_path(path);
        file.query_info_async(
            'unix::rdev',
            Gio.FileQueryInfoFlags.NONE,
            GLib.PRIORITY_DEFAULT,
            null,
            (_file, result) => {
                try {
                    const device = file.query_info_finish(result).get_attribute_uint32('unix::rdev');
                    // The C library's makedev(), of which GIO gives the lower half.
                    const major = (device >>> 8) & 0xfff;
                    const minor = (device & 0xff) | ((device >>> 12) & 0xfff00);
                    resolve(device === 0 ? null : `${major}:${minor}`);
                } catch (error) {
                    if (error instanceof GLib.Error) resolve(null);
                    else reject(error);
                }
            },
        );
    });
}
