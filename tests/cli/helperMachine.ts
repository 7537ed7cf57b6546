// SPDX-License-Identifier: GPL-3.0-or-later
import {Caller, startHelper} from '../helper/helperProcess.js';
import type {Outcome, ProgramOptions, RunningProgram} from '../harness/program.js';
import {handover} from './handover.js';

/** The pretended machine of a helper in a process of its own, and the command line that runs on it. */
export class HelperMachine {
    /** What the helper's machine has: one card on which the desktop is shown, and three that can be lent. */
    static readonly card = '0000:03:00.0';
    static readonly onLinux = {'0000:03:00.0': 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
    static readonly lent = {'0000:03:00.0': 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

    private constructor(
        readonly helper: RunningProgram,
        readonly caller: Caller,
        /** For HANDOVER_SYSROOT. */
        readonly folder: string,
    ) {}

    static async start(): Promise<HelperMachine> {
        const helper = await startHelper('helperOnFakes', 60_000, {}, 'cli');
        const caller = new Caller();
        const [facts] = await caller.control('Facts', []);
        return new HelperMachine(helper, caller, (facts['sys'] ?? '').replace(/\/sys$/, ''));
    }

    get env(): Record<string, string> {
        return {HANDOVER_SYSROOT: this.folder};
    }

    /** `handover` on this machine. */
    run(args: string[], options: ProgramOptions = {}): Promise<Outcome> {
        return handover(args, {...options, env: {...this.env, ...options.env}});
    }

    /** Drivers of the functions of the card. */
    async bindings(slot = '0000:03'): Promise<Record<string, string>> {
        return (await this.caller.control('Bindings', [slot]))[0];
    }

    /** A process has the card open. @returns its number */
    async hold(name: string): Promise<number> {
        return (await this.caller.control('Hold', ['/dev/dri/card1', '226:1', name]))[0];
    }

    async stop(): Promise<void> {
        this.caller.close();
        await this.helper.stop();
        expect(this.helper.log()).not.toMatch(/JS ERROR|Unhandled/);
    }
}
