// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {readReport, REPORT_CHANNEL} from '../../../shared/health/guestChannel/guestReport.js';
import {runProgram} from '../../harness/program.js';

const SCRIPT = 'data/guest/report-frames.sh';

async function reportWith(log: string | null): Promise<ReturnType<typeof readReport>> {
    const folder = GLib.Dir.make_tmp('handover-report-XXXXXX');
    const port = `${folder}/port`;
    const frames = `${folder}/frames.csv`;
    if (log !== null) GLib.file_set_contents(frames, log);
    const {code, err} = await runProgram(['sh', SCRIPT, '--once', '--port', port, '--frames', frames]);
    expect(err).toBe('');
    expect(code).toBe(0);
    const [, bytes] = GLib.file_get_contents(port);
    const text = new TextDecoder().decode(bytes);
    expect(text.endsWith('}\n')).toBeTrue();
    return readReport(text.trimEnd(), 0);
}

describe('The reporter for Linux', () => {
    it('tells memory and processors, and the last frame rate of a log', async () => {
        const report = await reportWith('os,cpu\nx,y\nfps,frametime\n58.2,17\n59.5,16.8\n');
        expect(report?.framesPerSecond).toBe(59.5);
        expect(report?.memoryUsedMib).toBeGreaterThan(0);
        expect(report?.cpuPercent).toBeGreaterThanOrEqual(0);
    });

    it('leaves out a frame rate that is none, and one without a log', async () => {
        for (const log of ['fps,frametime\n', '1.2.3,4\n', '"},"x":1,2\n', '', null]) {
            const report = await reportWith(log);
            expect(report).not.toBeNull();
            expect(report?.framesPerSecond).toBeNull();
        }
    });

    it('says how it is used, and where there is no channel', async () => {
        expect((await runProgram(['sh', SCRIPT, '--interval', 'x'])).code).toBe(2);
        expect((await runProgram(['sh', SCRIPT, '--frames'])).code).toBe(2);
        const {code, err} = await runProgram(['sh', SCRIPT, '--once']);
        expect(code).toBe(1);
        expect(err).toContain('io.github.handover.report.0');
    });
});

describe('The reporter for Windows', () => {
    it('opens its port by what opens devices, which files’ own class refuses', () => {
        const script = new TextDecoder().decode(GLib.file_get_contents('data/guest/report-frames.ps1')[1]);
        expect(script).toContain(`\\\\.\\Global\\${REPORT_CHANNEL}`);
        expect(script).toContain('::CreateFile($channel,');
        expect(script).not.toMatch(/\[IO\.File(Stream)?\]/);
    });
});
