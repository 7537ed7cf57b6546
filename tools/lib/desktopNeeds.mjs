// SPDX-License-Identifier: GPL-3.0-or-later
import {existsSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {capture} from './process.mjs';

/** How each family of distributions installs packages, by the ids of os-release(5). */
const managers = {
    apt: {ids: ['debian', 'ubuntu'], command: 'sudo apt install'},
    dnf: {ids: ['fedora', 'rhel'], command: 'sudo dnf install'},
    pacman: {ids: ['arch'], command: 'sudo pacman -S --needed'},
};

/** @returns whether a program is on the PATH */
function hasProgram(name) {
    return (process.env['PATH'] ?? '').split(delimiter).some(folder => existsSync(join(folder, name)));
}

/** @returns whether GJS can load a library in at least this version of it, such as [1, 7] */
async function hasLibrary(name, version, least) {
    const [major, minor] = least;
    const script =
        `imports.gi.versions.${name} = '${version}'; const {MAJOR_VERSION: a, MINOR_VERSION: b} = imports.gi.${name};` +
        `imports.system.exit(a > ${major} || (a === ${major} && b >= ${minor}) ? 0 : 1)`;
    return (await capture(['gjs', '-c', script])).code === 0;
}

const services = ['/usr/share/dbus-1/services', '/usr/local/share/dbus-1/services'];

/**
 * @typedef {object} Need
 * @property {string} what in words
 * @property {() => boolean | Promise<boolean>} there whether this computer has it
 * @property {string} apt packages that bring it, on each family
 * @property {string} dnf
 * @property {string} pacman
 */

/** @param {string} program @param {string} apt @param {string} dnf @param {string} pacman @returns {Need} */
function program(program, apt, dnf = apt, pacman = dnf) {
    return {what: program, there: () => hasProgram(program), apt, dnf, pacman};
}

/** What building and running needs. @type {Need[]} */
const required = [
    program('npm', 'npm', 'npm', 'npm'),
    program('gjs', 'gjs'),
    {
        what: 'GTK 4.18',
        there: () => hasLibrary('Gtk', '4.0', [4, 18]),
        apt: 'gir1.2-gtk-4.0',
        dnf: 'gtk4',
        pacman: 'gtk4',
    },
    {
        what: 'libadwaita 1.7',
        there: () => hasLibrary('Adw', '1', [1, 7]),
        apt: 'gir1.2-adw-1',
        dnf: 'libadwaita',
        pacman: 'libadwaita',
    },
    program('meson', 'meson'),
    program('ninja', 'ninja-build', 'ninja-build', 'ninja'),
    program('blueprint-compiler', 'blueprint-compiler'),
    program('msgfmt', 'gettext'),
    program('glib-compile-schemas', 'libglib2.0-bin', 'glib2', 'glib2'),
    program('glib-compile-resources', 'libglib2.0-dev-bin', 'glib2-devel', 'glib2-devel'),
    program('update-desktop-database', 'desktop-file-utils'),
    {
        what: 'gtk4-update-icon-cache',
        there: () => hasProgram('gtk4-update-icon-cache') || hasProgram('gtk-update-icon-cache'),
        apt: 'libgtk-4-bin',
        dnf: 'gtk4',
        pacman: 'gtk4',
    },
];

/** What Handover shows: without it, it starts and says the same. @type {Need[]} */
const wanted = [
    {
        what: 'libvirt-dbus',
        there: () => services.some(folder => existsSync(join(folder, 'org.libvirt.service'))),
        apt: 'libvirt-dbus',
        dnf: 'libvirt-dbus',
        pacman: 'libvirt-dbus',
    },
    program('virsh', 'libvirt-clients', 'libvirt-client', 'libvirt'),
    {
        what: 'libvirt with QEMU',
        there: () =>
            ['libvirtd', 'virtqemud'].some(
                name => existsSync(`/usr/sbin/${name}`) || existsSync(`/usr/bin/${name}`),
            ),
        apt: 'libvirt-daemon-system qemu-system-x86',
        dnf: 'libvirt-daemon-kvm',
        pacman: 'libvirt qemu-base',
    },
];

/** @returns {Promise<'apt' | 'dnf' | 'pacman' | undefined>} this distribution's family */
async function family() {
    const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
    const ids = [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)].flatMap(([, value]) =>
        value.replace(/"/g, '').split(' '),
    );
    return Object.keys(managers).find(name => managers[name].ids.some(id => ids.includes(id)));
}

/** @param {Need[]} needs  @returns {Promise<string | undefined>} a sentence and the command, if one is not met */
async function missing(needs) {
    const absent = [];
    for (const need of needs) if (!(await need.there())) absent.push(need);
    if (absent.length === 0) return undefined;
    const names = `Missing: ${absent.map(need => need.what).join(', ')}.`;
    const manager = await family();
    if (manager === undefined) return `${names} Install them with your distribution's package manager.`;
    const packages = [...new Set(absent.flatMap(need => need[manager].split(' ')))];
    return `${names} This installs them:\n  ${managers[manager].command} ${packages.join(' ')}`;
}

/** @returns {Promise<string | undefined>} what is missing to build and run, with the command for it */
export function missingToRun() {
    return missing(required);
}

/** @returns {Promise<string | undefined>} what is missing of libvirt, with the command for it */
export function missingOfLibvirt() {
    return missing(wanted);
}

/** @returns {Promise<number | undefined>} the GNOME Shell's major version, if it is installed */
export async function gnomeVersion() {
    const {out} = await capture(['gnome-shell', '--version']);
    const [, major] = /GNOME Shell (\d+)/.exec(out) ?? [];
    return major === undefined ? undefined : Number(major);
}
