// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {HostFiguresReader} from '../../../shared/metrics/hostFigures.js';
import {temporaryDirectory} from '../../harness/temporary.js';

describe('The computer’s figures', () => {
    it('are those of the kernel, over the time since the look before', async () => {
        const proc = temporaryDirectory('proc');
        const write = (name: string, text: string): void => {
            GLib.mkdir_with_parents(GLib.path_get_dirname(`${proc}/${name}`), 0o700);
            GLib.file_set_contents(`${proc}/${name}`, text);
        };
        const reader = new HostFiguresReader({sys: proc, proc, dev: proc, run: proc});
        const unknown = {processors: null, used: null, stolen: null, memory: null, available: null};
        const pressure = {cpu: null, memory: null, io: null};
        expect(await reader.read()).toEqual({...unknown, pressure});

        write('stat', 'cpu  100 0 0 900 0 0 0 0 0 0\ncpu0 50 0 0 450\ncpu1 50 0 0 450\nintr 1\n');
        write('meminfo', 'MemTotal:       16384 kB\nMemFree:  1 kB\nMemAvailable:    4096 kB\n');
        write('pressure/cpu', 'some avg10=12.50 avg60=0 avg300=0 total=0\n');
        const first = await reader.read();
        expect(first).toEqual({
            processors: 2,
            used: null,
            stolen: null,
            memory: 16384 * 1024,
            available: 4096 * 1024,
            pressure: {...pressure, cpu: {some: 0.125, full: null}},
        });
        write('stat', 'cpu  140 0 0 950 0 0 0 10 0 0\ncpu0 70 0 0 475\ncpu1 70 0 0 475\n');
        expect(await reader.read()).toEqual(jasmine.objectContaining({used: 0.5, stolen: 0.1}));
    });
});
