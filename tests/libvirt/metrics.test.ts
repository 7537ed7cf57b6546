// SPDX-License-Identifier: GPL-3.0-or-later
import {withoutIsolates} from '../../cli/plainText.js';
import type {Machine} from '../../shared/machines/machine.js';
import {type Insight, InsightReader} from '../../shared/metrics/insight.js';
import {Metrics} from '../../shared/metrics/metrics.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {shortLine} from '../../shared/metrics/words.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {CallCount, Following} from './following.js';
import {testDriver} from './testDriver.js';

const INTERVAL_MS = 500;
const MIB = 2 ** 20;

/** Computes, reads from its disk and writes to it, as long as it runs. */
const LOAD = `for task in 'while :; do :; done' \\
  'while dd if=/dev/vda of=/dev/null bs=64k iflag=direct; do dd if=/dev/zero of=/dev/vda bs=64k oflag=direct; done'
do sh -c "$task" </dev/null >/dev/null 2>&1 & done`;

/** Looks at a machine, and keeps what it saw. */
class Look {
    readonly samples: (Sample | null)[] = [];
    /** As many: why there was no sample. */
    readonly problems: unknown[] = [];
    readonly insights: Insight[] = [];
    readonly close: () => void;

    constructor(
        readonly metrics: Metrics,
        readonly machine: Machine,
    ) {
        const reader = new InsightReader(metrics, machine);
        metrics.history(machine);
        const watch = metrics.watch(machine, () => {
            this.samples.push(metrics.sample(machine));
            this.problems.push(metrics.problem(machine));
            void reader.read().then(insight => this.insights.push(insight));
        });
        this.close = () => {
            watch.close();
            reader.close();
        };
    }

    /** What the last samples with rates say, newest last. */
    get rated(): (Sample & {rates: NonNullable<Sample['rates']>})[] {
        return this.samples.flatMap(sample => (sample?.rates ? [{...sample, rates: sample.rates}] : []));
    }

    /** Waits for so many more samples with rates. */
    async sees(more: number, within = 20_000): Promise<void> {
        const wanted = this.rated.length + more;
        await waitFor(`${more} samples`, () => this.rated.length >= wanted, {within});
    }
}

describe('Figures of a machine that runs', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    const disk = `${temporaryDirectory('disk')}/disk.raw`;
    const busy = new Guest({
        name: 'busy',
        balloon: true,
        devices: `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>
            <source file='${disk}'/><target dev='vda' bus='virtio'/></disk>`,
    });
    let following: Following;
    let metrics: Metrics;
    let machine: Machine;

    beforeAll(async () => {
        await libvirt.start();
        await runProgram(['truncate', '-s', '8M', disk]);
        await virsh.define(busy.xml);
        await boot(busy);
        await busy.run(virsh, LOAD);
    }, 180_000);

    beforeEach(async () => {
        following = await Following.start('session');
        metrics = new Metrics(following.hosts, {intervalMs: INTERVAL_MS});
        machine = following.machine('session/busy');
    });

    afterEach(async () => {
        await libvirt.continueAll();
        metrics.close();
        following.close();
    });

    afterAll(async () => {
        await virsh.removeAll();
    });

    /** Starts a guest that is defined, and waits for its agent. */
    async function boot(guest: Guest, times = 1): Promise<void> {
        await virsh.run(['start', guest.name]);
        await guest.waitUntilReady({within: 120_000, times});
        const agent = async (): Promise<boolean> => (await virsh.try(['domtime', guest.name])).code === 0;
        await waitFor('the agent', agent, {within: 60_000, every: 200});
    }

    it('are those of a busy guest', async () => {
        const look = new Look(metrics, machine);
        await look.sees(6);
        const most = (count: 'readBytes' | 'writtenBytes'): number =>
            Math.max(...look.rated.map(one => one.rates.disk[count] ?? 0));
        // It reads and writes in turns, and tells of its memory once its balloon works.
        await waitFor(
            'all of what it does',
            () => {
                const last = look.rated.at(-1)!;
                const told = last.reading.memory.available !== null && last.rates.disk.latencyMs !== null;
                return told && most('readBytes') > MIB && most('writtenBytes') > MIB;
            },
            {within: 60_000},
        );
        look.close();
        const {reading, rates} = look.rated.at(-1)!;
        print(`busy: ${shortLine({reading, rates})}; ${look.insights.at(-1)!.bottleneck.sentence}`);

        const vcpu = rates.vcpus[0]!;
        // Whatever else this computer has to do: the guest ran, or it waited to.
        expect((vcpu.used ?? 0) + (vcpu.stolen ?? 0)).toBeGreaterThan(0.5);
        expect(rates.processors).toBeGreaterThan(0.1);
        expect(rates.emulator).not.toBeNull();

        expect([most('readBytes') > MIB, most('writtenBytes') > MIB]).toEqual([true, true]);
        expect(rates.disk.latencyMs).toBeGreaterThan(0);
        expect(rates.disk.latencyMs).toBeLessThan(1000);

        const {memory} = reading;
        expect(memory.current).toBe(128 * MIB);
        expect(memory.resident).toBeGreaterThan(64 * MIB);
        expect(memory.available).toBeGreaterThan(64 * MIB);
        expect(memory.available).toBeLessThanOrEqual(128 * MIB);
        expect(memory.usable).toBeLessThan(memory.available!);
        expect(withoutIsolates(shortLine({reading, rates}))).toMatch(
            /^CPU \d+ % · \d+ of 128 MiB · [0-9.]+ [kMG]?B\/s disk$/,
        );

        // On a busy computer an answer may be late, which gives a gap: of such a moment nothing is known.
        const {bottleneck, emulatorWait, pressure, diskErrors} = await waitFor('a moment with figures', () =>
            look.insights.findLast(insight => insight.bottleneck.kind !== 'unknown'),
        );
        expect(['memory', 'balloon', 'network']).not.toContain(bottleneck.kind);
        expect(emulatorWait).toBeGreaterThanOrEqual(0);
        expect(pressure?.cpu?.some).toBeGreaterThanOrEqual(0);
        expect(diskErrors).toEqual([]);

        const kept = [...metrics.history(look.machine).fine.moments()];
        expect(kept.length).toBe(look.samples.length);
        expect(kept.filter(({values}) => values[0] !== null).length).toBe(look.rated.length);
    }, 150_000);

    it('are asked for once a tick, and not at all when nobody looks', async () => {
        const calls = new CallCount();
        await pause(3 * INTERVAL_MS);
        expect(calls.calls).toEqual([]);
        let answers = 0;
        const watch = metrics.watch(machine, () => {
            if (++answers < 3) return;
            watch.close();
            other.close();
        });
        const other = metrics.watchAll(() => undefined);
        await waitFor('three answers', () => answers >= 3, {within: 30_000});
        expect(calls.calls.splice(0)).toEqual(Array<string>(3).fill('GetAllDomainStats'));
        await pause(3 * INTERVAL_MS);
        expect(calls.stop()).toEqual([]);
        expect(metrics.sample(machine)).toBeNull();
    }, 60_000);

    it('have a gap while libvirt is silent, a reason when it is lost, and no spike afterwards', async () => {
        const look = new Look(metrics, machine);
        await look.sees(2);
        await libvirt.signal('libvirtd', 'STOP');
        await pause(4 * INTERVAL_MS);
        const silent = look.samples.length;
        await pause(2 * INTERVAL_MS);
        expect(look.samples.length).toBe(silent);
        await libvirt.signal('libvirtd', 'CONT');
        await look.sees(2);
        expect(look.problems.filter(problem => problem !== null)).toEqual([]);
        expect(look.samples.slice(2).some(sample => sample?.rates === null)).toBeTrue();

        await libvirt.signal('libvirtd', 'STOP');
        await pause(2 * INTERVAL_MS);
        const known = look.samples.length;
        // The call that is under way fails.
        await libvirt.signal('libvirtd', 'KILL');
        await waitFor('a problem', () => look.problems.slice(known).some(Boolean), {within: 30_000});
        expect(look.samples[look.problems.findIndex(Boolean)]).toBeNull();
        expect(describeProblem(look.problems.find(Boolean)).title).not.toBe('');
        await look.sees(3, 60_000);
        look.close();
        expect(metrics.problem(machine)).toBeNull();
        for (const {rates} of look.rated) expect(rates.processors).toBeLessThan(3);
        for (const {rates} of look.rated) expect(rates.disk.readBytes).toBeLessThan(2 ** 32);
    }, 180_000);

    it('have a gap and no spike when the machine is started anew', async () => {
        const look = new Look(metrics, machine);
        await look.sees(3);
        await virsh.run(['destroy', 'busy']);
        await waitFor('no figures', () => look.samples.at(-1) === null, {within: 30_000});
        expect(metrics.problem(machine)).toBeNull();
        const seen = look.samples.length;
        await virsh.run(['start', 'busy']);
        await waitFor('figures', () => look.samples.slice(seen).find(Boolean), {within: 30_000});
        await look.sees(2, 60_000);
        look.close();
        const [first] = look.samples.slice(seen).filter(sample => sample !== null);
        expect(first?.rates).toBeNull();
        for (const {rates} of look.rated) {
            expect(rates.processors).toBeLessThan(3);
            expect(rates.disk.readBytes).toBeGreaterThanOrEqual(0);
        }
        expect(look.insights.at(-1)!.emulatorWait).toBeGreaterThanOrEqual(0);
    }, 120_000);

    it('show a disk that fails and an agent that goes', async () => {
        const folder = temporaryDirectory('nbd');
        await runProgram(['truncate', '-s', '8M', `${folder}/disk.raw`]);
        const {out} = await runProgram([
            ...[
                'qemu-nbd',
                '--fork',
                '--persistent',
                '--shared=4',
                '--format=raw',
                `--socket=${folder}/socket`,
            ],
            ...[`--pid-file=${folder}/pid`, `${folder}/disk.raw`],
        ]);
        expect(out).toBe('');
        const guest = new Guest({
            name: 'hurt',
            devices: `<disk type='network' device='disk'><driver name='qemu' type='raw'/>
                <source protocol='nbd'><host transport='unix' socket='${folder}/socket'/></source>
                <target dev='vda' bus='virtio'/></disk>`,
        });
        await virsh.run(['destroy', 'busy']);
        await virsh.define(guest.xml);
        await boot(guest);
        const hurt = await following.reaches('session/hurt', 'running');
        const look = new Look(metrics, hurt);
        await look.sees(2);
        await waitFor('an insight', () => look.insights.length > 0);
        expect([look.insights.at(-1)!.lastIoErrorMs, look.insights.at(-1)!.lastAgentLossMs]).toEqual([
            null,
            null,
        ]);

        await runProgram(['sh', '-c', `kill -9 $(cat ${folder}/pid)`]);
        await guest.run(virsh, 'dd if=/dev/vda of=/dev/null bs=64k count=1 iflag=direct || true');
        await waitFor('the error', () => look.insights.at(-1)!.lastIoErrorMs, {within: 30_000});
        expect(hurt.troubles.ioErrorMs).toBe(look.insights.at(-1)!.lastIoErrorMs);

        await virsh.try([
            'qemu-agent-command',
            'hurt',
            '{"execute":"guest-exec","arguments":{"path":"/bin/killall","arg":["qemu-ga"]}}',
        ]);
        await waitFor('the loss', () => look.insights.at(-1)!.lastAgentLossMs, {within: 30_000});
        look.close();
    }, 240_000);
});

describe('Figures of many machines', () => {
    afterAll(() => testDriver.clear());

    it('come in one call a tick', async () => {
        for (let number = 0; number < 100; number++) await testDriver.create(`many-${number}`);
        const following = await Following.start('test');
        const {machines} = following.hosts.byId('test')!;
        const metrics = new Metrics(following.hosts, {intervalMs: INTERVAL_MS});
        const calls = new CallCount();
        let answers = 0;
        const watch = metrics.watchAll(() => {
            if (++answers === 3) calls.stop();
        });
        await waitFor('three answers', () => answers >= 3, {within: 30_000});
        expect(calls.calls).toEqual(Array<string>(3).fill('GetAllDomainStats'));
        expect(machines.filter(machine => metrics.sample(machine) !== null).length).toBe(machines.length);
        watch.close();
        expect(machines.filter(machine => metrics.sample(machine) !== null).length).toBe(0);
        metrics.close();
        following.close();
    }, 60_000);
});
