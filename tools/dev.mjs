// SPDX-License-Identifier: GPL-3.0-or-later
// Tries the working copy on a desktop: node tools/dev.mjs shell|app
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {install, prefix} from './lib/desktopInstall.mjs';
import {missingToRun} from './lib/desktopNeeds.mjs';
import {checkout} from './lib/enter.mjs';
import {capture, run} from './lib/process.mjs';
import {progress, runTool, ToolError} from './lib/progress.mjs';
import {ensureNodeModules} from './lib/project.mjs';
import {readNames} from './names.mjs';

const usage = `Usage: npm run dev:shell | npm run dev:app
Builds and installs the working copy for this user, then opens

  dev:shell  a nested GNOME Shell with the extension, in a window of its own
  dev:app    the app

Both follow libvirt's test driver, on a message bus and with settings of their own.`;

/** Settings in a file of their own: the test driver only, and the extension enabled. */
async function environment() {
    const names = readNames();
    const config = join(checkout, 'build/dev');
    await mkdir(join(config, 'glib-2.0/settings'), {recursive: true});
    await writeFile(
        join(config, 'glib-2.0/settings/keyfile'),
        `[${names['SETTINGS_PATH'].replace(/^\/|\/$/g, '')}]\nhosts=['test']\n\n` +
            `[org/gnome/shell]\nenabled-extensions=['${names['EXTENSION_UUID']}']\n`,
    );
    return {...process.env, GSETTINGS_BACKEND: 'keyfile', XDG_CONFIG_HOME: config};
}

/** GNOME 49 has --devkit in the place of --nested. */
async function shellCommand() {
    const {out} = await capture(['gnome-shell', '--help']);
    for (const option of ['--devkit', '--nested'])
        if (out.includes(option)) return ['gnome-shell', option, '--wayland'];
    throw new ToolError('This GNOME Shell cannot run in a window.');
}

await runTool(async () => {
    const [what] = process.argv.slice(2);
    if (what !== 'shell' && what !== 'app') throw new ToolError(usage);
    const lacking = await missingToRun();
    if (lacking !== undefined) throw new ToolError(lacking);
    await ensureNodeModules();
    await install();
    const command = what === 'shell' ? await shellCommand() : [join(prefix, 'bin/handover-app')];
    progress(command.join(' '));
    return run(['dbus-run-session', '--', ...command], {env: await environment()});
});
