// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import type {HostList} from '../../../shared/hosts/hostList.js';
import {driverById} from '../../../shared/libvirt/drivers.js';
import type {MachineList} from '../../../shared/machines/machineList.js';
import {Metrics} from '../../../shared/metrics/metrics.js';
import {NoStatisticsError} from '../../../shared/metrics/metricsErrors.js';
import {nextTurn} from '../../../shared/platform/slices.js';
import {stats} from '../../fakes/fakeLibvirt.js';
import {StubHost} from '../machines/stubHost.js';

/** A host whose statistics are the states of its machines, and which counts who asks. */
class CountingHost extends StubHost {
    asked = 0;

    connection(): object {
        this.asked++;
        return {runningStatistics: (): Promise<GLib.Variant> => Promise.resolve(stats({vm: 1}))};
    }
}

/** The hosts of a face, as far as figures rest on them. */
class Hosts extends GObject.Object {
    static {
        GObject.registerClass(
            {GTypeName: 'TestMetricsHosts', Signals: {'items-changed': {param_types: []}}},
            this,
        );
    }

    constructor(public lists: readonly MachineList[]) {
        super();
    }

    follow(...lists: MachineList[]): void {
        this.lists = lists;
        this.emit('items-changed');
    }
}

/** Figures whose ticks the test makes. */
class Rig {
    readonly hosts: Hosts;
    readonly metrics: Metrics;
    readonly #ticks = new Set<() => void>();
    now = 0;

    constructor(...lists: MachineList[]) {
        this.hosts = new Hosts(lists);
        this.metrics = new Metrics(this.hosts as unknown as HostList, {
            clock: {awakeMs: () => this.now, passedMs: () => this.now},
            ticks: {
                every: (_interval, tick) => {
                    this.#ticks.add(tick);
                    return () => void this.#ticks.delete(tick);
                },
            },
        });
    }

    get running(): number {
        return this.#ticks.size;
    }

    async tick(): Promise<void> {
        this.now += 2000;
        for (const tick of [...this.#ticks]) tick();
        await settled();
    }
}

async function settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await nextTurn();
}

function hostWithMachine(): {host: CountingHost; list: MachineList} {
    const host = new CountingHost();
    return {host, list: host.list({vm: 'running'})};
}

describe('The figures of machines of all hosts', () => {
    it('are asked of a host once a tick, whoever looks', async () => {
        const {host, list} = hostWithMachine();
        const rig = new Rig(list);
        const vm = list.byName('vm')!;
        expect([rig.running, host.asked]).toEqual([0, 0]);
        let changes = 0;
        const watches = [rig.metrics.watch(vm, () => changes++), rig.metrics.watchAll(() => changes++)];
        await settled();
        expect([rig.running, host.asked, changes]).toEqual([1, 1, 2]);
        expect(rig.metrics.sample(vm)?.reading.state).toBe('running');
        await rig.tick();
        expect([host.asked, rig.metrics.history(vm).fine.length]).toEqual([2, 0]);
        await rig.tick();
        expect(rig.metrics.history(vm).fine.length).toBe(1);
        for (const watch of watches) watch.close();
        await rig.tick();
        expect([rig.running, host.asked, rig.metrics.sample(vm)]).toEqual([0, 3, null]);
    });

    it('follow hosts that come, and leave those that go', async () => {
        const first = hostWithMachine();
        const second = hostWithMachine();
        const rig = new Rig(first.list);
        const watch = rig.metrics.watchAll(() => undefined);
        rig.hosts.follow(first.list, second.list);
        expect(rig.running).toBe(2);
        rig.hosts.follow(second.list);
        expect(rig.running).toBe(1);
        await rig.tick();
        const gone = first.list.byName('vm')!;
        expect([rig.metrics.sample(gone), rig.metrics.problem(gone)]).toEqual([null, null]);
        expect(rig.metrics.history(gone).fine.length).toBe(0);
        rig.metrics.watch(gone, () => undefined).close();
        watch.close();
        expect(rig.running).toBe(0);
    });

    it('are not asked for where libvirt has none, and say so', async () => {
        const {host, list} = hostWithMachine();
        Object.assign(host, {driver: driverById('lxc')});
        const rig = new Rig(list);
        rig.metrics.watchAll(() => undefined);
        await settled();
        expect(rig.metrics.problem(list.byName('vm')!)).toBeInstanceOf(NoStatisticsError);
        expect(host.asked).toBe(0);
        rig.metrics.close();
        rig.metrics.close();
        expect(rig.running).toBe(0);
        rig.metrics.watchAll(() => undefined);
        expect(rig.running).toBe(0);
    });

    it('begin anew with a machine that is started, and forget one that is removed', async () => {
        const {list} = hostWithMachine();
        const rig = new Rig(list);
        const vm = list.byName('vm')!;
        rig.metrics.watchAll(() => undefined);
        await settled();
        await rig.tick();
        expect(rig.metrics.sample(vm)?.rates).not.toBeNull();
        vm.tell('started');
        await rig.tick();
        expect(rig.metrics.sample(vm)?.rates).toBeNull();
        await rig.tick();
        expect(rig.metrics.sample(vm)?.rates).not.toBeNull();
        vm.tell('removed');
        expect(rig.metrics.sample(vm)).toBeNull();
        rig.metrics.close();
    });
});
