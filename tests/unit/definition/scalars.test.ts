// SPDX-License-Identifier: GPL-3.0-or-later
import {
    bytesPerUnit,
    cpuSet,
    flag,
    scaledBytes,
    scaledKib,
    wholeNumber,
} from '../../../shared/definition/scalars.js';

describe('Sizes as libvirt reads them', () => {
    it('knows the units of libvirt in any case', () => {
        const units: readonly (readonly [string, bigint])[] = [
            ['b', 1n],
            ['byte', 1n],
            ['bytes', 1n],
            ['BYTES', 1n],
            ['KB', 1000n],
            ['kb', 1000n],
            ['k', 1024n],
            ['K', 1024n],
            ['KiB', 1024n],
            ['kib', 1024n],
            ['MB', 1000n ** 2n],
            ['M', 1024n ** 2n],
            ['MiB', 1024n ** 2n],
            ['GB', 1000n ** 3n],
            ['g', 1024n ** 3n],
            ['GiB', 1024n ** 3n],
            ['TB', 1000n ** 4n],
            ['TiB', 1024n ** 4n],
            ['P', 1024n ** 5n],
            ['EiB', 1024n ** 6n],
        ];
        for (const [unit, bytes] of units) expect(bytesPerUnit(unit)).withContext(unit).toBe(bytes);
    });

    it('knows no other unit', () => {
        for (const unit of ['', 'kilo', 'KIB!', 'Ki', 'bit', 'Z', 'bb', 'kbb']) {
            expect(bytesPerUnit(unit)).withContext(unit).toBeNull();
        }
    });

    it('takes the default unit where there is none', () => {
        expect(scaledBytes('4', null, 'KiB')).toBe(4096n);
        expect(scaledBytes('4', '', 'bytes')).toBe(4n);
        expect(scaledBytes(' 4\n', 'MiB', 'bytes')).toBe(4194304n);
    });

    it('rounds up to whole KiB', () => {
        expect(scaledKib('1', 'b')).toBe(1);
        expect(scaledKib('1024', 'b')).toBe(1);
        expect(scaledKib('1025', 'b')).toBe(2);
        expect(scaledKib('1500', 'MB')).toBe(1464844);
    });

    it('does not round where numbers of JavaScript would', () => {
        expect(scaledBytes('9007199254740993', 'b', 'b')).toBe(9007199254740993n);
        expect(scaledKib('8', 'EiB')).toBe(2 ** 53);
    });

    it('is null for what libvirt would refuse', () => {
        for (const text of ['', '-1', '1.5', '4 GiB', '0x10', 'many', null]) {
            expect(scaledKib(text, 'KiB')).withContext(String(text)).toBeNull();
        }
        expect(scaledKib('4', 'furlong')).toBeNull();
    });
});

describe('Numbers, flags and sets', () => {
    it('reads numbers with the base that C gives them', () => {
        expect(wholeNumber('0x1F')).toBe(31);
        expect(wholeNumber('010')).toBe(8);
        expect(wholeNumber('10')).toBe(10);
        expect(wholeNumber('0')).toBe(0);
        expect(wholeNumber(' 2 ')).toBe(2);
        for (const text of [null, '', '-1', '0x', '1e3', '09', 'x']) {
            expect(wholeNumber(text)).withContext(String(text)).toBeNull();
        }
    });

    it('reads both ways in which libvirt says yes', () => {
        expect(['yes', 'on', 'no', 'off', 'maybe', '', null].map(flag)).toEqual([
            true,
            true,
            false,
            false,
            null,
            null,
            null,
        ]);
    });

    it('reads sets of CPUs', () => {
        expect(cpuSet('0-3,^2,8')).toEqual([0, 1, 3, 8]);
        expect(cpuSet('5')).toEqual([5]);
        expect(cpuSet(' 10 , 2-4 , ^3 ')).toEqual([2, 4, 10]);
        expect(cpuSet('0-15,^0,^8')?.length).toBe(14);
        for (const text of [null, '', '3-1', 'a', '1-', '0-99999999', '^1', '1,,2', '-1']) {
            expect(cpuSet(text)).withContext(String(text)).toBeNull();
        }
    });
});
