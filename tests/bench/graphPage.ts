// SPDX-License-Identifier: GPL-3.0-or-later
// The page of a running machine with its graphs, where one machine runs and where twenty do: how long a frame takes, how
// much processor time and how many calls a minute of looking costs, and that nothing at all happens behind another page.
// The machines are QEMU's, since those of the test driver have no figures; they have a disk, and wait for something to boot from.
import GLib from 'gi://GLib';
import {AppProgram} from '../app/appProgram.js';
import {callBus} from '../harness/bus.js';
import {pause, waitFor} from '../harness/deadline.js';
import type {HeadlessShell} from '../harness/headlessShell.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import type {Bench} from './bench.js';
import {BusTraffic} from './busTraffic.js';
import {cpuSeconds} from './processTime.js';
import {Series} from './series.js';
import {machineName} from './testMachines.js';
import {withShell} from './withShell.js';

const SIZES = [1, 20] as const;
/** A window that has just opened still loads icons and ends animations; and the machines' firmware looks around. */
const SETTLE_MS = 8000;
const MINUTE_S = 60;
/** What fits between two frames of a screen at 60 Hz. */
const FRAME_MS = 16;
const TICKS_A_MINUTE = 30;
/** A hundredth of a processor, and then some for the machine that measures. */
const LIMIT_CPU_S = 1.2;
const LIMIT_OF_ONE = 1.5;
const DISK_BYTES = 65_536;

/** The figures of one run. */
interface Look {
    readonly frames: Series;
    readonly cpu: Series;
    readonly calls: Series;
    readonly hiddenFrames: Series;
    readonly hiddenCalls: Series;
}

export async function measureGraphPage({report, runs, quick}: Bench): Promise<void> {
    const virsh = new VirshClient();
    const seconds = quick ? 10 : 30;
    await new SessionLibvirt().start();
    await withShell(async shell => {
        const looks: Look[] = [];
        try {
            let running = 0;
            for (const count of SIZES) {
                while (running < count) await virsh.define(domainXml(++running), {transient: true});
                const look: Look = {
                    frames: new Series(),
                    cpu: new Series(),
                    calls: new Series(),
                    hiddenFrames: new Series(),
                    hiddenCalls: new Series(),
                };
                looks.push(look);
                for (let run = 0; run < Math.min(runs, 3); run++) await lookOnce(shell, look, seconds);
                const what = `graphs, ${count} running machine${count === 1 ? '' : 's'}`;
                report.figure(`${what}: a frame`, 'handover-app', 'ms', look.frames);
                report.figure(`${what}: processor time of a minute`, 'handover-app', 's', look.cpu);
                report.figure(`${what}: calls of a minute`, 'handover-app', 'calls', look.calls);
                report.figure(`${what}: hidden, calls`, 'handover-app', 'calls', look.hiddenCalls);
                report.figure(`${what}: hidden, frames`, 'handover-app', 'frames', look.hiddenFrames);
                report.limit(`${what}: a frame`, 'one at 60 Hz', 'ms', look.frames.median, FRAME_MS);
                report.limit(`${what}: processor time`, 'a minute', 's', look.cpu.median, LIMIT_CPU_S);
                report.limit(`${what}: calls`, 'one a tick', 'calls', look.calls.max, TICKS_A_MINUTE + 6);
                report.limit(`${what}: hidden, calls`, 'none', 'calls', look.hiddenCalls.max, 0);
                report.limit(`${what}: hidden, frames`, 'none', 'frames', look.hiddenFrames.max, 0);
            }
        } finally {
            await virsh.removeAll();
        }
        const [one, many] = looks as [Look, Look];
        report.ratio(
            'graphs: a frame with 20 machines',
            'one machine',
            many.frames,
            one.frames,
            LIMIT_OF_ONE,
        );
        report.ratio('graphs: processor time with 20', 'one machine', many.cpu, one.cpu, LIMIT_OF_ONE);
    });
}

/** Opens the app, looks at the first machine for a while, and then at something else. */
async function lookOnce(shell: HeadlessShell, look: Look, seconds: number): Promise<void> {
    const app = await AppProgram.start(shell, {hosts: ['session'], env: {GDK_DEBUG: 'frames'}});
    const {program} = app;
    // GDK tells of each frame once it has been shown; its end counts from its beginning.
    const frames = (): number[] =>
        [...program.log().matchAll(/frame_end=(\d+\.\d+)/g)].map(([, ms]) => Number(ms));
    try {
        await app.activate('show-machine', new GLib.Variant('s', `session/${machineName(1)}`));
        await app.see({name: 'CPU', role: 'image'});
        await pause(SETTLE_MS);
        const drawn = frames().length;
        const shown = await measured(program.pid, seconds);
        for (const ms of frames().slice(drawn)) look.frames.add(ms);
        look.cpu.add((shown.cpu * MINUTE_S) / seconds);
        look.calls.add((shown.calls * MINUTE_S) / seconds);

        await app.activate('show-card', new GLib.Variant('s', ''));
        await pause(SETTLE_MS);
        const before = frames().length;
        look.hiddenCalls.add((await measured(program.pid, seconds)).calls);
        look.hiddenFrames.add(frames().length - before);
    } finally {
        await app.stop();
    }
}

/** Processor time of a process, in seconds, and calls to libvirt, during so many seconds. */
async function measured(pid: number, seconds: number): Promise<{cpu: number; calls: number}> {
    const daemon = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
    const [owner] = await callBus(daemon, 'GetNameOwner', new GLib.Variant('(s)', ['org.libvirt']));
    const traffic = await BusTraffic.to(['org.libvirt', String(owner)]);
    const begin = GLib.get_monotonic_time();
    const before = cpuSeconds(pid);
    await pause(seconds * 1000);
    const elapsed = (GLib.get_monotonic_time() - begin) / 1e6;
    const figures = {cpu: ((cpuSeconds(pid) - before) * seconds) / elapsed, calls: traffic.calls()};
    // A monitor that hears nothing would count zero as well.
    const all = new GLib.Variant('(u)', [0]);
    await callBus(['org.libvirt', '/org/libvirt/QEMU', 'org.libvirt.Connect'], 'ListDomains', all);
    await waitFor('the monitor to hear a call', () => traffic.calls() > figures.calls);
    await traffic.stop();
    return figures;
}

function domainXml(at: number): string {
    const disk = GLib.build_filenamev([temporaryDirectory('disk'), 'disk.raw']);
    GLib.file_set_contents(disk, new Uint8Array(DISK_BYTES));
    return `<domain type='qemu'><name>${machineName(at)}</name><memory unit='MiB'>32</memory><vcpu>1</vcpu>
        <os><type arch='x86_64' machine='pc'>hvm</type></os>
        <devices><controller type='usb' model='none'/><memballoon model='virtio'/>
          <disk type='file' device='disk'><source file='${disk}'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
}
