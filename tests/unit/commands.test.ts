// SPDX-License-Identifier: GPL-3.0-or-later
import {distributionFamily, installCommand, libvirtUnit} from '../../shared/problems/commands.js';

/** os-release(5) with these two fields. */
function system(id: string | null, like: string | null = null): (field: string) => string | null {
    return field => (field === 'ID' ? id : field === 'ID_LIKE' ? like : null);
}

describe('commands for this system', () => {
    it('know the families by their id or by what they are like', () => {
        expect(distributionFamily(system('debian'))).toBe('debian');
        expect(distributionFamily(system('pop', 'ubuntu debian'))).toBe('debian');
        expect(distributionFamily(system('fedora'))).toBe('fedora');
        expect(distributionFamily(system('rocky', 'rhel centos fedora'))).toBe('fedora');
        expect(distributionFamily(system('endeavouros', 'arch'))).toBe('arch');
        expect(distributionFamily(system('opensuse-tumbleweed', 'opensuse suse'))).toBe('suse');
        expect(distributionFamily(system('nixos'))).toBeNull();
        expect(distributionFamily(system(null))).toBeNull();
    });

    it('install with the system’s own program', () => {
        expect(installCommand('libvirt-dbus', 'debian')).toBe('sudo apt install libvirt-dbus');
        expect(installCommand('libvirt-dbus', 'fedora')).toBe('sudo dnf install libvirt-dbus');
        expect(installCommand('libvirt-dbus', 'arch')).toBe('sudo pacman -S --needed libvirt-dbus');
        expect(installCommand('libvirt-dbus', null)).toBeNull();
    });

    it('name the daemon that serves QEMU there', () => {
        expect(libvirtUnit('debian')).toBe('libvirtd');
        expect(libvirtUnit('fedora')).toBe('virtqemud');
    });
});
