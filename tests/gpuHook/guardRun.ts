// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FakePciTree} from '../fakes/fakePciTree.js';
import {putFile, putLink} from '../fakes/pci/files.js';
import {type Outcome, runProgram} from '../harness/program.js';

/** The hook as it is installed. */
export const HOOK = '/src/data/hooks/handover-guard';

/** A `<hostdev>` for a PCI function at `bb:ss.f` of domain 0, as libvirt writes it. */
export function hostdev(place: string): string {
    const [, bus = '', slot = '', part = ''] = /^(..):(..)\.(.)$/.exec(place) ?? [];
    return `<hostdev mode='subsystem' type='pci' managed='yes'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0x${bus}' slot='0x${slot}' function='0x${part}'/>
      </source>
      <alias name='hostdev0'/>
      <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
    </hostdev>`;
}

/** A machine's definition. */
export function machine(devices: string, before = '<name>win</name>'): string {
    return `<domain type='kvm'>\n  ${before}\n  <devices>\n    ${devices}\n  </devices>\n</domain>\n`;
}

/** A pretended machine whose libvirt runs the hook. */
export class GuardedMachine extends FakePciTree {
    override readonly folder = GLib.path_get_dirname(this.root.sys);
    /** The hook, for this machine. */
    readonly hookPath = `${this.folder}/handover-guard`;
    /** What runs it. */
    shell = '/bin/sh';

    constructor() {
        super();
        // The hook reads its own descriptors in the real /proc; here they are given.
        putLink(`${this.root.proc}/self/fd/9`, `${this.root.sys}/bus/pci/devices`);
        this.systemctl('echo "$@" >>"$0.calls"');
        const [, bytes] = GLib.file_get_contents(HOOK);
        const text = new TextDecoder().decode(bytes);
        const copy = text
            .replace("\nroot=''\n", `\nroot='${this.folder}'\n`)
            .replace('\nPATH=', `\nPATH=${this.folder}/bin:`);
        if (copy.split(this.folder).length !== 3) throw new Error('The hook has no place for another root');
        putFile(this.hookPath, copy);
    }

    /** Gives it another systemctl, as the body of a script. */
    systemctl(body: string): void {
        this.program('systemctl', body);
    }

    /** Gives it a program in place of the system's, as the body of a script. */
    program(name: string, body: string): void {
        const path = `${this.folder}/bin/${name}`;
        putFile(path, `#!/bin/sh\n${body}\n`);
        GLib.chmod(path, 0o755);
    }

    /** Changes the copy of the hook. */
    changeHook(from: string, to: string): void {
        const text = new TextDecoder().decode(GLib.file_get_contents(this.hookPath)[1]);
        putFile(this.hookPath, text.replace(from, to));
    }

    /** What systemctl was asked so far. */
    get systemctlCalls(): string[] {
        const path = `${this.folder}/bin/systemctl.calls`;
        if (!GLib.file_test(path, GLib.FileTest.EXISTS)) return [];
        return new TextDecoder().decode(GLib.file_get_contents(path)[1]).trimEnd().split('\n');
    }

    /** Takes away the one descriptor by which the hook knows that it sees descriptors. */
    blind(): this {
        GLib.unlink(`${this.root.proc}/self/fd/9`);
        return this;
    }

    /** Runs the hook as libvirt does. It reads the definition only when it needs it, so that is in a file. */
    hook(definition: string, operation = 'prepare', step = 'begin', name = 'win'): Promise<Outcome> {
        const file = `${this.folder}/definition.xml`;
        putFile(file, definition);
        const words = [this.hookPath, name, operation, step, '-'];
        return runProgram(['/bin/sh', '-c', `exec ${this.shell} "$@" <"$0"`, file, ...words]);
    }
}
