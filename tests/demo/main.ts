// SPDX-License-Identifier: GPL-3.0-or-later
// The main job, on a real GNOME Shell and a real libvirt: gjs -m main.js
import GLib from 'gi://GLib';
import System from 'system';
import {HeadlessShell} from '../harness/headlessShell.js';
import {Transcript} from './transcript.js';
import {walk} from './walk.js';

const loop = new GLib.MainLoop(null, false);
let code = 1;

async function main(): Promise<void> {
    const transcript = new Transcript();
    let shell: HeadlessShell | undefined;
    try {
        shell = await HeadlessShell.start();
        transcript.say(`GNOME Shell ${await shell.eval<string>('Config.PACKAGE_VERSION')} is up`);
        await walk(shell, transcript);
        const faults = shell.faults();
        if (faults.length > 0) throw new Error(`The Shell's log has faults:\n${faults.join('\n')}`);
        transcript.say('done');
        code = 0;
    } catch (error) {
        const text = error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error);
        transcript.say(`FAILED: ${text}`);
        if (shell !== undefined) await transcript.picture(shell, 'failed').catch(() => undefined); // it may be gone
    } finally {
        await shell?.stop();
    }
    loop.quit();
}

void main();
loop.run();
System.exit(code);
