// SPDX-License-Identifier: GPL-3.0-or-later
import {pressureOf, readPressure} from '../../../shared/metrics/pressure.js';
import {putFile} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const SOME = 'some avg10=12.50 avg60=1.00 avg300=0.10 total=123456\n';
const FULL = 'full avg10=4.00 avg60=0.00 avg300=0.00 total=0\n';

describe('The pressure of the host', () => {
    it('is the part of the last ten seconds that was lost', () => {
        expect(pressureOf(SOME + FULL)).toEqual({some: 0.125, full: 0.04});
        expect(pressureOf(SOME)).toEqual({some: 0.125, full: null});
    });

    it('is unknown from what is no such file', () => {
        for (const text of ['', 'some\n', FULL, 'some avg10=many avg60=0.00\n'])
            expect(pressureOf(text)).withContext(text).toBeNull();
    });

    it('is read where the kernel tells it, and unknown where it does not', async () => {
        const proc = temporaryDirectory();
        putFile(`${proc}/pressure/cpu`, SOME);
        putFile(`${proc}/pressure/memory`, SOME + FULL);

        expect(await readPressure(proc)).toEqual({
            cpu: {some: 0.125, full: null},
            memory: {some: 0.125, full: 0.04},
            io: null,
        });
        expect(await readPressure(`${proc}/none`)).toEqual({cpu: null, memory: null, io: null});
    });
});
