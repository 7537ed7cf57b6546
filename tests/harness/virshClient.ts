// SPDX-License-Identifier: GPL-3.0-or-later
import {runProgram, type Outcome, type ProgramOptions} from './program.js';

/** The other libvirt client of the tests: what virsh does, ours must follow. */
export class VirshClient {
    /** @param uri the libvirt connection, such as `qemu:///session` */
    constructor(readonly uri = 'qemu:///session') {}

    /**
     * @param args verb and arguments, as virsh takes them
     * @returns the outcome, whatever it is
     */
    try(args: string[], options: ProgramOptions = {}): Promise<Outcome> {
        return runProgram(['virsh', '--quiet', '-c', this.uri, ...args], options);
    }

    /**
     * @param args verb and arguments, as virsh takes them
     * @returns what it printed, without space at the ends
     * @throws when virsh fails, with what it said
     */
    async run(args: string[], options: ProgramOptions = {}): Promise<string> {
        const {code, out, err} = await this.try(args, options);
        if (code !== 0) throw new Error(`virsh ${args.join(' ')}: ${err.trim() || `exit code ${code}`}`);
        return out.trim();
    }

    /** @param xml a domain XML to define, or to start at once with `create` */
    async define(xml: string, {start = false, transient = false} = {}): Promise<void> {
        await this.run([transient ? 'create' : 'define', '/dev/stdin'], {input: xml});
        const name = /<name>([^<]*)<\/name>/.exec(xml)?.[1];
        if (start && !transient && name !== undefined) await this.run(['start', '--', name]);
    }

    /**
     * @param name a machine's name or uuid
     * @returns libvirt's words, such as `running` or `shut off`, and the reason, such as `booted`
     */
    async state(name: string): Promise<{state: string; reason: string}> {
        const text = await this.run(['domstate', '--reason', '--', name]);
        const [, state = text, reason = ''] = /^(.*?)(?: \((.*)\))?$/.exec(text) ?? [];
        return {state, reason};
    }

    /** Forces every machine of this connection off and undefines it. */
    async removeAll(): Promise<void> {
        const names = await this.run(['list', '--all', '--uuid']);
        for (const uuid of names.split('\n').filter(line => line !== '')) {
            await this.try(['destroy', uuid]);
            await this.try(['undefine', uuid, '--managed-save', '--snapshots-metadata']);
        }
    }
}
