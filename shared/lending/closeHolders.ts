// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import type Gio from 'gi://Gio';

import type {SysRoot} from '../gpu/sysRoot.js';
import {THIS_MACHINE} from '../gpu/sysRoot.js';
import type {OperationControl} from '../operations/operation.js';
import {Bus} from '../platform/bus.js';
import {delay, monotonicMs} from '../platform/clock.js';
import {SubprocessError} from '../platform/errors.js';
import {readShort} from '../platform/files.js';
import type {InterfaceTable} from '../platform/signature.js';
import {run} from '../platform/subprocess.js';
import type {HolderApp} from './holderApps.js';

/** Asks an application to end as its own menu would. */
export interface AppAsker {
    /** @returns whether it was asked; false when there is no such application */
    ask(app: HolderApp): Promise<boolean>;
}

/** Sends a signal to a process. */
export type Signaller = (pid: number, signal: 'TERM' | 'KILL') => Promise<void>;

export interface CloseOptions {
    /** Whether what does not end is killed: a person has said so a second time. */
    readonly force: boolean;
    readonly apps?: AppAsker | null;
    readonly root?: SysRoot;
    readonly signal?: Signaller;
    /** How long each is given after each request, in milliseconds. */
    readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
/** The kernel tells nobody of the end of a process that is not its child. */
const LOOK_MS = 50;
const CALL_MS = 2_000;

/**
 * Closes this user's programs: asks each to quit, then sends SIGTERM, then, with force, SIGKILL; each time what is
 * still there has some seconds to end. Programs of others are never touched.
 *
 * @throws CancelledError between two requests
 */
export async function closeHolders(
    apps: readonly HolderApp[],
    {
        force,
        apps: asker = null,
        root = THIS_MACHINE,
        signal = sendSignal,
        patienceMs = PATIENCE_MS,
    }: CloseOptions,
    {cancellable}: Pick<OperationControl, 'cancellable'>,
): Promise<void> {
    const closing = apps
        .filter(({own, pid}) => own && pid > 1)
        .map(async app => {
            const gone = () => isGone(root, app);
            const ended = () => untilGone(gone, patienceMs, cancellable);
            if (gone()) return;
            if ((await ask(app, asker)) && (await ended())) return;
            for (const name of force ? (['TERM', 'KILL'] as const) : (['TERM'] as const)) {
                // Its number may have been given out anew since.
                if (gone()) return;
                await signal(app.pid, name);
                if (await ended()) return;
            }
        });
    await Promise.all(closing);
}

/** Whether a process has ended: there is none of its number, another one has it, or only its exit status is left. */
function isGone({proc}: SysRoot, {pid, startTicks}: HolderApp): boolean {
    const stat = readShort(`${proc}/${pid}/stat`);
    if (stat === null) return true;
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || Number(fields[19]) !== startTicks;
}

async function untilGone(
    gone: () => boolean,
    mostMs: number,
    cancellable: Gio.Cancellable,
): Promise<boolean> {
    const end = monotonicMs() + mostMs;
    while (!gone()) {
        if (monotonicMs() >= end) return false;
        await delay(LOOK_MS, cancellable);
    }
    return true;
}

async function ask(app: HolderApp, asker: AppAsker | null): Promise<boolean> {
    if (app.desktopId === null) return false;
    if (asker && (await asker.ask(app))) return true;
    return askOverBus(app.desktopId.replace(/\.desktop$/, ''));
}

const Actions = {
    name: 'org.gtk.Actions',
    methods: {List: ['', 'as'], Activate: ['sava{sv}', '']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

/** Activates the action `quit` of a GApplication, where there is one: nothing is started for it. */
async function askOverBus(id: string): Promise<boolean> {
    if (!/^[A-Za-z_-][\w-]*(\.[A-Za-z_-][\w-]*)+$/.test(id)) return false;
    const to = {name: id, path: `/${id.replaceAll('.', '/').replaceAll('-', '_')}`};
    const options = {timeoutMs: CALL_MS, autoStart: false};
    try {
        const bus = await Bus.open('session');
        const [actions] = await bus.call(to, Actions, 'List', [], options);
        if (!actions.includes('quit')) return false;
        await bus.call(to, Actions, 'Activate', ['quit', [], {}], options);
        return true;
    } catch (error) {
        // It is no such application, or does not answer: then it is told otherwise.
        if (error instanceof GLib.Error) return false;
        throw error;
    }
}

async function sendSignal(pid: number, signal: 'TERM' | 'KILL'): Promise<void> {
    try {
        await run(['kill', '-s', signal, '--', String(pid)], {timeoutMs: CALL_MS});
    } catch (error) {
        // It has ended meanwhile.
        if (!(error instanceof SubprocessError)) throw error;
    }
}
