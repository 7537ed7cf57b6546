// SPDX-License-Identifier: GPL-3.0-or-later
import {existsSync} from 'node:fs';
import {mkdir, readFile, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {checkout, enterSysroot} from '../lib/enter.mjs';
import {progress, ToolError} from '../lib/progress.mjs';
import {ensureNodeModules} from '../lib/project.mjs';

const folder = '/src/build/lab';
/** As a distribution would: for the whole system, with the helper, and without anything that is there for tests. */
const options = ['--prefix=/usr', '-Dhelper=true'];

/**
 * Builds the project as a package is built.
 * @param {string} sysroot the Debian tree that has Meson
 * @returns {Promise<Buffer>} a compressed tar of what is installed, from the root folder
 * @throws {ToolError} when it does not build, with the build's own output
 */
export async function buildPackage(sysroot) {
    await ensureNodeModules();
    const here = join(checkout, 'build/lab');
    await mkdir(here, {recursive: true});
    const step = async (...command) => {
        const lines = [];
        const code = await enterSysroot(sysroot, command, {
            gnome: '48',
            root: true,
            run: {onLine: line => lines.push(line), timeoutMs: 300_000},
        });
        if (code !== 0)
            throw new ToolError(`${lines.join('\n')}\n\nThe lab's build failed in: ${command.join(' ')}`);
    };
    progress('lab: building the packages');
    if (!existsSync(join(here, 'meson/build.ninja'))) {
        await rm(join(here, 'meson'), {recursive: true, force: true});
        await step('meson', 'setup', `${folder}/meson`, ...options);
    }
    await step('meson', 'compile', '-C', `${folder}/meson`);
    // What a source that is gone had installed must not be left.
    await rm(join(here, 'tree'), {recursive: true, force: true});
    await step('meson', 'install', '-C', `${folder}/meson`, '--quiet', `--destdir=${folder}/tree`);
    await step('tar', '-C', `${folder}/tree`, '--owner=0', '--group=0', '-czf', `${folder}/tree.tar.gz`, '.');
    return readFile(join(here, 'tree.tar.gz'));
}
