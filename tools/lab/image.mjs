// SPDX-License-Identifier: GPL-3.0-or-later
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {run} from '../lib/process.mjs';
import {progress, ToolError} from '../lib/progress.mjs';
import {cacheDirectory, ensureTree, namespaces} from '../lib/sysroots.mjs';

const recipe = fileURLToPath(new URL('.', import.meta.url));
const SUITE = 'trixie';
const NEEDED_BYTES = 6 * 2 ** 30;

/** What the outer machine holds, by what it is there for. */
const packages = {
    system: [
        'systemd-sysv',
        'udev',
        'dbus',
        'libpam-systemd',
        'dbus-user-session',
        'kmod',
        'procps',
        'iproute2',
    ],
    kernel: ['linux-image-amd64', 'busybox-static', 'cpio', 'pciutils', 'apparmor'],
    libvirt: [
        'libvirt-daemon-system',
        'libvirt-daemon-driver-qemu',
        'libvirt-clients',
        'libvirt-dbus',
        'qemu-system-x86',
        'seabios',
        'ipxe-qemu',
    ],
    handover: ['gjs', 'gir1.2-gudev-1.0', 'pci.ids', 'polkitd', 'pkexec', 'libglib2.0-bin'],
    desktop: [
        'gnome-shell',
        'gsettings-desktop-schemas',
        'libadwaita-1-0',
        'gir1.2-adw-1',
        'gir1.2-gtk-4.0',
        'adwaita-icon-theme',
        'libgl1-mesa-dri',
        'fonts-dejavu-core',
    ],
    network: ['openssh-server', 'openssh-client'],
};

/** Files of the recipe, relative to its folder. */
async function recipeFiles() {
    const names = await readdir(recipe, {recursive: true, withFileTypes: true});
    return names
        .filter(entry => entry.isFile() && !entry.name.endsWith('.mjs') && entry.name !== 'qemu.sh')
        .map(entry => join(entry.parentPath, entry.name))
        .sort();
}

/** The folder of the image that the recipe as it stands makes. */
async function imagePath() {
    const hash = createHash('sha256').update(JSON.stringify(packages));
    for (const file of await recipeFiles())
        hash.update(file.slice(recipe.length)).update(await readFile(file));
    return join(cacheDirectory, 'lab', `${SUITE}-${hash.digest('hex').slice(0, 12)}`);
}

/** Images of older recipes: each is larger than a gigabyte. */
async function removeOthers(target) {
    const folder = join(target, '..');
    for (const name of await readdir(folder)) {
        const path = join(folder, name);
        if (!path.startsWith(target)) await run([...namespaces(), 'rm', '-rf', '--one-file-system', path]);
    }
}

/**
 * Makes the outer machine unless it is there.
 * @returns {Promise<string>} a folder with vmlinuz, initramfs and disk.raw
 * @throws {ToolError} when it cannot be made
 */
export async function ensureImage() {
    const target = await imagePath();
    if (existsSync(target)) return target;
    await mkdir(join(target, '..'), {recursive: true});
    await removeOthers(target);
    const {bavail, bsize} = await statfs(join(target, '..'));
    if (bavail * bsize < NEEDED_BYTES)
        throw new ToolError(
            `The lab needs 6 GB below ${cacheDirectory} while it is made, and 4 GB afterwards.`,
        );
    const tree = {
        target,
        suite: SUITE,
        packages: Object.values(packages).flat(),
        what: 'The outer machine of the lab',
        name: 'for the lab',
        cost: 'about 3 minutes, 4 GB',
    };
    return ensureTree(tree, async (making, log) => {
        progress('lab: making the disk');
        const system = `${making}.system`;
        await rm(system, {recursive: true, force: true});
        await rename(making, system);
        await mkdir(making);
        const lines = [];
        const argv = [...namespaces(), 'sh', join(recipe, 'dress.sh'), system, making];
        const code = await run(argv, {
            onLine: line => lines.push(line),
            killSignal: 'SIGKILL',
            timeoutMs: 300_000,
        });
        await run([...namespaces(), 'rm', '-rf', '--one-file-system', system]);
        if (code !== 0)
            throw new ToolError(`${lines.join('\n')}\n\nThe lab's disk could not be made; see ${log}.`);
        return code;
    });
}
