// SPDX-License-Identifier: GPL-3.0-or-later
import {
    LINES_PER_SECOND,
    LONGEST_LINE,
    readReport,
    ReportReader,
} from '../../../shared/health/guestChannel/guestReport.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const LINE = '{"v":1,"fps":60}\n';

describe('Reports of a guest', () => {
    it('reads every field', () => {
        const line =
            '{"v":1,"fps":59.9,"frame_ms_p99":21.4,"program":"game.exe","gpu_percent":93,"cpu_percent":40,' +
            '"memory_used_mib":5120,"video_memory_used_mib":8000,"later":{"x":1}}';
        expect(readReport(line, 7)).toEqual({
            atMs: 7,
            framesPerSecond: 59.9,
            frameTime99Ms: 21.4,
            program: 'game.exe',
            gpuPercent: 93,
            cpuPercent: 40,
            memoryUsedMib: 5120,
            videoMemoryUsedMib: 8000,
        });
    });

    it('takes no value that is out of range or of another kind, and the others all the same', () => {
        const report = readReport(
            '{"v":1,"fps":-1,"gpu_percent":101,"cpu_percent":"5","program":7,"frame_ms_p99":9}',
            0,
        );
        expect(report?.framesPerSecond).toBeNull();
        expect(report?.gpuPercent).toBeNull();
        expect(report?.cpuPercent).toBeNull();
        expect(report?.program).toBeNull();
        expect(report?.frameTime99Ms).toBe(9);
        expect(readReport('{"v":1,"fps":1e999}', 0)?.framesPerSecond).toBeNull();
    });

    it('takes nothing that is no report, nor what an object has by birth', () => {
        for (const line of ['', '{', '[]', '7', 'null', '{"fps":1}', '{"v":2,"fps":1}', '['.repeat(4000)])
            expect(readReport(line, 0)).withContext(line.slice(0, 20)).toBeNull();
        expect(readReport('{"v":1,"__proto__":{"fps":5}}', 0)?.framesPerSecond).toBeNull();
    });

    it('makes one short line of a program', () => {
        const name =
            readReport(JSON.stringify({v: 1, program: `a\u202e\nb${'c'.repeat(999)}`}), 0)?.program ?? '';
        expect([...name].length).toBe(120);
        expect(name).not.toMatch(/[\n\u202e]/);
        expect(readReport('{"v":1,"program":"\\u200b"}', 0)?.program).toBeNull();
    });
});

describe('The stream of reports', () => {
    it('joins pieces, however they are cut', () => {
        const reader = new ReportReader();
        const whole = bytes(LINE + LINE);
        let count = 0;
        for (let at = 0; at < whole.length; at++) count += reader.take(whole.subarray(at, at + 1), 0).length;
        expect(count).toBe(2);
        expect(reader.take(bytes(LINE.replace('\n', '\r\n')), 0).length).toBe(1);
    });

    it('drops a line that is too long, and reads the next', () => {
        const reader = new ReportReader();
        expect(reader.take(bytes('x'.repeat(LONGEST_LINE + 1)), 0)).toEqual([]);
        expect(reader.take(bytes('y'.repeat(9_999_999)), 0)).toEqual([]);
        // By then the guest has been left waiting for it.
        expect(reader.take(bytes(`\n${LINE}`), 100).length).toBe(1);
        expect(reader.refused).toEqual({tooLong: 1, tooMany: 0, notReport: 0});
    });

    it('reads so many lines in a second and no more, and says how long to rest', () => {
        const reader = new ReportReader();
        expect(reader.restMs).toBe(0);
        expect(reader.take(bytes(LINE.repeat(1000)), 0).length).toBe(LINES_PER_SECOND);
        expect(reader.refused.tooMany).toBe(1000 - LINES_PER_SECOND);
        expect(reader.restMs).toBe(1000 / LINES_PER_SECOND);
        expect(reader.take(bytes(LINE), 500).length).toBe(1);
        expect(reader.take(bytes(LINE.repeat(1000)), 60_000).length).toBe(LINES_PER_SECOND);
        // A clock that jumps back gives nothing.
        expect(reader.take(bytes(LINE), 0).length).toBe(0);
    });

    it('rests as well when the lines are endless, so that what comes is bounded in bytes, too', () => {
        const reader = new ReportReader();
        const piece = bytes('x'.repeat(LONGEST_LINE));
        let nowMs = 0;
        let taken = 0;
        while (nowMs < 10_000) {
            reader.take(piece, nowMs);
            taken += piece.length;
            // A guest sends as fast as it is read from.
            nowMs += Math.max(reader.restMs, 1);
        }
        expect(taken).toBeLessThan(2 * LONGEST_LINE * LINES_PER_SECOND * 10);
        nowMs += 1000;
        expect(reader.take(bytes(`\n${LINE}`), nowMs).length).toBe(1);
    });

    it('counts what is no report, and bytes that are no UTF-8 do no harm', () => {
        const reader = new ReportReader();
        expect(reader.take(Uint8Array.of(0xff, 0xfe, 0x00, 0x0a), 0)).toEqual([]);
        expect(reader.refused.notReport).toBe(1);
    });

    it('forgets half a line when the guest closes its end', () => {
        const reader = new ReportReader();
        reader.take(bytes('{"v":1,"f'), 0);
        reader.reset();
        expect(reader.take(bytes(LINE), 0).length).toBe(1);
        expect(reader.refused.notReport).toBe(0);
    });
});
