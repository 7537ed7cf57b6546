// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import {NO_METADATA} from '../../shared/definition/metadata.js';
import {MachineGoneError, NotInThatStateError} from '../../shared/machines/machineErrors.js';
import {METADATA_NAMESPACE} from '../../shared/names.js';
import {waitFor} from '../harness/deadline.js';
import {Following} from './following.js';
import {testDriver} from './testDriver.js';

describe('The test driver', () => {
    let following: Following;

    beforeEach(async () => {
        await testDriver.clear();
        following = await Following.start('test');
    });

    afterEach(async () => {
        following.close();
        await testDriver.clear();
    });

    it('shows its machine with name, state and counts, sorted', async () => {
        const [list] = following.hosts.lists;
        expect(list!.filled).toBeTrue();
        expect([list!.nMachines, list!.nActive]).toEqual([1, 1]);
        const machine = following.machine('test/test');
        expect([machine.state, machine.active, machine.transition]).toEqual(['running', true, '']);
        expect(machine.actions).toEqual(['shutdown', 'reboot', 'reset', 'pause', 'force-off', 'save']);
        expect(following.happenings).toEqual([]);
        for (const name of ['vm-10', 'vm-9', 'Anna', 'zz']) await testDriver.define(name);
        await following.reaches('test/zz');
        expect(list!.machines.map(one => one.name)).toEqual(['Anna', 'test', 'vm-9', 'vm-10', 'zz']);
        const model = list as unknown as Gio.ListModel;
        expect(model.get_n_items()).toBe(5);
        expect(model.get_item(2) as unknown).toBe(following.machine('test/vm-9'));
    });

    it('follows machines that others define and undefine', async () => {
        const path = await testDriver.define('vm');
        const machine = await following.reaches('test/vm', 'shutoff');
        expect(machine.actions).toEqual(['start']);
        let gone = false;
        machine.connect('gone', () => (gone = true));
        await testDriver.flagged(path, 'Undefine');
        await following.loses('test/vm');
        expect(gone).toBeTrue();
        expect(following.take('vm')).toEqual(['defined', 'removed']);
        await expectAsync(machine.run('start').finished()).toBeRejectedWithError(MachineGoneError);
    });

    it('tells the snapshots that were taken last', async () => {
        const path = await testDriver.define('vm');
        const machine = await following.reaches('test/vm', 'shutoff');
        const names = Array.from({length: 12}, (_none, at) => `s${at}`);
        for (const name of names) {
            const xml = `<domainsnapshot><name>${name}</name></domainsnapshot>`;
            await testDriver.call(path, 'SnapshotCreateXML', new GLib.Variant('(su)', [xml, 0]));
        }
        const found = await (await machine.client()).snapshots(4);
        // VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        await testDriver.call(path, 'Undefine', new GLib.Variant('(u)', [2]));
        expect(found.map(xml => /<name>(\w+)</.exec(xml)?.[1])).toEqual(names.slice(-4));
    });

    it('follows a rename of a machine that it knows by its path', async () => {
        const path = await testDriver.define('before');
        const machine = await following.reaches('test/before');
        await testDriver.call(path, 'Rename', new GLib.Variant('(su)', ['after', 0]));
        await following.reaches('test/after');
        await following.loses('test/before');
        expect(following.machine('test/after')).toBe(machine);
        expect(machine.name).toBe('after');
        expect(following.hosts.lists[0]!.machines.map(one => one.name)).toEqual(['after', 'test']);
    });

    it('follows a rename of a machine that it knows by its name alone', async () => {
        following.close();
        const path = await testDriver.define('before');
        following = await Following.start('test');
        await testDriver.call(path, 'Rename', new GLib.Variant('(su)', ['after', 0]));
        await following.reaches('test/after');
        await following.loses('test/before');
        expect(following.hosts.lists[0]!.machines.map(one => one.name)).toEqual(['after', 'test']);
    });

    it('does every operation and tells what happened', async () => {
        const path = await testDriver.define('vm');
        const machine = await following.reaches('test/vm', 'shutoff');
        following.take('vm');
        const steps = [
            ['start', 'running', ['started']],
            ['pause', 'paused', ['paused']],
            ['resume', 'running', ['resumed']],
            ['reboot', 'running', []],
            ['reset', 'running', []],
            ['save', 'shutoff', ['saved']],
            ['start', 'running', ['started']],
            ['shutdown', 'shutoff', ['stopped']],
            ['start', 'running', ['started']],
            ['force-off', 'shutoff', ['stopped']],
        ] as const;
        for (const [action, state, happened] of steps) {
            const operation = machine.run(action);
            expect(machine.transition).not.toBe('');
            await operation.finished();
            expect([action, operation.state, machine.state, machine.transition]).toEqual([
                action,
                'done',
                state,
                '',
            ]);
            expect(operation.steps[0]!.id).toBe('ask');
            expect(operation.elapsedMs).toBeGreaterThan(0);
            expect([action, ...following.take('vm')]).toEqual([action, ...happened]);
        }
        expect(machine.failure).toBeNull();
        await testDriver.flagged(path, 'Undefine');
    });

    it('follows what others do with a machine', async () => {
        const path = await testDriver.define('vm');
        await following.reaches('test/vm');
        following.take('vm');
        await testDriver.flagged(path, 'Create');
        await following.reaches('test/vm', 'running');
        await testDriver.call(path, 'Suspend');
        await following.reaches('test/vm', 'paused');
        await testDriver.call(path, 'Resume');
        await testDriver.flagged(path, 'Destroy');
        await following.reaches('test/vm', 'shutoff');
        expect(following.take('vm')).toEqual(['started', 'paused', 'resumed', 'stopped']);
        expect(following.hosts.lists[0]!.nActive).toBe(1);
    });

    it('refuses what makes no sense in a state', async () => {
        const machine = following.machine('test/test');
        const operation = machine.run('start');
        await expectAsync(operation.finished()).toBeRejectedWithError(NotInThatStateError);
        expect(operation.state).toBe('failed');
        expect(machine.failure).toBeNull();
    });

    it('takes a transient machine off when it stops', async () => {
        const path = await testDriver.create('passing');
        await following.reaches('test/passing', 'running');
        await testDriver.flagged(path, 'Destroy');
        await following.loses('test/passing');
        expect(following.take('passing')).toEqual(['started', 'stopped', 'removed']);
    });

    it('calls it done when a transient machine is forced off or shut down', async () => {
        for (const action of ['force-off', 'shutdown'] as const) {
            await testDriver.create('passing');
            await following.reaches('test/passing', 'running');
            await following.run('test/passing', action);
            await following.loses('test/passing');
        }
        expect(following.happenings.filter(one => one.includes('failed'))).toEqual([]);
    });

    it('keeps a machine that is undefined while it runs until it stops', async () => {
        const path = await testDriver.define('vm');
        await testDriver.flagged(path, 'Create');
        const machine = await following.reaches('test/vm', 'running');
        await testDriver.flagged(path, 'Undefine');
        await waitFor('transient', () => !machine.persistent);
        expect(following.hosts.byKey('test/vm')).toBe(machine);
        await testDriver.flagged(path, 'Destroy');
        await following.loses('test/vm');
    });

    it('reads details when asked, and again when they change', async () => {
        const path = await testDriver.define('vm');
        const machine = await following.reaches('test/vm');
        expect([machine.detailsLoaded, machine.uuid, machine.vcpus]).toEqual([false, '', 0]);
        await machine.loadDetails();
        expect([machine.vcpus, machine.memoryKib, machine.persistent, machine.autostart]).toEqual([
            1,
            8192,
            true,
            false,
        ]);
        expect(machine.uuid.replaceAll('-', '_')).toBe(path.slice(path.lastIndexOf('/') + 2));
        const set = (type: number, value: string, key = '', uri = ''): Promise<unknown> =>
            testDriver.call(path, 'SetMetadata', new GLib.Variant('(isssu)', [type, value, key, uri, 2]));
        await set(1, 'A <b>title</b>');
        await waitFor('the title', () => machine.title === 'A <b>title</b>');
        expect(machine.shortName).toBe('A <b>title</b>');
        await set(2, '<machine><shortName>Games</shortName></machine>', 'other', METADATA_NAMESPACE);
        await waitFor('the short name', () => machine.shortName === 'Games');
    });

    it('writes metadata, title, description and autostart, which another follower sees', async () => {
        const other = await Following.start('test');
        try {
            await testDriver.define('vm');
            const machine = await following.reaches('test/vm');
            const theirs = await other.reaches('test/vm');
            await Promise.all([machine.loadDetails(), theirs.loadDetails()]);
            await machine.setMetadata({...NO_METADATA, shortName: 'Büro 💻', shutdownDeadlineSeconds: 90});
            await machine.setTitle('Büro & <Co>');
            await machine.setDescription('two\nlines');
            await waitFor('their description', () => theirs.description === 'two\nlines');
            expect([theirs.shortName, theirs.title, theirs.shutdownDeadlineMs]).toEqual([
                'Büro 💻',
                'Büro & <Co>',
                90_000,
            ]);
            await machine.setMetadata({...NO_METADATA, shortName: null, shutdownDeadlineSeconds: null});
            await waitFor('their title as short name', () => theirs.shortName === 'Büro & <Co>');
            await machine.setAutostart(true);
            expect(machine.autostart).toBeTrue();
        } finally {
            other.close();
        }
    });

    it('writes to what there is of a transient machine', async () => {
        const path = await testDriver.create('passing');
        const machine = await following.reaches('test/passing', 'running');
        await machine.setTitle('Only now');
        await machine.loadDetails();
        expect([machine.title, machine.persistent]).toEqual(['Only now', false]);
        await testDriver.flagged(path, 'Destroy');
        await following.loses('test/passing');
    });

    it('treats hostile names as names', async () => {
        const names = [
            '<b>bold<b> & "quoted" \'single\'',
            '--help',
            'مرحبا بالعالم',
            '🦊 fox',
            'back\\slash \\n \\u0041',
            '\u202eevil',
            'x'.repeat(10_000),
        ];
        for (const name of names) await testDriver.define(name);
        await following.reaches(`test/${names.at(-1)!}`);
        following.close();
        following = await Following.start('test');
        for (const name of names) {
            const machine = following.machine(`test/${name}`);
            await machine.run('start').finished();
            await machine.loadDetails();
            expect(machine.name).toBe(name);
            expect(machine.state).toBe('running');
            await machine.run('force-off').finished();
        }
    });
});
