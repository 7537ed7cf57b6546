// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {lastEndIn, logFolder, readLastEnd} from '../../../shared/health/machine/machineLog.js';
import {drop, putFile, putFolder} from '../../fakes/pci/files.js';

const LOG = `2026-11-19 10:00:00.123+0000: starting up libvirt version: 11.3.0, qemu version: 10.0.2
LC_ALL=C \\
/usr/bin/qemu-system-x86_64 -name guest=m
2026-11-19T10:00:01.000000Z qemu-system-x86_64: terminating on signal 15 from pid 1
2026-11-19 11:00:00.500+0000: shutting down, reason=crashed
`;

describe('libvirt’s log of a machine', () => {
    it('tells how it ended the last time', () => {
        expect(lastEndIn(LOG)).toEqual({atMs: Date.UTC(2026, 10, 19, 11, 0, 0, 500), reason: 'crashed'});
        const later = `${LOG}2026-11-19 12:00:00.000+0000: shutting down, reason=shutdown\n`;
        expect(lastEndIn(later)?.reason).toBe('shutdown');
        expect(lastEndIn('')).toBeNull();
    });

    it('is not what somebody else writes into it', () => {
        for (const line of [
            'guest: 2026-11-19 12:00:00.000+0000: shutting down, reason=crashed',
            '2026-99-19 12:00:00.000+0000: shutting down, reason=crashed',
            '2026-11-19 12:00:00.000+0000: shutting down, reason=crashed by me',
        ])
            expect(lastEndIn(line)).withContext(line).toBeNull();
    });

    it('is read from its end, may not be there yet, and may be unreadable', async () => {
        const folder = GLib.Dir.make_tmp('handover-log-XXXXXX');
        putFile(`${folder}/m.log`, LOG + 'x'.repeat(100_000) + '\n');
        putFile(`${folder}/long.log`, LOG + 'x'.repeat(200_000) + '\n');
        putFolder(`${folder}/folder.log`);
        const read = await readLastEnd(folder, 'm');
        expect(read.known && read.value?.reason).toBe('crashed');
        expect(await readLastEnd(folder, 'long')).toEqual({known: true, value: null});
        expect(await readLastEnd(folder, 'new')).toEqual({known: true, value: null});
        expect((await readLastEnd(folder, 'folder')).known).toBeFalse();
        expect((await readLastEnd(folder, `../${GLib.path_get_basename(folder)}/m`)).known).toBeFalse();
        drop(folder);
    });

    it('is where libvirt is', () => {
        expect(logFolder(true, '/home/me/.cache')).toBe('/home/me/.cache/libvirt/qemu/log');
        expect(logFolder(false, '/home/me/.cache')).toBe('/var/log/libvirt/qemu');
    });
});
