// SPDX-License-Identifier: GPL-3.0-or-later
import type GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {AppFigures} from '../../../app/metrics/appFigures.js';
import type {HostList} from '../../../shared/hosts/hostList.js';
import type {Machine} from '../../../shared/machines/machine.js';
import type {MachineList} from '../../../shared/machines/machineList.js';
import {stats} from '../../fakes/fakeLibvirt.js';
import {waitFor} from '../../harness/deadline.js';
import {StubHost} from '../machines/stubHost.js';

/** A host with three machines that run. */
class ThreeRun extends StubHost {
    connection(): object {
        return {
            runningStatistics: (): Promise<GLib.Variant> =>
                Promise.resolve(stats({one: 1, two: 1, three: 1})),
        };
    }
}

/** The hosts of the app, as far as figures rest on them. */
class Hosts extends GObject.Object {
    static {
        GObject.registerClass(
            {GTypeName: 'TestAppFiguresHosts', Signals: {'items-changed': {param_types: []}}},
            this,
        );
    }

    constructor(readonly lists: readonly MachineList[]) {
        super();
    }

    byKey(key: string): Machine | undefined {
        return this.lists.flatMap(({machines}) => machines).find(machine => machine.key === key);
    }
}

describe('The figures in the app', () => {
    it('are read of the machines that somebody has looked at, and of no others', async () => {
        const list = new ThreeRun().list({one: 'running', two: 'running', three: 'running'});
        const figures = new AppFigures(new Hosts([list]) as unknown as HostList);
        const [one, two, three] = ['one', 'two', 'three'].map(name => list.byName(name)!) as [
            Machine,
            Machine,
            Machine,
        ];
        figures.guestHistory(two);
        figures.metrics.history(two);
        let answers = 0;
        figures.metrics.watch(two, () => answers++);
        await waitFor('answer', () => answers === 1);
        const known = (machine: Machine): boolean => figures.metrics.sample(machine) !== null;
        expect([one, two, three].map(known)).toEqual([false, true, false]);

        // Who looks at another one finds this one's history going on.
        figures.guestHistory(three);
        figures.metrics.watch(three, () => undefined);
        await waitFor('another answer', () => answers === 2);
        expect([one, two, three].map(known)).toEqual([false, true, true]);
        figures.close();
    });
});
