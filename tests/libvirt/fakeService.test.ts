// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {BadAnswerError, LibvirtUnreachableError, NoAnswerError} from '../../shared/libvirt/libvirtErrors.js';
import {MachineActionError, MachineGoneError} from '../../shared/machines/machineErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {FakeLibvirt, stats} from '../fakes/fakeLibvirt.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Following, Heartbeat} from './following.js';

const EMPTY = new GLib.Variant('()', []);

describe('A service that misbehaves', () => {
    let fake: FakeLibvirt;
    let following: Following;

    beforeEach(async () => {
        fake = await FakeLibvirt.start({one: 5, two: 1});
        following = new Following(['test']);
    });

    afterEach(async () => {
        following.close();
        await fake.die();
    });

    /** Waits for the host to be lost, and looks at what a person is told. */
    async function expectLost(within = 15_000): Promise<ReturnType<typeof describeProblem>> {
        await following.hostReaches('test', 'lost', {within});
        const problem = describeProblem(following.hosts.lists[0]!.host.error);
        expect(problem.title).not.toBe('');
        expect(problem.body).toMatch(/\. \S.*[.]$/s);
        return problem;
    }

    it('is used when it behaves', async () => {
        await following.hostReaches('test', 'ready');
        expect(following.hosts.machines.map(one => `${one.name} ${one.state}`)).toEqual([
            'one shutoff',
            'two running',
        ]);
    });

    it('hangs: that is said after a while, and followed when it answers late', async () => {
        following.close();
        const {GetAllDomainStats} = fake.answers;
        fake.answers['GetAllDomainStats'] = fake.held(GetAllDomainStats!);
        following = new Following(['test']);
        const problem = await expectLost();
        expect(following.hosts.lists[0]!.host.error).toBeInstanceOf(NoAnswerError);
        expect(problem.category).toBe('timeout');
        fake.answers['GetAllDomainStats'] = GetAllDomainStats!;
        fake.release();
        await following.hostReaches('test', 'ready');
        expect(following.hosts.machines.length).toBe(2);
    }, 40_000);

    it('hangs in one call: the others go on, and no thread of its is taken twice', async () => {
        await following.hostReaches('test', 'ready');
        fake.answers['GetXMLDesc'] = () => 'silence';
        const details = following.machine('test/one').loadDetails();
        await following.run('test/two', 'pause').catch((error: unknown) => {
            expect(error).toBeInstanceOf(MachineActionError);
        });
        await expectAsync(details).toBeRejectedWithError(NoAnswerError);
        expect(describeProblem(await details.catch((error: unknown) => error)).category).toBe('timeout');
        for (let round = 0; round < 6; round++)
            following
                .machine('test/one')
                .loadDetails()
                .catch(() => undefined);
        await pause(100);
        expect(fake.calls.filter(one => one === 'GetXMLDesc').length).toBeLessThan(4);
    }, 40_000);

    it('answers with the wrong types', async () => {
        following.close();
        fake.answers['GetAllDomainStats'] = () => new GLib.Variant('(s)', ['no list']);
        following = new Following(['test']);
        const problem = await expectLost();
        expect(following.hosts.lists[0]!.host.error).toBeInstanceOf(BadAnswerError);
        expect(problem.category).toBe('failed');
        fake.answers['GetAllDomainStats'] = () => stats({one: 5});
        following.hosts.retry();
        await following.hostReaches('test', 'ready');
        fake.answers['GetXMLDesc'] = () => new GLib.Variant('(i)', [7]);
        await expectAsync(following.machine('test/one').loadDetails()).toBeRejectedWithError(BadAnswerError);
        fake.answers['GetXMLDesc'] = () => new GLib.Variant('(s)', ['<domain']);
        await expectAsync(following.machine('test/one').loadDetails()).toBeRejected();
        fake.answers['DomainLookupByName'] = () => EMPTY;
    });

    it('leaves out states, or gives some that do not exist', async () => {
        following.close();
        const wrapped = (value: GLib.Variant): GLib.Variant => new GLib.Variant('v', value);
        fake.answers['GetAllDomainStats'] = () =>
            new GLib.Variant('(a(sa{sv}))', [
                [
                    ['none', {}],
                    ['text', {'state.state': wrapped(new GLib.Variant('s', 'running'))}],
                    ['99', {'state.state': wrapped(new GLib.Variant('i', 99))}],
                    ['good', {'state.state': new GLib.Variant('i', 1)}],
                ],
            ]);
        following = new Following(['test']);
        await following.hostReaches('test', 'ready');
        expect(following.hosts.machines.map(one => `${one.name} ${one.state}`)).toEqual([
            '99 nostate',
            'good running',
            'none nostate',
            'text nostate',
        ]);
    });

    it('reads a driver that has no statistics machine by machine', async () => {
        following.close();
        delete fake.answers['GetAllDomainStats'];
        fake.answers['ListDomains'] = () =>
            new GLib.Variant('(ao)', [['/org/libvirt/VBox/domain/one', '/org/libvirt/VBox/domain/gone']]);
        fake.answers['GetState'] = (_args, path) =>
            path.endsWith('gone') ? new Error('no such domain') : new GLib.Variant('((ii))', [[3, 1]]);
        fake.serve('/org/libvirt/VBox');
        fake.serve('/org/libvirt/VBox/domain/one');
        fake.serve('/org/libvirt/VBox/domain/gone');
        following = new Following(['virtualbox']);
        await following.hostReaches('virtualbox', 'ready');
        expect(following.hosts.machines.map(one => `${one.name} ${one.state} ${one.reason}`)).toEqual([
            'one paused user',
        ]);
    });

    it('refuses everything', async () => {
        following.close();
        delete fake.answers['GetAllDomainStats'];
        following = new Following(['test']);
        const problem = await expectLost();
        expect(following.hosts.lists[0]!.host.error).toBeInstanceOf(LibvirtUnreachableError);
        expect(problem.category).toBe('unreachable');
        expect(problem.detail).toContain('not supported');
        expect(fake.calls.length).toBeLessThan(4);
    });

    it('cannot be reached, while signs tell that it might: they are believed a few times', async () => {
        following.close();
        fake.serve('/org/libvirt/QEMU');
        fake.answers['GetAllDomainStats'] = () => new Error('Failed to connect socket');
        const folder = GLib.build_filenamev([GLib.get_user_runtime_dir(), 'libvirt']);
        GLib.mkdir_with_parents(folder, 0o700);
        following = new Following(['session']);
        await following.hostReaches('session', 'lost');
        const before = fake.calls.length;
        // A daemon that makes its socket when it starts, and ends at once: each attempt may be the cause of that.
        const socket = GLib.build_filenamev([folder, 'virtqemud-sock']);
        for (let round = 0; round < 6; round++) {
            GLib.file_set_contents(socket, '');
            GLib.unlink(socket);
            await pause(1600);
        }
        expect(fake.calls.length - before).toBe(6);
        fake.answers['GetAllDomainStats'] = () => stats({one: 1});
        following.hosts.retry();
        await following.hostReaches('session', 'ready');
    }, 40_000);

    it('has no object for the driver', async () => {
        following.close();
        following = new Following(['lxc', 'vmware-player', 'no-such-driver']);
        expect(following.hosts.lists.map(list => list.host.id)).toEqual(['lxc', 'vmware-player']);
        await following.hostReaches('vmware-player', 'lost');
        expect(describeProblem(following.hosts.byId('vmware-player')!.host.error).category).toBe(
            'unreachable',
        );
    });

    it('floods us with events', async () => {
        await following.hostReaches('test', 'ready');
        const heartbeat = new Heartbeat();
        for (let round = 0; round < 5000; round++) fake.event('one', round % 2 === 0 ? 2 : 5);
        fake.event('one', 2);
        fake.event('two', 3);
        await following.reaches('test/two', 'paused', {within: 20_000});
        print(`10,000 events: longest gap ${heartbeat.stop().toFixed(1)} ms`);
        expect(following.machine('test/one').state).toBe('running');
        expect(following.take('one').length).toBe(5001);
    }, 40_000);

    it('tells of machines that do not exist, thousands of them', async () => {
        await following.hostReaches('test', 'ready');
        const before = fake.calls.length;
        fake.answers['Name'] = (_args, path) =>
            path.endsWith('one')
                ? new GLib.Variant('(v)', [new GLib.Variant('s', 'one')])
                : new Error('not found');
        fake.answers['GetAllDomainStats'] = () => stats({one: 1, two: 1});
        for (let number = 0; number < 200; number++) fake.serve(`/org/libvirt/Test/domain/ghost${number}`);
        for (let number = 0; number < 2000; number++) fake.event(`ghost${number}`, 2);
        fake.event('one', 2);
        await following.reaches('test/one', 'running', {within: 20_000});
        expect(following.hosts.machines.length).toBe(2);
        expect(following.hosts.lists[0]!.host.state).toBe('ready');
        const names = (): number => fake.calls.slice(before).filter(one => one === 'Name').length;
        // What is true of a machine may be known before all the names have been asked for.
        await waitFor('all names', () => names() >= 201, {within: 20_000});
        await pause(200);
        expect(names()).toBe(201);
        expect(fake.calls.slice(before).filter(one => one === 'GetAllDomainStats').length).toBeLessThan(4);
    }, 40_000);

    it('tells nonsense', async () => {
        await following.hostReaches('test', 'ready');
        const face = 'org.libvirt.Connect';
        fake.signal('/org/libvirt/Test', face, 'DomainEvent', new GLib.Variant('(s)', ['x']));
        fake.signal('/org/libvirt/Test', face, 'DomainEvent', null);
        fake.signal('/org/libvirt/Test', face, 'NoSuchEvent', new GLib.Variant('(oii)', ['/', 1, 1]));
        fake.event('two', 99, 99);
        fake.event('two', 2, 99);
        fake.signal('/org/libvirt/Test/domain/two', 'org.libvirt.Domain', 'MetadataChange', EMPTY);
        fake.signal('/elsewhere', 'org.libvirt.Domain', 'Reboot', null);
        fake.event('one', 2);
        await following.reaches('test/one', 'running');
        expect(following.machine('test/two').state).toBe('running');
    });

    it('loses a reply while the event arrives', async () => {
        await following.hostReaches('test', 'ready');
        fake.answers['Create'] = () => {
            fake.event('one', 2);
            void pause(50).then(() => fake.die());
            return 'silence';
        };
        await following.run('test/one', 'start');
        expect(following.take('one')).toEqual(['started']);
    });

    it('says yes, and nothing happens', async () => {
        await following.hostReaches('test', 'ready');
        fake.answers['Create'] = () => EMPTY;
        await expectAsync(following.run('test/one', 'start')).toBeRejectedWithError(MachineActionError);
        expect(following.machine('test/one').state).toBe('shutoff');
        fake.answers['GetAllDomainStats'] = () => stats({one: 1, two: 1});
        await following.run('test/one', 'start');
        expect(following.machine('test/one').state).toBe('running');
    });

    it('forgets a machine without telling', async () => {
        await following.hostReaches('test', 'ready');
        fake.answers['DomainLookupByName'] = () => new Error('Domain not found');
        fake.answers['GetAllDomainStats'] = () => stats({two: 1});
        const gone = following.machine('test/one');
        const failure = await gone
            .run('start')
            .finished()
            .catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(MachineGoneError);
        expect(describeProblem(failure).category).toBe('missing');
        expect(following.hosts.byKey('test/one')).toBeUndefined();
    });

    it('cannot be reached when an action is asked for: that is said, not that the machine is gone', async () => {
        await following.hostReaches('test', 'ready');
        const one = following.machine('test/one');
        const two = following.machine('test/two');
        await one.loadDetails();
        const broken = (): Error => new Error('End of file while reading data');
        for (const method of ['Create', 'DomainLookupByName', 'GetAllDomainStats'])
            fake.answers[method] = broken;
        await Promise.all([
            expectAsync(one.run('start').finished()).toBeRejectedWithError(LibvirtUnreachableError),
            expectAsync(two.loadDetails()).toBeRejectedWithError(LibvirtUnreachableError),
        ]);
        expect(following.hosts.lists[0]!.host.state).toBe('lost');
        expect(describeProblem(one.failure!.error).category).toBe('unreachable');
    }, 40_000);

    it('tells of a change while it is being asked: it is asked once more', async () => {
        await following.hostReaches('test', 'ready');
        const titled = (title: string): GLib.Variant =>
            new GLib.Variant('(s)', [`<domain type='test'><name>one</name><title>${title}</title></domain>`]);
        const before = fake.held(() => titled('before'));
        fake.answers['GetXMLDesc'] = (args, path) => {
            const first = fake.calls.filter(one => one === 'GetXMLDesc').length === 1;
            return first ? before(args, path) : titled('after');
        };
        const machine = following.machine('test/one');
        const details = machine.loadDetails();
        await waitFor('the question', () => fake.calls.includes('GetXMLDesc'));
        const change = new GLib.Variant('(is)', [1, '']);
        fake.signal('/org/libvirt/Test/domain/one', 'org.libvirt.Domain', 'MetadataChange', change);
        await pause(30);
        fake.release();
        await details;
        expect(machine.title).toBe('after');
        expect(fake.calls.filter(one => one === 'GetXMLDesc').length).toBe(2);
    });

    it('lets a save be cancelled, and a sleeping guest be woken', async () => {
        await following.hostReaches('test', 'ready');
        const {promise, resolve} = Promise.withResolvers<Error>();
        fake.answers['ManagedSave'] = () => promise;
        fake.answers['AbortJob'] = () => {
            resolve(new Error('operation aborted'));
            return EMPTY;
        };
        const two = following.machine('test/two');
        const save = two.run('save');
        await waitFor('the save', () => fake.calls.includes('ManagedSave'));
        expect(two.transition).toBe('saving');
        expect(save.cancel()).toBeTrue();
        await expectAsync(save.finished()).toBeRejected();
        expect([save.state, two.state, two.transition]).toEqual(['cancelled', 'running', '']);

        fake.event('two', 7);
        await following.reaches('test/two', 'pmsuspended');
        expect([...two.actions, two.obvious]).toEqual(['wake', 'force-off', 'wake']);
        fake.answers['PMWakeup'] = () => {
            fake.event('two', 2, 4);
            return EMPTY;
        };
        await two.run('wake').finished();
        expect(following.take('two')).toEqual(['suspended', 'woke']);
    });

    it('waits for nothing any more once everything is closed', async () => {
        await following.hostReaches('test', 'ready');
        fake.answers['Shutdown'] = () => EMPTY;
        fake.answers['Create'] = () => 'silence';
        const wait = following.machine('test/two').run('shutdown', {deadlineMs: 60_000});
        const held = following.machine('test/one').run('start');
        await waitFor(
            'both questions',
            () => fake.calls.includes('Shutdown') && fake.calls.includes('Create'),
        );
        following.close();
        await expectAsync(wait.finished()).toBeRejected();
        await expectAsync(held.finished()).toBeRejected();
        expect([wait.state, held.state]).toEqual(['cancelled', 'cancelled']);
        expect(following.hosts.lists.length).toBe(0);
    });
});
