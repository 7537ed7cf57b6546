// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import System from 'system';
import {HostList} from '../../shared/hosts/hostList.js';
import {pause, waitFor} from '../harness/deadline.js';
import {SourceCount} from '../unit/sourceCount.js';
import {testDriver} from './testDriver.js';

/** How many files this process has open. */
function openFiles(): number {
    const folder = Gio.File.new_for_path('/proc/self/fd').enumerate_children('standard::name', 0, null);
    let count = 0;
    while (folder.next_file(null) !== null) count++;
    folder.close(null);
    return count;
}

describe('Closing', () => {
    beforeAll(async () => {
        await testDriver.clear();
        for (let number = 0; number < 200; number++) await testDriver.define(`vm-${number}`);
    });

    afterAll(async () => {
        await testDriver.clear();
    });

    /** Follows, looks at some machines, and closes. */
    async function round(references: WeakRef<object>[]): Promise<void> {
        const hosts = new HostList();
        hosts.connect('changed', () => hosts.machines.length);
        hosts.setHosts(['test', 'session']);
        for (const list of hosts.lists) await list.host.whenReady();
        const machine = hosts.byKey('test/vm-1')!;
        machine.connect('notify::state', () => machine.state);
        await machine.loadDetails();
        await machine.run('start').finished();
        await machine.run('force-off').finished();
        references.push(new WeakRef(hosts), new WeakRef(machine), new WeakRef(machine.host));
        hosts.close();
    }

    it('leaves no source, no open file and no object behind', async () => {
        const references: WeakRef<object>[] = [];
        await round([]);
        await pause(50);
        const files = openFiles();
        const sources = new SourceCount();
        for (let count = 0; count < 20; count++) await round(references);
        expect(sources.stop()).toBe(0);
        await waitFor('the files to close', () => openFiles() <= files);
        await waitFor(
            'the objects to go',
            async () => {
                System.gc();
                await pause(10);
                return references.filter(one => one.deref() !== undefined).length <= 6;
            },
            {within: 5000},
        );
        expect(references.length).toBe(60);
    }, 60_000);

    it('in the middle of everything leaves nothing either', async () => {
        const sources = new SourceCount();
        for (let count = 0; count < 20; count++) {
            const hosts = new HostList();
            hosts.setHosts(['session', 'test', 'system']);
            const turns = count % 5;
            for (let turn = 0; turn < turns; turn++) await pause(1);
            const machine = hosts.byKey('test/vm-2');
            if (machine) {
                machine.loadDetails().catch(() => undefined);
                machine.run('start', {deadlineMs: 60_000});
            }
            hosts.close();
            expect(hosts.lists.length).toBe(0);
        }
        await waitFor('the sources to go', () => sources.live === 0);
        expect(sources.stop()).toBe(0);
    });

    it('and opening again follows again', async () => {
        const hosts = new HostList();
        for (let count = 0; count < 3; count++) {
            hosts.setHosts(['test']);
            const [list] = hosts.lists;
            await list!.host.whenReady();
            expect(list!.nMachines).toBe(201);
            hosts.setHosts(['test', 'session']);
            expect(hosts.lists[0]).toBe(list);
            hosts.close();
        }
    });
});
