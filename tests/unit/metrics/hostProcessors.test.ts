// SPDX-License-Identifier: GPL-3.0-or-later
import {processorReadingOf, processorUseBetween} from '../../../shared/metrics/hostProcessors.js';

describe('The host’s processors', () => {
    const text = 'cpu  100 10 50 800 20 5 5 10 90 0\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\n';

    it('are read from /proc/stat, guests counted once', () => {
        expect(processorReadingOf(text)).toEqual({all: 1000, idle: 820, stolen: 10});
    });

    it('are unknown from what is no such file', () => {
        for (const odd of ['', 'cpu0 1 2 3 4 5 6 7 8\n', 'cpu  1 2 3\n', 'cpu  a b c d e f g h\n'])
            expect(processorReadingOf(odd)).withContext(odd).toBeNull();
    });

    it('were busy for a part of the time in between', () => {
        const before = {all: 1000, idle: 800, stolen: 10};
        expect(processorUseBetween(before, {all: 1200, idle: 950, stolen: 20})).toEqual({
            used: 0.25,
            stolen: 0.05,
        });
        expect(processorUseBetween(before, {all: 1200, idle: 790, stolen: 10})).toEqual({used: 1, stolen: 0});
        expect(processorUseBetween(before, before)).toBeNull();
        expect(processorUseBetween(before, {all: 10, idle: 5, stolen: 0})).toBeNull();
    });
});
