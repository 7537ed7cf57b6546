// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Client} from '../displays/displayErrors.js';

/** A family of distributions, by how its packages are installed. */
type Family = 'debian' | 'fedora' | 'arch' | 'suse';

const INSTALL: Readonly<Record<Family, string>> = {
    debian: 'sudo apt install',
    fedora: 'sudo dnf install',
    arch: 'sudo pacman -S --needed',
    suse: 'sudo zypper install',
};

/**
 * The family of the system that we run on.
 *
 * @param info reads a field of os-release(5)
 * @returns null when it is none that we know
 */
export function distributionFamily(info: (field: string) => string | null = GLib.get_os_info): Family | null {
    const ids = `${info('ID') ?? ''} ${info('ID_LIKE') ?? ''}`.toLowerCase().split(/\s+/);
    if (ids.some(id => id === 'debian' || id === 'ubuntu')) return 'debian';
    if (ids.some(id => id === 'fedora' || id === 'rhel' || id === 'centos')) return 'fedora';
    if (ids.includes('arch')) return 'arch';
    if (ids.some(id => id === 'suse' || id.startsWith('opensuse'))) return 'suse';
    return null;
}

/**
 * The command that installs a package which is called the same everywhere.
 *
 * @returns null where we do not know how packages are installed
 */
export function installCommand(packageName: string, family = distributionFamily()): string | null {
    return family === null ? null : `${INSTALL[family]} ${packageName}`;
}

/**
 * The name of the systemd unit, without its suffix, that serves QEMU machines: Fedora and openSUSE have libvirt's
 * modular daemons (https://libvirt.org/daemons.html), the others the one daemon for all.
 */
export function libvirtUnit(family = distributionFamily()): string {
    return family === 'fedora' || family === 'suse' ? 'virtqemud' : 'libvirtd';
}

/** What Looking Glass and Moonlight are called where they are packaged. */
const CLIENT_PACKAGES: Readonly<Record<Client, Partial<Record<Family, string>>>> = {
    viewer: same('virt-viewer'),
    connections: same('gnome-connections'),
    'looking-glass': {debian: 'looking-glass-client'},
    moonlight: {arch: 'moonlight-qt'},
};

function same(name: string): Record<Family, string> {
    return {debian: name, fedora: name, arch: name, suse: name};
}

/**
 * The command that installs what shows a machine.
 *
 * @returns null where there is no package of it
 */
export function installClientCommand(client: Client, family = distributionFamily()): string | null {
    const packageName = family === null ? undefined : CLIENT_PACKAGES[client][family];
    if (packageName !== undefined) return installCommand(packageName, family);
    return client === 'moonlight' ? 'flatpak install flathub com.moonlight_stream.Moonlight' : null;
}
