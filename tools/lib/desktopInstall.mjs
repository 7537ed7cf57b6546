// SPDX-License-Identifier: GPL-3.0-or-later
import {existsSync, lstatSync} from 'node:fs';
import {mkdir, readdir, readFile, realpath, rm, rmdir, writeFile} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, join, normalize} from 'node:path';
import {readNames} from '../names.mjs';
import {checkout} from './enter.mjs';
import {installLog} from './installLog.mjs';
import {capture, run} from './process.mjs';
import {progress, ToolError} from './progress.mjs';

/** Where programs of one user live; ~/.local/share is where the desktop looks for the rest. */
export const prefix = join(homedir(), '.local');

const share = join(prefix, 'share');
const build = join(checkout, 'build/desktop');

/** Every file that was installed, one a line: what uninstalling takes out. */
const manifest = join(process.env['XDG_STATE_HOME'] || join(prefix, 'state'), 'handover', 'installed-files');

/** Files that desktops make out of what is installed, by the folder that they are about. */
const derived = [
    {
        file: 'glib-2.0/schemas/gschemas.compiled',
        left: name => name.endsWith('.gschema.xml'),
        again: folder => ['glib-compile-schemas', folder],
    },
    {
        file: 'applications/mimeinfo.cache',
        left: name => name.endsWith('.desktop'),
        again: folder => ['update-desktop-database', folder],
    },
    {
        file: 'icons/hicolor/icon-theme.cache',
        left: name => /\.(svg|png)$/.test(name),
        again: folder => ['gtk4-update-icon-cache', '-q', '-t', '-f', folder],
    },
];

/** @returns {Promise<string[]>} the files of the last installation, [] when there is none */
async function installedBefore() {
    const text = await readFile(manifest, 'utf8').catch(() => '');
    // Nothing else may be in it, whatever happened to the file.
    return text.split('\n').filter(name => name.startsWith(`${prefix}/`) && normalize(name) === name);
}

/** @returns whether the path is a folder */
function isFolder(path) {
    return lstatSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

/** Whether a file is still where we put it: no link on the way leads out of the prefix, and no folder took its place. */
async function isInPlace(file) {
    if (isFolder(file)) return false;
    const folder = await realpath(dirname(file)).catch(() => undefined);
    if (folder === undefined) return false;
    // Either of the two may itself be a link, as where a home is spread over disks.
    const roots = await Promise.all([prefix, share].map(root => realpath(root).catch(() => root)));
    return roots.some(root => folder === root || folder.startsWith(`${root}/`));
}

/** Removes files, and every folder below the prefix that they leave empty. */
async function remove(files) {
    for (const file of files) {
        if (await isInPlace(file)) await rm(file, {force: true});
        else if (existsSync(file)) progress(`Left alone, because it is no longer ours: ${file}`);
    }
    const folders = new Set(files.map(file => dirname(file)));
    for (const start of [...folders].sort((a, b) => b.length - a.length)) {
        for (
            let folder = start;
            folder.startsWith(`${prefix}/`) && folder !== share;
            folder = dirname(folder)
        ) {
            try {
                await rmdir(folder);
            } catch (error) {
                if (error.code === 'ENOENT') continue;
                break; // somebody else's files are in it
            }
        }
    }
}

/** Runs a step of the build, and shows what it said if it fails. */
async function step(command) {
    const lines = [];
    const code = await run(command, {onLine: line => lines.push(line), cwd: checkout});
    if (code !== 0) throw new ToolError(`${lines.join('\n')}\n\nThis failed: ${command.join(' ')}`);
}

/** Builds the project and installs it for this user; replaces an earlier installation. */
export async function install() {
    progress('Building');
    if (!existsSync(join(build, 'build.ninja')))
        await step(['meson', 'setup', build, `--prefix=${prefix}`, '--libdir=lib']);
    await step(['meson', 'compile', '-C', build]);
    progress(`Installing into ${prefix}`);
    const before = await installedBefore();
    await step(['meson', 'install', '-C', build, '--quiet']);
    const files = (await installLog(build)).filter(path => !isFolder(path));
    await mkdir(dirname(manifest), {recursive: true});
    await writeFile(manifest, `${files.join('\n')}\n`);
    const now = new Set(files);
    await remove(before.filter(file => !now.has(file)));
}

/**
 * Takes out what {@link install} put there.
 * @returns {Promise<number>} how many files there were
 */
export async function uninstall() {
    const files = await installedBefore();
    if (files.length === 0) return 0;
    await remove(files);
    for (const {file, left, again} of derived) {
        const path = join(share, file);
        if (!existsSync(path)) continue;
        const folder = dirname(path);
        const names = await readdir(folder, {recursive: true});
        if (names.some(left)) await capture(again(folder));
        else await remove([path]);
    }
    await rm(manifest, {force: true});
    await rmdir(dirname(manifest)).catch(() => undefined); // somebody else's files are in it
    return files.length;
}

const uuid = () => readNames()['EXTENSION_UUID'];

/** The list of enabled extensions as the Shell's settings hold it. */
async function enabledList() {
    const {code, out} = await capture(['gsettings', 'get', 'org.gnome.shell', 'enabled-extensions']);
    return code === 0 ? [...out.matchAll(/'([^']*)'/g)].map(([, name]) => name) : [];
}

/**
 * Has the Shell enable the extension.
 * @returns {Promise<'enabled' | 'afterLogin'>} a Shell that started before the extension was
 *   there, or with an older one, takes it up at the next log-in
 */
export async function enableExtension() {
    const known = (await capture(['gnome-extensions', 'info', uuid()])).code === 0;
    const wasEnabled = (await enabledList()).includes(uuid());
    if (known) await capture(['gnome-extensions', 'enable', uuid()]);
    if (!(await enabledList()).includes(uuid())) {
        const names = [...(await enabledList()), uuid()].map(name => `'${name}'`).join(', ');
        await capture(['gsettings', 'set', 'org.gnome.shell', 'enabled-extensions', `[${names}]`]);
    }
    // Code that the Shell has loaded once stays as it is until it restarts.
    return known && !wasEnabled ? 'enabled' : 'afterLogin';
}

/** Has the Shell forget the extension. */
export async function disableExtension() {
    await capture(['gnome-extensions', 'disable', uuid()]);
    const names = (await enabledList()).filter(name => name !== uuid());
    const value = names.length === 0 ? '[]' : `[${names.map(name => `'${name}'`).join(', ')}]`;
    if ((await enabledList()).includes(uuid()))
        await capture(['gsettings', 'set', 'org.gnome.shell', 'enabled-extensions', value]);
}
