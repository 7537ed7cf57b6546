// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

/** A message bus of a test's own, with the rules that it wants. */
export class PrivateBus {
    readonly address: string;
    readonly #daemon: RunningProgram;

    /** @param rules more elements for the policy, in the words of dbus-daemon(1) */
    constructor(rules = '') {
        const directory = temporaryDirectory('bus');
        this.address = `unix:path=${directory}/socket`;
        const config = `${directory}/bus.conf`;
        const text = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>${this.address}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow eavesdrop="true"/><allow own="*"/>${rules}</policy>
</busconfig>`;
        GLib.file_set_contents(config, text);
        this.#daemon = new RunningProgram([
            'dbus-daemon',
            `--config-file=${config}`,
            '--nofork',
            '--nopidfile',
        ]);
    }

    /** Resolves when programs can connect. */
    async ready(): Promise<void> {
        const path = this.address.replace('unix:path=', '');
        await waitFor('the private bus', () => GLib.file_test(path, GLib.FileTest.EXISTS));
    }

    /** Waits until a program has a name there. */
    async has(name: string): Promise<void> {
        const bus = 'org.freedesktop.DBus';
        const ask = ['--print-reply=literal', `--dest=${bus}`, '/', `${bus}.NameHasOwner`, `string:${name}`];
        await waitFor(`${name} on the private bus`, async () =>
            (await runProgram(['dbus-send', `--bus=${this.address}`, ...ask])).out.includes('true'),
        );
    }

    stop(): Promise<void> {
        return this.#daemon.stop();
    }
}
