// SPDX-License-Identifier: GPL-3.0-or-later
import {lastTimeOf, pointsOf, spanOf} from '../../../app/metrics/graphPoints.js';
import {
    greatestOf,
    type GraphPoint,
    nearestTo,
    piecesOf,
    roundUp,
    summaryOf,
    timeAtX,
    xOf,
    yOf,
} from '../../../app/metrics/graphScale.js';
import {
    agoText,
    bootText,
    durationText,
    graphDescription,
    pointText,
    pressureSentence,
} from '../../../app/metrics/graphWords.js';
import {History} from '../../../shared/metrics/history.js';
import {formatPercent, formatRate} from '../../../shared/metrics/words.js';

/** What a sentence says, without the marks around what was put into it. */
function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

function points(...values: readonly (number | null)[]): GraphPoint[] {
    return values.map((value, at) => ({atMs: at * 2000, values: [value]}));
}

describe('The scale of a graph', () => {
    it('ends at 1, 2 or 5 times a power of ten', () => {
        expect([3, 1, 10, 11, 49.9, 50, 51, 0.03].map(value => roundUp(value, 0.001))).toEqual([
            5, 1, 10, 20, 50, 50, 100, 0.05,
        ]);
    });

    it('does not make a mountain of next to nothing', () => {
        expect([0, -1, NaN, 99, 100, 101].map(value => roundUp(value, 100))).toEqual([
            100, 100, 100, 100, 100, 200,
        ]);
    });

    it('keeps what exceeds it at its edge', () => {
        expect([0, 0.5, 1, 2, -1].map(value => yOf(value, 1, 80))).toEqual([80, 40, 0, 0, 80]);
        expect(yOf(1, 0, 80)).toBe(80);
    });

    it('has now at the end to which one reads', () => {
        const frame = {nowMs: 10_000, spanMs: 10_000, width: 200, rightToLeft: false};
        expect([10_000, 5000, 0].map(time => xOf(time, frame))).toEqual([200, 100, 0]);
        expect([10_000, 5000, 0].map(time => xOf(time, {...frame, rightToLeft: true}))).toEqual([
            0, 100, 200,
        ]);
        for (const rightToLeft of [false, true])
            expect(timeAtX(xOf(3000, {...frame, rightToLeft}), {...frame, rightToLeft})).toBe(3000);
        expect(timeAtX(5, {...frame, width: 0})).toBe(10_000);
    });
});

describe('The lines of a graph', () => {
    it('are broken where a value is missing', () => {
        const pieces = piecesOf(points(null, 1, 2, null, 3, null), 0, 7000);
        expect(pieces.map(piece => piece.map(({value}) => value))).toEqual([[1, 2], [3]]);
    });

    it('are broken where nobody looked for a while', () => {
        const two = [...points(1, 2), {atMs: 60_000, values: [3]}];
        expect(piecesOf(two, 0, 7000).map(piece => piece.length)).toEqual([2, 1]);
        expect(piecesOf(two, 0, 60_000).map(piece => piece.length)).toEqual([3]);
    });

    it('are none where there is nothing', () => {
        expect(piecesOf([], 0, 7000)).toEqual([]);
        expect(piecesOf(points(null), 0, 7000)).toEqual([]);
        expect(piecesOf(points(1), 1, 7000)).toEqual([]);
    });

    it('are read at the nearest moment', () => {
        expect([-5, 0, 900, 1100, 99_999].map(time => nearestTo(points(1, 2, null), time))).toEqual([
            0, 0, 0, 1, 2,
        ]);
        expect(nearestTo([], 0)).toBe(-1);
    });

    it('are summed up without their gaps', () => {
        expect(summaryOf(points(3, 1, null), 0)).toEqual({last: null, least: 1, greatest: 3});
        expect(summaryOf(points(null), 0)).toBeNull();
        expect(greatestOf(points(3, null, 5))).toBe(5);
        expect(greatestOf([])).toBe(0);
    });
});

describe('The moments of a graph', () => {
    function history(seconds: number): History {
        const made = new History(2000, 2);
        for (let time = 0; time <= seconds * 1000; time += 2000) made.push(time, [time, null]);
        return made;
    }

    it('are those of five minutes, and no older ones', () => {
        const made = history(120);
        // Nobody looked for four minutes.
        made.push(360_000, [7, null]);
        const shown = pointsOf(made, [0], 'minutes');
        expect([shown[0]?.atMs, shown.at(-1)?.atMs]).toEqual([60_000, 360_000]);
        expect(shown.at(-1)?.values).toEqual([7]);
        expect(pointsOf(made, [1, 0], 'minutes').at(-1)?.values).toEqual([null, 7]);
    });

    it('are half a minute apart in the hour, which ends now', () => {
        const shown = pointsOf(history(100), [0], 'hour');
        expect(shown.map(({atMs}) => atMs)).toEqual([15_000, 45_000, 75_000, 100_000]);
        expect(shown.at(-1)?.values).toEqual([100_000]);
        expect(spanOf('hour', 2000).gapMs).toBeGreaterThan(60_000);
    });

    it('are none before the first', () => {
        expect(pointsOf(new History(2000), [0], 'hour')).toEqual([]);
        expect(lastTimeOf(new History(2000))).toBeNull();
    });
});

describe('The words of a graph', () => {
    const one = [{label: 'of 4 virtual CPUs', format: formatPercent}];
    const two = [
        {label: 'Read', format: formatRate},
        {label: 'Written', format: formatRate},
    ];

    it('tell how long something takes', () => {
        expect([0, 3240, 9949, 59_400, 80_000, 120_000].map(ms => plain(durationText(ms)))).toEqual([
            '0 s',
            '3.2 s',
            '9.9 s',
            '59 s',
            '1 min 20 s',
            '2 min',
        ]);
        expect([0, 400, 2000, 80_000].map(ms => plain(agoText(ms)))).toEqual([
            'Now',
            'Now',
            '2 s ago',
            '1 min 20 s ago',
        ]);
    });

    it('tell a point, and when it was', () => {
        expect(plain(pointText(one, {atMs: 0, values: [0.43]}, 20_000))).toBe('43 %, 20 s ago');
        expect(plain(pointText(two, {atMs: 0, values: [2e6, 0]}, 0))).toBe('Read 2 MB/s, Written 0 B/s, Now');
        expect(plain(pointText(two, {atMs: 0, values: [null, 5]}, 0))).toBe('Written 5 B/s, Now');
        expect(plain(pointText(one, {atMs: 0, values: [null]}, 2000))).toBe('No figure, 2 s ago');
    });

    it('tell who does not see it what it shows', () => {
        expect(plain(graphDescription(one, points(0.1, 0.9, 0.43), 'minutes'))).toBe(
            'Now 43 %; between 10 % and 90 % in the last five minutes.',
        );
        expect(plain(graphDescription(one, points(0.1, null), 'hour'))).toBe(
            'Now not known; between 10 % and 10 % in the last hour.',
        );
        expect(plain(graphDescription(two, points(5), 'hour'))).toBe(
            'Read: Now 5 B/s; between 5 B/s and 5 B/s in the last hour.',
        );
        expect(graphDescription(one, [], 'minutes')).toBe('No figures yet.');
    });

    it('name the host’s pressure where it explains something', () => {
        const pressure = {
            cpu: {some: 0.34, full: null},
            memory: {some: 0.04, full: 0},
            io: null,
        };
        expect(plain(pressureSentence('vcpu-wait', pressure))).toContain('for a processor 34 %');
        expect(pressureSentence('swap', pressure)).toBe('');
        expect(pressureSentence('disk', pressure)).toBe('');
        expect(pressureSentence('nothing', pressure)).toBe('');
        expect(pressureSentence('vcpu-wait', null)).toBe('');
    });

    it('tell a start by the best sign there is', () => {
        const boot = {startedAtMs: 0, agentMs: 4000, readyMs: 9500, readyKind: 'tcp'} as const;
        expect(plain(bootText(boot))).toBe('Ready after 9.5 s');
        expect(plain(bootText({...boot, readyMs: null, readyKind: null}))).toBe('Guest agent after 4 s');
        expect(bootText({...boot, readyMs: null, readyKind: null, agentMs: null})).toBe('Not measured');
    });
});
