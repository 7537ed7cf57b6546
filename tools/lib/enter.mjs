// SPDX-License-Identifier: GPL-3.0-or-later
import {chmodSync, mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {run} from './process.mjs';
import {namespaces} from './sysroots.mjs';

/** The checkout that these tools belong to; in the sysroot it is /src. */
export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

const script = fileURLToPath(new URL('../sysroot/enter.sh', import.meta.url));

/** Folders below build/ in which the sysroot's ordinary user leaves what it made. */
const writable = ['screenshots', 'demo', 'tests', 'bench', 'guest'];

/** Variables of the caller that a command in the sysroot sees too. */
const passed = new RegExp(
    '^(TERM|COLORTERM|NO_COLOR|LANGUAGE|LC_.*|HANDOVER_.*|GSETTINGS_BACKEND|' +
        '(G|GDK|GSK|GTK|GJS|SHELL|CLUTTER|MUTTER|META|LIBGL|LIBVIRT|VIRSH)_.*)$',
);

/**
 * @param {string} gnome '48' or '51'
 * @returns {string} where the project is installed, as seen in the sysroot
 */
export function prefixOf(gnome) {
    return `/src/build/gnome${gnome}/prefix`;
}

/**
 * @param {string} gnome '48' or '51'
 * @returns {Record<string, string>} the environment inside
 */
function environment(gnome) {
    const prefix = prefixOf(gnome);
    return {
        LANG: 'C.UTF-8',
        GSETTINGS_BACKEND: 'memory',
        LIBGL_ALWAYS_SOFTWARE: '1',
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => passed.test(name))),
        HANDOVER_GNOME: gnome,
        HANDOVER_PREFIX: prefix,
        PATH: `${prefix}/bin:/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin`,
        XDG_DATA_DIRS: `${prefix}/share:/usr/local/share:/usr/share`,
    };
}

/**
 * Runs a command in a sysroot; nothing that it starts outlives it.
 * @param {string} directory the sysroot
 * @param {string[]} command argv, handed on exactly
 * @param {{gnome: string, root?: boolean, run?: object}} options `root` runs as the sysroot's
 *   root, without buses; `run` holds more options for {@link run}
 * @returns {Promise<number>} the command's exit code
 */
export async function enterSysroot(directory, command, options) {
    for (const name of writable) {
        const folder = join(checkout, 'build', name);
        // Only a folder just made is opened up: another user's cannot be, and need not.
        if (mkdirSync(folder, {recursive: true}) !== undefined) chmodSync(folder, 0o777);
    }
    const user = options.root ? 'root' : 'tester';
    return run([...namespaces(['--net']), 'sh', script, directory, checkout, user, ...command], {
        env: environment(options.gnome),
        killSignal: 'SIGKILL',
        ...options.run,
    });
}
