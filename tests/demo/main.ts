// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, on a real GNOME Shell and a real libvirt: gjs -m main.js
import GLib from 'gi://GLib';
import System from 'system';
import {Panel} from '../shell/panel.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {Transcript} from './transcript.js';
import {Walk} from './walk.js';

const loop = new GLib.MainLoop(null, false);
let code = 1;

async function main(): Promise<void> {
    const transcript = new Transcript();
    // The Shell and the app share their settings through a file, as they do through dconf on a desktop.
    const settings = {GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: temporaryDirectory('config')};
    let panel: Panel | undefined;
    try {
        panel = await Panel.start(
            {hosts: "['session']", 'chosen-machine': "'session/alpine'"},
            {env: settings},
        );
        const {shell} = panel;
        transcript.say(`GNOME Shell ${await shell.eval<string>('Config.PACKAGE_VERSION')} is up`);
        await new Walk(panel, transcript, settings).run();
        const faults = shell.faults();
        if (faults.length > 0) throw new Error(`The Shell's log has faults:\n${faults.join('\n')}`);
        transcript.say('done');
        code = 0;
    } catch (error) {
        const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
        transcript.say(`FAILED: ${text}`);
        if (panel !== undefined) await transcript.picture(panel.shell, 'failed').catch(() => undefined); // it may be gone
    } finally {
        await panel?.stop();
    }
    loop.quit();
}

void main();
loop.run();
System.exit(code);
