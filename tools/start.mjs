// SPDX-License-Identifier: GPL-3.0-or-later
// On a GNOME desktop installs Handover for this user and opens it; without a display shows it in
// a sysroot: node tools/start.mjs [--demo] [--gnome 48|51] [--no-open]
import {spawn} from 'node:child_process';
import {delimiter, join} from 'node:path';
import {parseArgs} from 'node:util';
import {demo} from './lib/demo.mjs';
import {enableExtension, install, prefix} from './lib/desktopInstall.mjs';
import {gnomeVersion, missingOfLibvirt, missingToRun} from './lib/desktopNeeds.mjs';
import {progress, runTool, ToolError} from './lib/progress.mjs';
import {ensureNodeModules} from './lib/project.mjs';

/** The oldest GNOME Shell that the extension runs in. */
const oldest = 48;

const usage = `Usage: npm start -- [OPTION…]
On a desktop with GNOME ${oldest} or later: builds Handover, installs it for this user and opens it.
Without a display: shows it in a sysroot, on a real GNOME Shell and a real libvirt.

  --demo         use the sysroot even when there is a display
  --gnome 48|51  the GNOME version of the sysroot (default 48)
  --no-open      install only
  --help         print this`;

async function desktop(open) {
    const version = await gnomeVersion();
    if (version === undefined || version < oldest) {
        const found = version === undefined ? 'has no GNOME Shell' : `has GNOME ${version}`;
        throw new ToolError(
            `Handover needs GNOME ${oldest} or later; this computer ${found}.\n` +
                'This shows it in a sysroot instead:\n  npm start -- --demo',
        );
    }
    const lacking = await missingToRun();
    if (lacking !== undefined) throw new ToolError(`${lacking}\nThen run npm start again.`);
    await ensureNodeModules();
    await install();
    const extension = await enableExtension();
    progress('Handover is installed.');
    if (extension === 'afterLogin')
        progress('Log out and in again to see it, or its new version, in the top bar.');
    const folder = join(prefix, 'bin');
    if (!(process.env['PATH'] ?? '').split(delimiter).includes(folder))
        progress(
            `The command is ${join(folder, 'handover')}; add ${folder} to your PATH to call it by its name.`,
        );
    const libvirt = await missingOfLibvirt();
    if (libvirt !== undefined) progress(libvirt);
    if (!open) return;
    progress('Opening the app');
    spawn(join(folder, 'handover-app'), [], {detached: true, stdio: 'ignore'}).unref();
}

await runTool(async () => {
    let values;
    try {
        ({values} = parseArgs({
            options: {
                demo: {type: 'boolean', default: false},
                gnome: {type: 'string', default: '48'},
                'no-open': {type: 'boolean', default: false},
                help: {type: 'boolean', default: false},
            },
        }));
    } catch (error) {
        throw new ToolError(`${error.message}\n\n${usage}`);
    }
    if (values.help) {
        process.stdout.write(`${usage}\n`);
        return 0;
    }
    const display = process.env['WAYLAND_DISPLAY'] || process.env['DISPLAY'];
    if (values.demo || !display) return demo(values.gnome);
    return desktop(!values['no-open']);
});
