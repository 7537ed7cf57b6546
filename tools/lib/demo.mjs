// SPDX-License-Identifier: GPL-3.0-or-later
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {checkout, enterSysroot} from './enter.mjs';
import {ensureGuest} from './guest.mjs';
import {progress} from './progress.mjs';
import {ensureBuild, ensureNodeModules} from './project.mjs';
import {ensureSysroot} from './sysroots.mjs';
import {bundleOf, bundleTests} from './testBundles.mjs';

const walk = 'tests/demo/main.ts';

/**
 * Walks the main job in a sysroot and leaves screenshots and a transcript in build/demo.
 * @param {string} gnome '48' or '51'
 * @returns {Promise<number>} 0 when every step went well
 */
export async function demo(gnome) {
    await ensureNodeModules();
    const directory = await ensureSysroot(gnome);
    await ensureGuest();
    await ensureBuild(gnome);
    await bundleTests([walk]);
    progress(`demo: GNOME ${gnome}`);
    const code = await enterSysroot(directory, ['gjs', '-m', bundleOf(walk)], {
        gnome,
        run: {timeoutMs: 300_000},
    });
    const left = readdirSync(join(checkout, 'build/demo')).filter(name => /\.(png|txt)$/.test(name));
    progress(`demo: ${left.length} files in build/demo`);
    return code;
}
