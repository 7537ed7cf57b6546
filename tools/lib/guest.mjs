// SPDX-License-Identifier: GPL-3.0-or-later
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {checkout, enterSysroot} from './enter.mjs';
import {withLock} from './lock.mjs';
import {progress, ToolError} from './progress.mjs';
import {ensureSysroot} from './sysroots.mjs';

const recipe = join(checkout, 'tools/guest');
const target = join(checkout, 'build/guest');

/** What the guest runs of what is for real guests. */
const reporter = join(checkout, 'data/guest/report-frames.sh');

/** What the guest is made of: the sysroot's packages, the files of the recipe, and what it runs of ours. */
async function keyOf(sysroot) {
    const hash = createHash('sha256').update(basename(sysroot));
    for (const name of (await readdir(recipe)).sort())
        hash.update(name).update(await readFile(join(recipe, name)));
    return hash.update(await readFile(reporter)).digest('hex');
}

/**
 * Makes the test guest unless it is there: build/guest/vmlinuz and build/guest/initramfs, which
 * serve every GNOME version.
 * @throws {ToolError} when it cannot be made
 */
export async function ensureGuest() {
    const sysroot = await ensureSysroot('48');
    const keyFile = join(target, 'key');
    const key = await keyOf(sysroot);
    const fresh = async () =>
        existsSync(join(target, 'initramfs')) && (await readFile(keyFile, 'utf8').catch(() => '')) === key;
    if (await fresh()) return;
    await withLock(
        join(checkout, 'build/guest.lock'),
        'guest: waiting for another run that makes it',
        async () => {
            if (await fresh()) return;
            progress('guest: making the test guest');
            const lines = [];
            const code = await enterSysroot(sysroot, ['sh', 'tools/guest/make.sh', '/src/build/guest'], {
                gnome: '48',
                root: true,
                run: {onLine: line => lines.push(line)},
            });
            if (code !== 0) throw new ToolError(`${lines.join('\n')}\n\nThe test guest could not be made.`);
            await writeFile(keyFile, key);
        },
    );
}
