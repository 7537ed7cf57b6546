// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {pause} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {SETTINGS_PATH} from '../../shared/names.js';
import {AccessibleTree, type Node, type Way} from './accessibleTree.js';
import {waitedMs} from './processTime.js';

/** How often the tree is looked at, in milliseconds. */
const EVERY_MS = 5;
const PATIENCE_MS = 20_000;

/** A program with a window, and how to tell that its window is complete. */
export interface WindowProgram {
    readonly who: string;
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string | undefined>>;
    /** What the name of the last thing in the window holds. */
    readonly until: string;
}

/**
 * @param hosts the libvirt connections that Handover is told to show
 * @returns the environment in which GSettings says so; nothing else points the app anywhere
 */
export function handoverSettings(hosts: readonly string[]): Record<string, string> {
    const config = temporaryDirectory('config');
    const folder = GLib.build_filenamev([config, 'glib-2.0', 'settings']);
    GLib.mkdir_with_parents(folder, 0o700);
    GLib.file_set_contents(
        GLib.build_filenamev([folder, 'keyfile']),
        `[${SETTINGS_PATH.replace(/^\/|\/$/g, '')}]\nhosts=[${hosts.map(host => `'${host}'`).join(', ')}]\n`,
    );
    return {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: config};
}

/** @param last the name of the machine that is shown last */
export function handoverApp(last: string): WindowProgram {
    return {who: 'handover-app', argv: ['handover-app'], env: handoverSettings(['test']), until: last};
}

/** @param uri the connection with the same machines  @param last the name of the one shown last */
export function virtManager(uri: string, last: string): WindowProgram {
    return {
        who: 'virt-manager',
        argv: ['virt-manager', '--no-fork', '--connect', uri],
        env: {},
        until: last,
    };
}

/** @param bundles the folder of the bundled files of the bench */
export function emptyWindow(bundles: string): WindowProgram {
    return {
        who: 'empty window',
        argv: ['gjs', '-m', `${bundles}/programs/emptyWindow.js`],
        env: {},
        until: 'Empty window',
    };
}

/** A program whose window is complete, and how long that took. */
export interface Opened {
    readonly program: RunningProgram;
    /**
     * From exec until its last row was there, in milliseconds, less what its main thread waited for a processor
     * that something else had: on a machine that does other work, too, that is no property of the program.
     */
    readonly milliseconds: number;
}

/** Starts programs and tells when their windows are complete. */
export class WindowStarter {
    readonly #tree = new AccessibleTree();
    readonly #ways = new Map<string, Way>();

    /**
     * Learns where in its tree a program has what is waited for; also warms it up.
     *
     * @throws when it does not appear
     */
    async learn(wanted: WindowProgram): Promise<void> {
        const {program} = await this.#open(wanted, root => {
            const way = this.#tree.findWay(root, wanted.until);
            if (way !== null) this.#ways.set(keyOf(wanted), way);
            return way !== null;
        });
        await program.stop();
    }

    /** Starts a program that was learned before. The caller stops it. */
    open(wanted: WindowProgram): Promise<Opened> {
        const way = this.#ways.get(keyOf(wanted));
        if (way === undefined) throw new Error(`${wanted.who} has not been learned`);
        return this.#open(wanted, root => {
            const node = this.#tree.follow(root, way);
            return node !== null && this.#tree.name(node).includes(wanted.until);
        });
    }

    async #open(wanted: WindowProgram, complete: (root: Node) => boolean): Promise<Opened> {
        const begin = GLib.get_monotonic_time();
        const program = new RunningProgram([...wanted.argv], {env: {...wanted.env}});
        let root: Node | null = null;
        try {
            for (let look = 1; ; look++) {
                const due = begin + look * EVERY_MS * 1000;
                const wait = (due - GLib.get_monotonic_time()) / 1000;
                if (wait > 0) await pause(wait);
                root ??= this.#programRoot(program.pid);
                if (root !== null && quietly(() => complete(root!))) break;
                if (!program.running) throw new Error('it ended');
                if (GLib.get_monotonic_time() - begin > PATIENCE_MS * 1000)
                    throw new Error('it took too long');
            }
        } catch (error) {
            await program.stop();
            throw new Error(
                `${wanted.who} did not show “${wanted.until}”: ${String(error)}\n${program.log()}`,
                {
                    cause: error,
                },
            );
        }
        const milliseconds = (GLib.get_monotonic_time() - begin) / 1000;
        return {program, milliseconds: milliseconds - waitedMs(program.pid)};
    }

    #programRoot(pid: number): Node | null {
        let root: Node | null = null;
        quietly(() => (root = this.#tree.program(pid)) !== null);
        return root;
    }
}

function keyOf({who, until}: WindowProgram): string {
    return `${who} ${until}`;
}

/** An object that goes while it is looked at is like one that is not there yet. */
function quietly(look: () => boolean): boolean {
    try {
        return look();
    } catch (error) {
        if (error instanceof GLib.Error) return false;
        throw error;
    }
}
