// SPDX-License-Identifier: GPL-3.0-or-later
import {HELPER_BUS_NAME, HELPER_PATH, VERSION} from '../names.js';
import {type Bus, NO_TIME_LIMIT} from '../platform/bus.js';
import type {JournalEntry} from './handover/handoverDesk.js';
import type {Rung} from './handover/forceBack.js';
import type {HolderReport} from './holders/holders.js';
import {type GuardStatus, type HandoverOutcome, Helper} from './helperInterface.js';
import type {InterfaceTable} from '../platform/signature.js';

const HELPER = {name: HELPER_BUS_NAME, path: HELPER_PATH};

/** Starting it, and a look through all processes. */
const LOOK_MS = 30_000;

/** The message bus itself, and how long it may take. */
const DAEMON = {name: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus'};
const DAEMON_MS = 5_000;
const Daemon = {
    name: 'org.freedesktop.DBus',
    methods: {NameHasOwner: ['s', 'b'], ListActivatableNames: ['', 'as']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

/** What is told while a card is moved. */
export interface HandoverProgress {
    readonly address: string;
    readonly direction: string;
    readonly step: string;
    /** From 1. */
    readonly number: number;
}

/**
 * The helper as programs of the user see it. Calling it starts it.
 *
 * All methods fail with a GLib.Error: `org.freedesktop.DBus.Error.ServiceUnknown` where it is not installed,
 * `…Helper.Error.NAME` with a HelperErrorName of its own.
 */
export class HelperClient {
    /** @param bus the system bus */
    constructor(private readonly bus: Bus) {}

    /** The version of the helper that is installed. */
    async version(): Promise<string> {
        return String(await this.bus.getProperty(HELPER, Helper.name, 'Version', {timeoutMs: LOOK_MS}));
    }

    /** Whether the helper that is installed is older than this program, and may lack what it would be asked for. */
    async isOld(): Promise<boolean> {
        return isOlderVersion(await this.version(), VERSION);
    }

    /** Whether it runs, or a call would start it; this does not. */
    async isThere(): Promise<boolean> {
        const ask = {timeoutMs: DAEMON_MS};
        const [[running], [startable]] = await Promise.all([
            this.bus.call(DAEMON, Daemon, 'NameHasOwner', [HELPER_BUS_NAME], ask),
            this.bus.call(DAEMON, Daemon, 'ListActivatableNames', [], ask),
        ]);
        return running || startable.includes(HELPER_BUS_NAME);
    }

    async holders(address: string): Promise<HolderReport> {
        const [json] = await this.bus.call(HELPER, Helper, 'Holders', [address], {timeoutMs: LOOK_MS});
        return JSON.parse(json) as HolderReport;
    }

    /** Answers when the handover has ended, however that may be; its steps have deadlines of their own. */
    async take(address: string): Promise<HandoverOutcome> {
        return outcome(await this.bus.call(HELPER, Helper, 'Take', [address], ASKING));
    }

    async giveBack(address: string): Promise<HandoverOutcome> {
        return outcome(await this.bus.call(HELPER, Helper, 'Return', [address], ASKING));
    }

    /** @param upTo the last rung that may be tried */
    async forceBack(address: string, upTo: Rung): Promise<HandoverOutcome> {
        return outcome(await this.bus.call(HELPER, Helper, 'ForceBack', [address, upTo], ASKING));
    }

    /** @returns whether a handover of ours was under way */
    async cancel(): Promise<boolean> {
        const [cancelled] = await this.bus.call(HELPER, Helper, 'Cancel', [], {timeoutMs: LOOK_MS});
        return cancelled;
    }

    async guardStatus(): Promise<GuardStatus> {
        const [status] = await this.bus.call(HELPER, Helper, 'GuardStatus', [], {timeoutMs: LOOK_MS});
        return status as GuardStatus;
    }

    async installGuard(): Promise<void> {
        await this.bus.call(HELPER, Helper, 'InstallGuard', [], ASKING);
    }

    async removeGuard(): Promise<void> {
        await this.bus.call(HELPER, Helper, 'RemoveGuard', [], ASKING);
    }

    async installIgnoreRule(address: string): Promise<void> {
        await this.bus.call(HELPER, Helper, 'InstallIgnoreRule', [address], ASKING);
    }

    async removeIgnoreRule(address: string): Promise<void> {
        await this.bus.call(HELPER, Helper, 'RemoveIgnoreRule', [address], ASKING);
    }

    /** The files that the helper has written and that are there. */
    async files(): Promise<string[]> {
        const [files] = await this.bus.call(HELPER, Helper, 'Files', [], {timeoutMs: LOOK_MS});
        return files;
    }

    /**
     * The newest handover first.
     *
     * @param options `interactive` when a person may be asked for a password
     */
    async journal({interactive = false} = {}): Promise<JournalEntry[]> {
        const options = interactive ? ASKING : {timeoutMs: LOOK_MS};
        const [json] = await this.bus.call(HELPER, Helper, 'Journal', [], options);
        return JSON.parse(json) as JournalEntry[];
    }

    /**
     * Follows handovers, whoever asked for them; this does not start the helper.
     *
     * @returns a function that ends it
     */
    follow(
        progress: (step: HandoverProgress) => void,
        finished: (address: string, direction: string, outcome: HandoverOutcome) => void,
    ): () => void {
        return this.bus.subscribe(HELPER_BUS_NAME, HELPER_PATH, ({interfaceName, member, parameters}) => {
            if (interfaceName !== Helper.name) return;
            if (member === 'Progress') {
                const [address, direction, step, number] = parameters.recursiveUnpack() as [
                    string,
                    string,
                    string,
                    number,
                ];
                progress({address, direction, step, number});
            } else if (member === 'Finished') {
                const [address, direction, json] = parameters.recursiveUnpack() as [string, string, string];
                finished(address, direction, JSON.parse(json) as HandoverOutcome);
            }
        });
    }
}

/** A password may have to be typed first. */
const ASKING = {timeoutMs: NO_TIME_LIMIT, interactive: true} as const;

/** Whether a version such as `0.10.2` comes before another; what is no version comes before all. */
export function isOlderVersion(version: string, than: string): boolean {
    if (!/^\d+(\.\d+)*$/.test(version)) return true;
    const numbers = version.split('.').map(Number);
    for (const [index, wanted] of than.split('.').map(Number).entries()) {
        const found = numbers[index] ?? 0;
        if (found !== wanted) return found < wanted;
    }
    return false;
}

function outcome([json]: [string]): HandoverOutcome {
    return JSON.parse(json) as HandoverOutcome;
}
