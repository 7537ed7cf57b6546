// SPDX-License-Identifier: GPL-3.0-or-later
import {createHash} from 'node:crypto';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {mkdir, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {checkout, enterSysroot, prefixOf} from './enter.mjs';
import {installLog} from './installLog.mjs';
import {withLock} from './lock.mjs';
import {capture, run} from './process.mjs';
import {progress, ToolError} from './progress.mjs';
import {ensureSysroot} from './sysroots.mjs';

/** What no installed file is made of; a change there needs no new build. */
const ignored = /^(tests|docs|\.ci|tools\/(inside|lib|guest|sysroot|demo))\/|\.md$/;

/** What is built here is for tests, the demo and the bench: HANDOVER_SYSROOT may name a pretended machine. */
const forTests = '-Dpretended_machine=true';

/** Every file of the checkout that is not ignored by git, relative to it. */
async function sourceFiles() {
    const {code, out} = await capture(['git', 'ls-files', '-coz', '--exclude-standard'], {
        cwd: checkout,
    });
    const names =
        code === 0
            ? out.split('\0').filter(name => name !== '')
            : readdirSync(checkout, {recursive: true}).filter(
                  name => !/^(build|node_modules|\.git)(\/|$)/.test(name),
              );
    return names.filter(name => !ignored.test(name)).sort();
}

/** @returns {Promise<string>} a stamp that changes when any source changes */
async function sourceStamp() {
    const hash = createHash('sha256');
    for (const name of await sourceFiles()) {
        const stat = statSync(join(checkout, name), {throwIfNoEntry: false});
        if (stat?.isFile()) hash.update(`${name}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
    return hash.digest('hex');
}

/** Installs the npm packages of the lock file, unless they are there already. */
export async function ensureNodeModules() {
    const lock = statSync(join(checkout, 'package-lock.json'), {throwIfNoEntry: false});
    const installed = () =>
        statSync(join(checkout, 'node_modules/.package-lock.json'), {throwIfNoEntry: false});
    const fresh = () => (installed()?.mtimeMs ?? 0) >= (lock?.mtimeMs ?? 0);
    if (lock === undefined || fresh()) return;
    const waiting = 'npm: waiting for another run that installs the packages';
    await withLock(join(checkout, 'build/npm.lock'), waiting, async () => {
        if (fresh()) return;
        progress('npm: installing the packages of package-lock.json');
        const code = await run(['npm', 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
            cwd: checkout,
            stdio: ['ignore', 2, 2],
        });
        if (code !== 0) throw new ToolError('npm ci failed; see above. Is the network there?');
    });
}

/** @returns whether the path is a folder, which stays as long as something is in it */
function isFolder(path) {
    return statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false;
}

/** What the last installation wrote, as the host sees it. */
async function installed(folder) {
    const paths = await installLog(join(folder, 'meson'));
    return paths.map(path => join(checkout, path.slice('/src/'.length)));
}

/** Runs one step of the build as the sysroot's root, and shows what it said if it fails. */
async function step(directory, gnome, command) {
    const lines = [];
    const code = await enterSysroot(directory, command, {
        gnome,
        root: true,
        run: {onLine: line => lines.push(line)},
    });
    if (code !== 0) {
        throw new ToolError(
            `${lines.join('\n')}\n\nThe build for GNOME ${gnome} failed in: ${command.join(' ')}`,
        );
    }
}

/**
 * Builds the project and installs it below build/, unless nothing changed since.
 * @param {string} gnome '48' or '51'
 * @returns {Promise<boolean>} whether there was anything to do
 * @throws {ToolError} when it does not build, with the build's own output
 */
export async function ensureBuild(gnome) {
    if (!existsSync(join(checkout, 'meson.build'))) {
        progress('build: skipped, there is no meson.build');
        return false;
    }
    const folder = join(checkout, `build/gnome${gnome}`);
    const stampFile = join(folder, 'stamp');
    const current = async () => (await readFile(stampFile, 'utf8').catch(() => '')) === (await sourceStamp());
    if (await current()) return false;
    const directory = await ensureSysroot(gnome);
    await mkdir(folder, {recursive: true});
    return withLock(`${folder}/lock`, 'build: waiting for another run that builds', async () => {
        const stamp = await sourceStamp();
        if (await current()) return false;
        await ensureNodeModules();
        progress(`build: GNOME ${gnome}`);
        const meson = `/src/build/gnome${gnome}/meson`;
        const configured = join(folder, 'configured');
        if (!existsSync(join(folder, 'meson/build.ninja'))) {
            await rm(join(folder, 'meson'), {recursive: true, force: true});
            await step(directory, gnome, ['meson', 'setup', meson, `--prefix=${prefixOf(gnome)}`, forTests]);
        } else if (!(await readFile(configured, 'utf8').catch(() => '')).includes(forTests)) {
            await step(directory, gnome, ['meson', 'configure', meson, forTests]);
        }
        await writeFile(configured, forTests);
        await step(directory, gnome, ['meson', 'compile', '-C', meson]);
        const before = await installed(folder);
        await step(directory, gnome, ['meson', 'install', '-C', meson, '--quiet']);
        // What a source that is gone had installed must not stay behind.
        const after = new Set(await installed(folder));
        const stale = before.filter(path => !after.has(path) && !isFolder(path));
        for (const file of stale) await rm(file, {force: true});
        await writeFile(stampFile, stamp);
        return true;
    });
}
