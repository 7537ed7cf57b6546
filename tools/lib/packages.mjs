// SPDX-License-Identifier: GPL-3.0-or-later

/** Packages that both sysroots hold, by what they are there for. */
const common = {
    shell: ['gnome-shell', 'gnome-shell-extension-prefs', 'gjs', 'gsettings-desktop-schemas'],
    app: ['libadwaita-1-0', 'gir1.2-adw-1', 'gir1.2-gtk-4.0', 'gir1.2-atspi-2.0', 'at-spi2-core'],
    libvirt: [
        'libvirt-daemon',
        'libvirt-daemon-system',
        'libvirt-daemon-driver-qemu',
        'libvirt-clients',
        'libvirt-dbus',
        'qemu-system-x86',
        'qemu-utils',
        'seabios',
        'ipxe-qemu',
    ],
    gpu: ['gir1.2-gudev-1.0', 'pci.ids'],
    compared: ['virt-manager', 'virt-viewer'],
    guest: ['linux-image-cloud-amd64', 'busybox-static', 'qemu-guest-agent', 'cpio', 'kmod'],
    build: [
        'meson',
        'ninja-build',
        'blueprint-compiler',
        'gettext',
        'desktop-file-utils',
        'appstream',
        'libglib2.0-dev-bin',
        'libglib2.0-bin',
        'libgtk-4-bin',
        'gtk-update-icon-cache',
        'nodejs',
        'libxml2-utils',
    ],
    look: [
        'adwaita-icon-theme',
        'librsvg2-common',
        'fonts-cantarell',
        'fonts-dejavu-core',
        'fonts-noto-color-emoji',
        'libgl1-mesa-dri',
    ],
    session: ['dbus', 'dbus-daemon', 'dbus-user-session', 'python3-dbusmock', 'xvfb', 'xauth'],
    tests: [
        'zsh',
        'fish',
        'bash-completion',
        'mandoc',
        'imagemagick',
        'procps',
        'iproute2',
        'strace',
        'umockdev',
        'gir1.2-umockdev-1.0',
        'less',
        'ca-certificates',
    ],
};

/**
 * The two sysroots: the floor and the ceiling of the GNOME versions that Handover supports.
 * `gnome` is the Shell's major version, `suite` the Debian suite that carries it.
 */
export const suites = {
    48: {gnome: '48', suite: 'trixie', extra: ['mutter-16-tests']},
    51: {gnome: '51', suite: 'sid', extra: ['mutter-51-tests', 'fonts-adwaita']},
};

/**
 * @param {{extra: string[]}} suite one of {@link suites}
 * @returns {string[]} every package that its sysroot asks for, sorted
 */
export function packagesOf(suite) {
    return [...Object.values(common).flat(), ...suite.extra].sort();
}
