// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {KernelStuck} from '../../../shared/gpu/handover/handoverErrors.js';
import {KernelRefusal, type KernelWriter} from '../../../shared/gpu/handover/ports.js';
import {type Hands, type Step, StepError, StepRunner} from '../../../shared/gpu/handover/stepRunner.js';
import {findStuckTasks} from '../../../shared/gpu/handover/stuckTasks.js';
import {CancelledError, DeadlineError} from '../../../shared/platform/errors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {FakeClock} from '../../fakes/pci/fakeClock.js';
import {putFile} from '../../fakes/pci/files.js';
import {rejection} from './labs.js';

const NEVER = new Promise<never>(() => undefined);

describe('StepRunner', () => {
    let clock: FakeClock;
    let written: string[];
    let kernel: KernelWriter;
    let runner: StepRunner;

    beforeEach(() => {
        clock = new FakeClock();
        written = [];
        kernel = {
            write: path => {
                written.push(path);
                return Promise.resolve();
            },
            loadModules: () => Promise.resolve(),
            unloadModules: () => Promise.resolve(),
        };
        const none = () => Promise.resolve();
        const ports: Hands = {
            clock,
            kernel: {
                write: (path, value) => kernel.write(path, value),
                loadModules: names => kernel.loadModules(names),
                unloadModules: names => kernel.unloadModules(names),
            },
            services: {isActive: () => Promise.resolve(false), stop: none, start: none},
        };
        runner = new StepRunner(ports);
    });

    const step = (id: Step['id'], run: Step['run'], deadlineMs = 1000): Step => ({id, deadlineMs, run});

    it('runs steps in their order, tells each, and takes their times', async () => {
        const begun: string[] = [];
        const steps = [
            step('prepare', hands => hands.clock.delay(30)),
            step('bind', hands => hands.kernel.write('a', 'b')),
        ];
        await runner.run(steps, {begin: id => Promise.resolve(void begun.push(id))});

        expect(begun).toEqual(['prepare', 'bind']);
        expect(runner.times).toEqual([
            {id: 'prepare', ms: 30},
            {id: 'bind', ms: 0},
        ]);
    });

    it('stops at the first that fails, and says which', async () => {
        const cause = new KernelRefusal('write', 'busy');
        const error = await rejection(
            runner.run([step('bind', () => Promise.reject(cause)), step('verify', () => Promise.resolve())]),
        );

        expect(error).toBeInstanceOf(StepError);
        expect(error).toEqual(jasmine.objectContaining({step: 'bind', cause}));
        expect(runner.times.length).toBe(1);
    });

    it('takes a step for late that waits for something else than the kernel', async () => {
        const late = runner.run([
            step('services', () => {
                clock.skip();
                return NEVER;
            }),
        ]);
        const error = await rejection(late);

        expect(error instanceof StepError && error.cause).toBeInstanceOf(DeadlineError);
    });

    it('takes a step for stuck that waits for the kernel', async () => {
        kernel.write = () => {
            clock.skip();
            return NEVER;
        };
        const error = await rejection(
            runner.run([step('unbind', hands => hands.kernel.write('x/unbind', ''))]),
        );

        expect(error).toBeInstanceOf(KernelStuck);
        expect(error).toEqual(jasmine.objectContaining({step: 'unbind', waitingFor: ['write x/unbind']}));
    });

    it('lets a step that was late do nothing more when its answer comes', async () => {
        let answer = (): void => undefined;
        kernel.write = path => {
            written.push(path);
            clock.skip();
            return new Promise(resolve => (answer = resolve));
        };
        const error = await rejection(
            runner.run([
                step('unbind', async hands => {
                    await hands.kernel.write('first', '');
                    await hands.kernel.write('second', '');
                }),
            ]),
        );
        answer();
        await new Promise<void>(resolve => setTimeout(() => resolve(), 10));

        expect(error).toBeInstanceOf(KernelStuck);
        expect(written).toEqual(['first']);
    });

    it('begins no step once it was called off', async () => {
        const cancellable = new Gio.Cancellable();
        const steps = [
            step('prepare', () => {
                cancellable.cancel();
                return Promise.resolve();
            }),
            step('bind', hands => hands.kernel.write('a', 'b')),
        ];

        expect(await rejection(runner.run(steps, {cancellable}))).toBeInstanceOf(CancelledError);
        expect(written).toEqual([]);
    });
});

describe('Stuck tasks', () => {
    it('are programs that touch drivers and wait in the kernel at every look', async () => {
        const fake = new FakePciTree();
        fake.processes.start({comm: 'dd', state: 'D'});
        fake.processes.start({comm: 'modprobe', state: 'S'});
        const daemon = fake.processes.start({comm: 'virtqemud'});
        const thread = `${daemon.folder}/task/${daemon.pid + 1}`;
        putFile(`${daemon.folder}/task/${daemon.pid}/stat`, '');
        putFile(`${thread}/stat`, `${daemon.pid + 1} (rpc-virtqemud) D 1 1\n`);
        putFile(`${thread}/wchan`, 'vfio_unregister_group_dev');

        expect(await findStuckTasks(fake.root, fake.clock)).toEqual([
            {pid: daemon.pid, name: 'virtqemud', waitsIn: 'vfio_unregister_group_dev'},
        ]);
    });

    it('are not those that only wait for a moment', async () => {
        const fake = new FakePciTree();
        const program = fake.processes.start({comm: 'modprobe', state: 'D'});
        fake.clock.after(700, () => program.exit());

        expect(await findStuckTasks(fake.root, fake.clock)).toEqual([]);
    });

    it('are not those that wait for one thing after the other', async () => {
        const fake = new FakePciTree();
        const program = fake.processes.start({comm: 'libvirtd', state: 'D'});
        putFile(`${program.folder}/wchan`, 'folio_wait_bit');
        fake.clock.after(700, () => putFile(`${program.folder}/wchan`, 'jbd2_log_wait_commit'));

        expect(await findStuckTasks(fake.root, fake.clock)).toEqual([]);
    });
});
