// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HELPER_BUS_NAME} from '../../shared/names.js';
import {FakeProcess} from '../fakes/pci/fakeProcesses.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {Caller, ownerOf} from '../helper/helperProcess.js';

/** The helper stays for as long as a test may take. */
const IDLE_MS = 600_000;

/** polkit is in the test itself, which may be looking through the accessibility tree. */
const POLKIT_MS = 60_000;

/** A program that has a card open: a real process, which ends as real ones do, in the pretended machine's list. */
export interface Holder {
    readonly pid: number;
    readonly running: boolean;
    /** Closes the card and goes on. */
    letGo(): void;
    stop(): Promise<void>;
}

/** A pretended machine with a real helper on the system bus of the tests, which moves its cards. */
export class CardLab {
    /** The card that can be lent, and where its functions are. */
    static readonly CARD = '0000:03:00.0';
    static readonly SLOT = '0000:03:00';
    static readonly ON_LINUX = {'0000:03:00.0': 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
    static readonly LENT = {'0000:03:00.0': 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

    readonly #holders: Holder[] = [];

    private constructor(
        readonly polkit: FakePolkit,
        readonly helper: RunningProgram,
        readonly caller: Caller,
        /** What HANDOVER_SYSROOT is to the app. */
        readonly folder: string,
    ) {}

    static async start(): Promise<CardLab> {
        const polkit = await FakePolkit.start();
        polkit.allow();
        const program = '/src/build/tests/app/programs/helperOnFakes.js';
        const helper = new RunningProgram(['gjs', '-m', program, String(IDLE_MS), String(POLKIT_MS)]);
        await waitFor('the helper', () => ownerOf(HELPER_BUS_NAME) || !helper.running);
        if (!helper.running) throw new Error(`The helper has ended: ${helper.log()}`);
        const caller = new Caller();
        const [facts] = await caller.control('Facts', []);
        return new CardLab(polkit, helper, caller, GLib.path_get_dirname(facts['sys'] ?? ''));
    }

    /** Which driver has each function of the card. */
    async bindings(): Promise<Record<string, string>> {
        return (await this.caller.control('Bindings', [CardLab.SLOT]))[0];
    }

    async untilBound(wanted: Record<string, string>): Promise<void> {
        let seen = '';
        const there = async (): Promise<boolean> => {
            seen = JSON.stringify(await this.bindings());
            return seen === JSON.stringify(wanted);
        };
        try {
            await waitFor(JSON.stringify(wanted), there, {within: 15_000});
        } catch (error) {
            throw new Error(`${String(error)}; it is ${seen}\n${this.helper.log()}`, {cause: error});
        }
    }

    /**
     * Starts a program that has the card open.
     *
     * @param deaf it does not listen to SIGTERM
     */
    hold(comm: string, {deaf = false} = {}): Holder {
        const script = deaf ? 'trap "" TERM; while :; do sleep 0.2; done' : 'exec sleep 600';
        const program = new RunningProgram(['sh', '-c', script]);
        const {pid} = program;
        const process = new FakeProcess(`${this.folder}/proc/${pid}`, pid, {comm});
        const node = this.#renderNode();
        process.open(`/dev/dri/${node}`, `226:${node.replace('renderD', '')}`);
        let there = true;
        const drop = (): void => {
            if (there) process.exit();
            there = false;
        };
        // The kernel takes it off the list when it ends.
        void program.wait(600_000).then(drop, () => undefined);
        const holder: Holder = {
            pid,
            get running() {
                return program.running;
            },
            letGo: drop,
            stop: async () => {
                program.signal(9);
                await program.wait();
                drop();
            },
        };
        this.#holders.push(holder);
        return holder;
    }

    /** A card may come back under another number. */
    #renderNode(): string {
        const folder = GLib.Dir.open(`${this.folder}/sys/bus/pci/devices/${CardLab.CARD}/drm`, 0);
        for (let name = folder.read_name(); name !== null; name = folder.read_name())
            if (name.startsWith('renderD')) return name;
        throw new Error('Linux does not have the card');
    }

    async stop(): Promise<string> {
        for (const holder of this.#holders) if (holder.running) await holder.stop();
        this.caller.close();
        await this.helper.stop();
        this.polkit.stop();
        return this.helper.log();
    }
}
