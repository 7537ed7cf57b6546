// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {valueOf} from '../../../shared/health/machine/reading.js';
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
});
