// SPDX-License-Identifier: GPL-3.0-or-later
import {ReportChannel} from '../../shared/health/guestChannel/reportChannel.js';
import {applyIntegration} from '../../shared/health/machineHealth.js';
import {pause, waitFor} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {Patient, rows} from './patient.js';

const PORT = 'io.github.handover.report.0';

describe('What a guest reports', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;
    let channel: ReportChannel | null = null;
    let changes = 0;

    beforeAll(async () => {
        await libvirt.start();
        following = await Following.start('session');
    });

    afterEach(() => channel?.close());

    afterAll(async () => {
        following.close();
        await virsh.removeAll();
    });

    function open(patient: Patient): ReportChannel {
        channel = new ReportChannel(patient.machine);
        channel.open(() => changes++);
        return channel;
    }

    /** How many connections to sockets of machines' channels this computer has open at QEMU's end. */
    async function connections(): Promise<number> {
        const {out} = await runProgram(['cat', '/proc/net/unix']);
        // State 03 is connected.
        return out.split('\n').filter(line => line.includes(PORT) && / 03 +\d+ /.test(line)).length;
    }

    it('is read with Handover’s reporter, through a restart, and no longer than somebody looks', async () => {
        const patient = await Patient.boot({name: 'teller'}, virsh, following);
        const reports = open(patient);
        await pause(500);
        expect([reports.latest, reports.problem]).toEqual([null, null]);
        await applyIntegration(patient.machine, {kind: 'report-channel'});
        await patient.end();
        await following.run('session/teller', 'start');
        await waitFor('a report', () => reports.latest !== null, {within: 60_000});
        expect(reports.problem).toBeNull();
        const {cpuPercent, memoryUsedMib, framesPerSecond} = reports.latest!;
        expect(cpuPercent).toBeGreaterThanOrEqual(0);
        expect(memoryUsedMib).toBeGreaterThan(0);
        expect(framesPerSecond).toBeNull();
        expect(await connections()).toBe(1);
        expect(rows(await patient.examine())['report-channel']).toBe('works');

        await patient.end();
        expect(reports.latest).toBeNull();
        await following.run('session/teller', 'start');
        await waitFor('a report after the restart', () => reports.latest !== null, {within: 60_000});

        // Another reader waits its turn, and gets it.
        const second = new ReportChannel(patient.machine);
        second.open(() => undefined);
        await pause(1_500);
        expect(second.latest).toBeNull();
        reports.close();
        expect(reports.latest).toBeNull();
        await waitFor('its turn', () => second.latest !== null);
        second.close();
        await waitFor('the end', async () => (await connections()) === 0);
        const seen = changes;
        await pause(1_500);
        expect(changes).toBe(seen);
        await patient.end();
    }, 200_000);

    it('may be anything: it is bounded, and what is told rightly is still read', async () => {
        const devices = `<channel type='unix'><target type='virtio' name='${PORT}'/></channel>`;
        const patient = await Patient.boot({name: 'liar', devices}, virsh, following);
        const reports = open(patient);
        await waitFor('a report', () => reports.latest !== null, {within: 60_000});
        await patient.run('kill -9 $(cat /run/reporter.pid)');
        const port = '/dev/$(basename $(dirname $(grep -l report /sys/class/virtio-ports/*/name)))';
        // What the reporter sleeps with has the port open, too, and a port is open once only.
        const flood = `until yes '{"v":1,"fps":-1' | head -c 600000 >${port}; do sleep 1; done`;
        await patient.run(`(${flood}) >/dev/null 2>&1 &`);
        await waitFor('a flood', () => reports.refused.tooMany > 20, {within: 60_000});
        const refused = reports.refused;
        const began = Date.now();
        await pause(2_000);
        const seconds = (Date.now() - began) / 1000;
        // At most twenty lines a second are looked into.
        expect(reports.refused.notReport - refused.notReport).toBeLessThan(20 * (seconds + 1));
        expect(reports.latest?.framesPerSecond ?? null).toBeNull();
        const program = String.raw`\u001b[2J\u202eevil.exe`;
        const line = `{"v":1,"fps":1e999,"gpu_percent":50,"program":"${program}"}`;
        await waitFor(
            'a report',
            async () => {
                await patient.run(`printf '\n%s\n' '${line}' >${port} || true`);
                return reports.latest?.gpuPercent === 50;
            },
            {within: 60_000, every: 500},
        );
        expect(reports.latest?.framesPerSecond).toBeNull();
        expect(reports.latest?.program).toBe('[2Jevil.exe');
        await waitFor('its age', () => reports.latest === null);
        await patient.end();
    }, 200_000);
});
