// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

/** What a private message bus allows and starts. */
export interface BusRules {
    /** Policy elements; everything is allowed before them. */
    readonly policy?: string;
    /** Programs that the bus starts, by name: the command line. */
    readonly services?: Readonly<Record<string, string>>;
}

/**
 * A message bus of a test's own, to be used as the session bus.
 *
 * GDBus keeps the first connection that it makes, and GJS makes the one to the system bus when it starts: so a test
 * file has one session bus, chosen before anything asks for it.
 */
export class PrivateBus {
    private constructor(
        readonly address: string,
        private readonly daemon: RunningProgram,
    ) {}

    /** Starts it and makes it this process's session bus. */
    static async start({policy = '', services = {}}: BusRules): Promise<PrivateBus> {
        const folder = temporaryDirectory('bus');
        for (const [name, command] of Object.entries(services)) {
            const service = `[D-BUS Service]\nName=${name}\nExec=${command}\n`;
            GLib.file_set_contents(GLib.build_filenamev([folder, `${name}.service`]), service);
        }
        const socket = GLib.build_filenamev([folder, 'socket']);
        const config = GLib.build_filenamev([folder, 'bus.conf']);
        GLib.file_set_contents(
            config,
            `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${folder}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    ${policy}
  </policy>
</busconfig>`,
        );
        const daemon = new RunningProgram([
            'dbus-daemon',
            `--config-file=${config}`,
            '--nofork',
            '--nopidfile',
        ]);
        await waitFor('the bus', () => GLib.file_test(socket, GLib.FileTest.EXISTS));
        const bus = new PrivateBus(`unix:path=${socket}`, daemon);
        GLib.setenv('DBUS_SESSION_BUS_ADDRESS', bus.address, true);
        return bus;
    }

    async stop(): Promise<void> {
        await this.daemon.stop();
    }
}
