// SPDX-License-Identifier: GPL-3.0-or-later
// The doctor's world on the computer that this runs on, but for libvirt, of which each face has its own view.
import GLib from 'gi://GLib';

import {EXTENSION_UUID} from '../../names.js';
import {Bus} from '../../platform/bus.js';
import {SubprocessError} from '../../platform/errors.js';
import type {InterfaceTable} from '../../platform/signature.js';
import {exists} from '../../platform/files.js';
import {run} from '../../platform/subprocess.js';
import type {SetUpWorld} from '../../setUp/setUpFacts.js';
import type {DoctorPorts, DoctorRoot, ExtensionView, SessionView} from './ports.js';

/** What of the doctor's world is libvirt's, or is told by machines. */
export type LibvirtPorts = Pick<
    DoctorPorts,
    'machines' | 'connections' | 'networks' | 'pools' | 'lookingGlassReleases'
>;

const LOG_MS = 1_400;
/** How long after its time a program may take to be gone. */
const LATE_MS = 100;
const QUICK_MS = 800;
/** As many messages as are looked through; a busy kernel writes some thousands while it starts. */
const LOG_LINES = '10000';

/** The Shell itself: `org.gnome.Shell.Extensions` is a service of its own, which runs only when somebody asks it. */
const SHELL = {name: 'org.gnome.Shell', path: '/org/gnome/Shell'};
const Extensions = {
    name: 'org.gnome.Shell.Extensions',
    methods: {GetExtensionInfo: ['s', 'a{sv}']},
    properties: {ShellVersion: 's'},
    signals: {},
} as const satisfies InterfaceTable;

/** Puts the parts of the doctor's world together. Nothing is read before it is asked for. */
export function localPorts(
    root: DoctorRoot,
    setUp: () => Promise<SetUpWorld>,
    libvirt: LibvirtPorts,
    patience = 1,
): DoctorPorts {
    let log: Promise<LogLine[] | null> | null = null;
    // Two questions of one look share it; the next look reads what has been written since.
    const readLog = (): Promise<LogLine[] | null> =>
        (log ??= readKernelLog(patience).finally(() => (log = null)));
    return {
        ...libvirt,
        root,
        patience,
        setUp,
        kernelLog: async () => (await readLog())?.map(({text}) => text) ?? null,
        lastSleepMs: async () => lastSleepIn(await readLog()),
        extension: () => askShell(QUICK_MS * patience),
        session: () => readSession(QUICK_MS * patience),
        program: name => findProgram(root, name),
    };
}

/** Whole path of a program; services' are not in everybody's path. */
function findProgram({usr}: DoctorRoot, name: string): string | null {
    const found = usr === '/usr' ? GLib.find_program_in_path(name) : null;
    return found ?? [`${usr}/bin/${name}`, `${usr}/sbin/${name}`].find(exists) ?? null;
}

/** A message of the kernel's. */
export interface LogLine {
    /** Since 1970. */
    readonly ms: number;
    readonly text: string;
}

/** Reads what `journalctl -o short-unix` prints of the kernel. @returns null when it shows nothing, as to who may not see it */
export function parseLog(output: string): LogLine[] | null {
    const lines = output.split('\n').flatMap(line => {
        const [, seconds, text] = /^(\d+\.\d+) \S+ kernel: (.*)$/.exec(line) ?? [];
        return seconds === undefined || text === undefined ? [] : [{ms: Number(seconds) * 1000, text}];
    });
    return lines.length === 0 ? null : lines;
}

/** When the computer last woke up, in ms since 1970; 0 for never since it was started. */
export function lastSleepIn(log: readonly LogLine[] | null): number | null {
    if (log === null) return null;
    return log.findLast(({text}) => /^PM: (hibernation: )?(suspend|hibernation) exit/.test(text))?.ms ?? 0;
}

/**
 * What of the log any question looks for: a busy kernel has written ten thousand lines, which the Shell is not to be
 * kept with.
 */
const OF_INTEREST =
    'NVRM: |PM: (suspend|hibernation)|change power state from|stuck in D3|not ready [0-9]+ms after';

/** Prints the first line of all, so that an empty log is told from one that is not for us, and those of interest. */
const LOG_SCRIPT = `journalctl --dmesg --boot --quiet --no-pager --output=short-unix --lines=$1 2>/dev/null | {
    IFS= read -r first && printf '%s\\n' "$first" && { grep -aE -e "$2" || :; }
}`;

async function readKernelLog(patience: number): Promise<LogLine[] | null> {
    const limitMs = LOG_MS * patience;
    const limit = (limitMs / 1000).toFixed(3);
    try {
        return parseLog(
            await run(
                ['timeout', '-s', 'KILL', limit, 'sh', '-c', LOG_SCRIPT, 'sh', LOG_LINES, OF_INTEREST],
                {timeoutMs: limitMs + LATE_MS},
            ),
        );
    } catch (error) {
        // There is no journal, or none for us.
        if (error instanceof SubprocessError) return null;
        throw error;
    }
}

const STATES: Readonly<Record<number, ExtensionView['state']>> = {1: 'active', 3: 'error', 4: 'out-of-date'};

/** What the Shell answers to `GetExtensionInfo`; nothing at all for an extension that it does not know. */
export function extensionViewOf(
    shellVersion: string,
    info: Readonly<Record<string, unknown>>,
): ExtensionView {
    const state = STATES[Number(info['state'])] ?? 'inactive';
    const version = info['version-name'];
    return {
        shellVersion,
        installed: 'uuid' in info,
        enabled: typeof info['enabled'] === 'boolean' ? info['enabled'] : state === 'active',
        state,
        version: typeof version === 'string' ? version : null,
        error: typeof info['error'] === 'string' ? info['error'] : '',
    };
}

async function askShell(timeoutMs: number): Promise<ExtensionView> {
    const options = {timeoutMs, autoStart: false};
    try {
        const bus = await Bus.open('session');
        const [shellVersion, [info]] = await Promise.all([
            bus.getProperty(SHELL, Extensions.name, 'ShellVersion', options),
            bus.call(SHELL, Extensions, 'GetExtensionInfo', [EXTENSION_UUID], options),
        ]);
        return extensionViewOf(String(shellVersion), info);
    } catch (error) {
        if (!(error instanceof GLib.Error)) throw error;
        return {
            shellVersion: null,
            installed: false,
            enabled: false,
            state: 'inactive',
            version: null,
            error: error.message,
        };
    }
}

/** Reads what the log-in has noted in the environment. */
export function sessionTypeOf(type: string | null, remote: boolean): SessionView['type'] {
    if (type === 'wayland' || type === 'x11' || type === 'tty') return type;
    return remote ? 'tty' : null;
}

async function readSession(timeoutMs: number): Promise<SessionView> {
    const remote = (GLib.getenv('SSH_CONNECTION') ?? '') !== '';
    return {
        type: sessionTypeOf(GLib.getenv('XDG_SESSION_TYPE'), remote),
        groups: await readGroups(timeoutMs),
        remote,
    };
}

async function readGroups(timeoutMs: number): Promise<string[] | null> {
    try {
        return (await run(['id', '-Gn'], {timeoutMs})).trim().split(/\s+/);
    } catch (error) {
        if (error instanceof SubprocessError) return null;
        throw error;
    }
}
