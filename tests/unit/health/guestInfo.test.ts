// SPDX-License-Identifier: GPL-3.0-or-later
import {parseGuestInfo} from '../../../shared/health/machine/guestInfo.js';

const DEBIAN = `user.count          : 0
os.id               : debian
os.name             : Debian GNU/Linux
os.pretty-name      : Debian GNU/Linux 13 (trixie)
os.kernel-release   : 6.12.43
hostname            : build
fs.count            : 2
fs.0.name           : vda1
fs.0.mountpoint     : /
fs.0.fstype         : ext4
fs.0.total-bytes    : 1000
fs.0.used-bytes     : 950
fs.1.mountpoint     : /mnt/my files
fs.1.fstype         : virtiofs
if.count            : 1
if.0.name           : enp1s0
if.0.hwaddr         : 52:54:00:AA:BB:CC
if.0.addr.count     : 2
if.0.addr.0.addr    : 192.168.122.5
if.0.addr.1.addr    : fe80::1
`;

describe('What an agent tells of its guest', () => {
    it('is read', () => {
        const guest = parseGuestInfo(DEBIAN);
        expect(guest.system).toBe('Debian GNU/Linux 13 (trixie)');
        expect(guest.hostName).toBe('build');
        expect(guest.filesystems?.[0]).toEqual({
            mountPoint: '/',
            type: 'ext4',
            totalBytes: 1000,
            usedBytes: 950,
        });
        expect(guest.filesystems?.[1]).toEqual({
            mountPoint: '/mnt/my files',
            type: 'virtiofs',
            totalBytes: null,
            usedBytes: null,
        });
        expect(guest.cards).toEqual([
            {name: 'enp1s0', mac: '52:54:00:aa:bb:cc', addresses: ['192.168.122.5', 'fe80::1']},
        ]);
    });

    it('may be missing, as a whole and in parts', () => {
        const nothing = parseGuestInfo('');
        expect(nothing.filesystems).toBeNull();
        expect(nothing.system).toBeNull();
        expect(parseGuestInfo('os.id : mswindows').system).toBe('mswindows');
    });

    it('may be a lie, which costs nothing', () => {
        const many = parseGuestInfo(
            'fs.count : 999999\nif.count : -1\nhostname : \u202eevil\u0007\nos.id : debian\nos.id : x',
        );
        expect(many.filesystems?.length).toBe(64);
        expect(many.cards).toBeNull();
        expect(many.hostName).toBe('evil');
        expect(many.system).toBe('debian');
        expect(parseGuestInfo(`hostname : ${'x'.repeat(99_999)}`).hostName?.length).toBe(200);
    });
});
