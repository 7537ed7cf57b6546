// SPDX-License-Identifier: GPL-3.0-or-later
// What has to be installed in a guest, by who packs programs for it.

/** Names of packages, or of the installer for Windows; null where nothing is to be installed. */
export interface GuestPackages {
    readonly debian: string | null;
    readonly fedora: string | null;
    readonly windows: string | null;
}

/** The installer on the virtio-win disc image: drivers, QEMU's agent, SPICE's agent. */
const VIRTIO_WIN = 'virtio-win-guest-tools.exe';

export const AGENT: GuestPackages = {
    debian: 'qemu-guest-agent',
    fedora: 'qemu-guest-agent',
    windows: VIRTIO_WIN,
};

export const DESKTOP_AGENT: GuestPackages = {
    debian: 'spice-vdagent',
    fedora: 'spice-vdagent',
    windows: VIRTIO_WIN,
};

/** Windows has its own time service. */
export const TIME: GuestPackages = {debian: 'systemd-timesyncd', fedora: 'chrony', windows: null};

/** Linux has the drivers itself. */
export const DRIVERS: GuestPackages = {debian: null, fedora: null, windows: VIRTIO_WIN};

/** virtiofs is in Linux; on Windows it needs a file system layer besides the drivers. */
export const FOLDERS: GuestPackages = {debian: null, fedora: null, windows: `WinFsp, ${VIRTIO_WIN}`};
