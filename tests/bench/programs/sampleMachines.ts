// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the machines of host `test` and samples them as often as it is told, as `handover top` does: COUNT INTERVAL_MS
// TICKS, and after `full` the same of machines that a pretended libvirt gives, with the statistics that QEMU's have.
// It prints "ready", "tick CPU_MS" for each answer, "hidden", and "idle CPU_MS" for six ticks' time without a look. The
// first answer is the one that the second is compared with.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import {HostList} from '../../../shared/hosts/hostList.js';
import {Metrics} from '../../../shared/metrics/metrics.js';
import {delay} from '../../../shared/platform/clock.js';
import {listNames, readShort} from '../../../shared/platform/files.js';

const [count = '1', interval = '500', ticks = '10', pretended = ''] = System.programArgs;
const intervalMs = Number(interval);

/** Processor time of all threads of this process, in milliseconds; one of them takes messages apart. */
function processorMs(): number {
    const of = (thread: string): number =>
        Number((readShort(`/proc/self/task/${thread}/schedstat`) ?? '0').split(' ')[0]) / 1e6;
    return (listNames('/proc/self/task') ?? []).reduce((sum, thread) => sum + of(thread), 0);
}

async function main(): Promise<void> {
    let service: Gio.Subprocess | null = null;
    if (pretended !== '') {
        service = Gio.Subprocess.new(['gjs', '-m', pretended, count], Gio.SubprocessFlags.STDOUT_PIPE);
        const lines = new Gio.DataInputStream({base_stream: service.get_stdout_pipe()!});
        await new Promise<void>(resolve => {
            lines.read_line_async(GLib.PRIORITY_DEFAULT, null, () => resolve());
        });
    }
    const hosts = new HostList();
    hosts.setHosts(['test']);
    const list = hosts.byId('test')!;
    await list.host.whenReady();
    const metrics = new Metrics(hosts, {intervalMs});
    metrics.history(list.machines[0]!);
    print('ready', list.nMachines);
    // Whoever counts calls begins here.
    await delay(1000);

    let answers = 0;
    let before = processorMs();
    await new Promise<void>(resolve => {
        const watch = metrics.watchAll(() => {
            const now = processorMs();
            print('tick', now - before);
            before = now;
            if (++answers <= Number(ticks)) return;
            watch.close();
            resolve();
        });
    });
    print('hidden');
    // What the last samples left behind is not of the time that follows.
    System.gc();
    before = processorMs();
    await delay(intervalMs * 6);
    print('idle', processorMs() - before);
    service?.force_exit();
    hosts.close();
}

// Without a loop of its own, GJS turns the main context without a rest.
const loop = GLib.MainLoop.new(null, false);
main()
    .catch((error: unknown) => printerr(String(error)))
    .finally(() => loop.quit());
await loop.runAsync();
