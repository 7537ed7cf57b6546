// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {valueOf} from './pretended.js';
import {systemFiles} from '../../../shared/health/machine/systemFiles.js';
import {runProgram} from '../../harness/program.js';
import {drop, putFile, putLink} from '../../fakes/pci/files.js';

const SYSTEM_FILES = systemFiles({timeoutMs: 5_000});
let top = '';

beforeEach(() => (top = GLib.Dir.make_tmp('handover-files-XXXXXX')));
afterEach(() => drop(top));

describe('Files of this computer', () => {
    it('are there, are not, and may not be looked at', async () => {
        putFile(`${top}/a`, 'x');
        // What cannot be looked at, even by root: a link that leads to itself.
        putLink(`${top}/loop`, 'loop');
        expect(await SYSTEM_FILES.isThere(`${top}/a`)).toBeTrue();
        expect(await SYSTEM_FILES.isThere(`${top}/c`)).toBeFalse();
        expect(await SYSTEM_FILES.isThere(`${top}/a/b`)).toBeFalse();
        expect(await SYSTEM_FILES.isThere(`${top}/loop/b`)).toBeNull();
    });

    it('have room around them, which may be unreadable', async () => {
        expect(valueOf(await SYSTEM_FILES.freeBytes(top))).toBeGreaterThan(0);
        expect((await SYSTEM_FILES.freeBytes(`${top}/c`)).known).toBeFalse();
    });

    it('are images that rest on others, whatever they are called', async () => {
        const base = `${top}/-b ase.qcow2`;
        const above = `${top}/top.qcow2`;
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', base, '8M']);
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', above]);
        const chain = valueOf(await SYSTEM_FILES.chain(above, 'qcow2'));
        expect(chain?.layers.map(({path, virtualBytes}) => [path, virtualBytes])).toEqual([
            [above, 8 * 2 ** 20],
            [base, 8 * 2 ** 20],
        ]);
        // A raw image is what its definition says, and not what stands in it.
        expect(valueOf(await SYSTEM_FILES.chain(above, 'raw'))?.layers.length).toBe(1);
        drop(base);
        const broken = valueOf(await SYSTEM_FILES.chain(above, 'qcow2'));
        expect([broken?.layers.length, broken?.missing, broken?.loop]).toEqual([1, base, null]);
        expect(valueOf(await SYSTEM_FILES.chain(`${top}/none`, '--help'))?.missing).toBe(`${top}/none`);
        putFile(`${top}/text`, 'x');
        expect((await SYSTEM_FILES.chain(`${top}/text`, 'qcow2')).known).toBeFalse();
    });

    it('are images that rest on each other', async () => {
        const [one, two] = [`${top}/one.qcow2`, `${top}/two.qcow2`];
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', one, '8M']);
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', one, '-F', 'qcow2', two]);
        await runProgram(['qemu-img', 'rebase', '-u', '-b', two, '-F', 'qcow2', one]);
        const chain = valueOf(await SYSTEM_FILES.chain(two, 'qcow2'));
        expect([chain?.layers.length, chain?.missing, chain?.loop]).toEqual([2, null, two]);
    });

    it('are images with snapshots within', async () => {
        const path = `${top}/a.qcow2`;
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', path, '8M']);
        await runProgram(['qemu-img', 'snapshot', '-c', 'before', path]);
        const chain = valueOf(await SYSTEM_FILES.chain(path, 'qcow2'));
        expect(chain?.layers[0]?.snapshots).toEqual(['before']);
    });

    it('are asked for by their paths alone: what rests on another computer’s is not fetched', async () => {
        const service = new Gio.SocketService();
        const port = service.add_any_inet_port(null);
        let calls = 0;
        service.connect('incoming', () => {
            calls++;
            return true;
        });
        service.start();
        const backings = [
            `nbd://127.0.0.1:${port}/x`,
            `json:{"driver":"nbd","server":{"type":"inet","host":"127.0.0.1","port":"${port}"}}`,
        ];
        for (const backing of backings) {
            const path = `${top}/far.qcow2`;
            await runProgram([
                'qemu-img',
                'create',
                ...['-q', '-u', '-f', 'qcow2', '-F', 'raw', '-b', backing],
                path,
                '8M',
            ]);
            const above = `${top}/above.qcow2`;
            await runProgram([
                'qemu-img',
                'create',
                '-q',
                '-u',
                '-f',
                'qcow2',
                '-F',
                'qcow2',
                '-b',
                path,
                above,
                '8M',
            ]);
            const chain = valueOf(await SYSTEM_FILES.chain(above, 'qcow2'));
            expect(chain?.layers.map(layer => layer.path)).toEqual([above, path]);
            expect(chain?.layers[1]?.backing).toContain('127.0.0.1');
        }
        expect(calls).toBe(0);
        service.stop();
        service.close();
    });

    it('are images only where they are files or block devices', async () => {
        const pipe = `${top}/pipe`;
        await runProgram(['mkfifo', pipe]);
        const above = `${top}/above.qcow2`;
        await runProgram([
            'qemu-img',
            'create',
            '-q',
            '-u',
            '-f',
            'qcow2',
            '-F',
            'raw',
            '-b',
            pipe,
            above,
            '8M',
        ]);
        const began = GLib.get_monotonic_time();
        for (const path of [pipe, above, '/dev/tty', top])
            expect((await SYSTEM_FILES.chain(path, 'qcow2')).known)
                .withContext(path)
                .toBeFalse();
        expect((GLib.get_monotonic_time() - began) / 1000).toBeLessThan(4_000);
    });

    it('may make qemu-img print what is no text', async () => {
        const path = `${top}/odd.qcow2`;
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', path, '8M']);
        const bytes = GLib.file_get_contents(path)[1].slice();
        // An incompatible feature that QEMU does not know, and a name for it in the table at the end of the header.
        bytes[72 + 2] = 1;
        bytes.set([0, 40, 0xff, 0xfe, 0], 112 + 8);
        GLib.file_set_contents(path, bytes);
        const chain = await SYSTEM_FILES.chain(path, 'qcow2');
        expect(chain.known ? '' : chain.why).toContain('\ufffd');
    });

    it('are looked at a few at a time, however many a machine has', async () => {
        // A qemu-img that writes down how many of it there are.
        putFile(
            `${top}/bin/qemu-img`,
            `#!/bin/sh\ntouch ${top}/bin/$$.now\nls ${top}/bin/*.now | wc -l >>${top}/counts\nsleep 0.1\nrm ${top}/bin/$$.now\nexit 1\n`,
        );
        GLib.chmod(`${top}/bin/qemu-img`, 0o755);
        putFile(`${top}/image`, 'x');
        const path = GLib.getenv('PATH') ?? '';
        GLib.setenv('PATH', `${top}/bin:${path}`, true);
        try {
            const patient = systemFiles({timeoutMs: 60_000});
            await Promise.all(Array.from({length: 20}, () => patient.chain(`${top}/image`, 'raw')));
        } finally {
            GLib.setenv('PATH', path, true);
        }
        const counts = new TextDecoder()
            .decode(GLib.file_get_contents(`${top}/counts`)[1])
            .trim()
            .split('\n')
            .map(Number);
        expect(counts.length).toBe(20);
        expect(Math.max(...counts)).toBeLessThanOrEqual(4);
    });
});
