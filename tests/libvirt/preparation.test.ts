// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Machine} from '../../shared/machines/machine.js';
import {OperationConflictError} from '../../shared/operations/operation.js';
import {delay} from '../../shared/platform/clock.js';
import {CancelledError, HandoverError} from '../../shared/platform/errors.js';
import {Following} from './following.js';
import {RecordingPreparation} from './recordingPreparation.js';
import {testDriver} from './testDriver.js';

class Refusal extends HandoverError {
    readonly kind = 'refusal';
}

describe('What is prepared around a machine', () => {
    let following: Following;
    let preparation: RecordingPreparation;
    let machine: Machine;
    let path: string;

    beforeEach(async () => {
        following = await Following.start('test');
        preparation = new RecordingPreparation();
        following.hosts.preparation = preparation;
        path = await testDriver.define('vm');
        machine = await following.reaches('test/vm', 'shutoff');
    });
    afterEach(async () => {
        following.close();
        await testDriver.clear();
    });

    const steps = (operation: {steps: readonly {id: string}[]}) => operation.steps.map(({id}) => id);

    it('comes before the start and after it, with what was asked for', async () => {
        const operation = machine.run('start', {start: {held: 'wait', open: true}});
        await operation.finished();
        expect(preparation.calls).toEqual(['before shutoff', 'after running']);
        expect(preparation.options).toEqual({held: 'wait', open: true});
        expect(steps(operation)).toEqual(['take', 'ask', 'confirm', 'ready']);
    });

    for (const action of ['shutdown', 'force-off'] as const)
        it(`comes after ${action}, when the machine is off`, async () => {
            await testDriver.flagged(path, 'Create');
            await following.reaches('test/vm', 'running');
            const operation = machine.run(action);
            await operation.finished();
            expect(preparation.calls).toEqual(['stopped shutoff']);
            expect(steps(operation).at(-1)).toBe('return');
        });

    it('comes after a save, and not with what leaves the machine on', async () => {
        await testDriver.flagged(path, 'Create');
        await following.reaches('test/vm', 'running');
        await following.run('test/vm', 'pause');
        await following.run('test/vm', 'resume');
        expect(preparation.calls).toEqual([]);
        await following.run('test/vm', 'save');
        expect(preparation.calls).toEqual(['stopped shutoff']);
        // What was saved goes, too: VIR_DOMAIN_UNDEFINE_MANAGED_SAVE.
        await testDriver.call(path, 'Undefine', new GLib.Variant('(u)', [1]));
    });

    it('keeps a machine from starting', async () => {
        preparation.before = () => Promise.reject(new Refusal('held'));
        const operation = machine.run('start');
        await expectAsync(operation.finished()).toBeRejectedWithError(Refusal);
        expect(preparation.calls).toEqual(['before shutoff']);
        expect(machine.state).toBe('shutoff');
        expect(machine.failure?.error).toBe(operation.error);
        expect(following.take('vm')).toContain('failed');
    });

    it('is put back when libvirt refuses', async () => {
        preparation.before = async () => {
            await testDriver.flagged(path, 'Undefine');
        };
        await expectAsync(machine.run('start').finished()).toBeRejected();
        expect(preparation.calls.map(call => call.split(' ')[0])).toEqual(['before', 'failed']);
    });

    it('is put back when it is called off before libvirt is asked', async () => {
        preparation.before = ({cancellable}) => {
            cancellable.cancel();
            return Promise.resolve();
        };
        await expectAsync(machine.run('start').finished()).toBeRejectedWithError(CancelledError);
        expect(preparation.calls).toEqual(['before shutoff', 'failed shutoff']);
        expect(machine.state).toBe('shutoff');
        expect(machine.failing).toBeFalse();
    });

    it('does not keep anybody from stopping a machine that is waited for', async () => {
        preparation.after = ({cancellable}) => delay(60_000, cancellable);
        const start = machine.run('start');
        await following.reaches('test/vm', 'running');
        while (start.step !== 'ready') await delay(5);
        expect(start.canCancel).toBeTrue();
        expect(machine.obvious).toBe('shutdown');
        await following.run('test/vm', 'shutdown');
        expect(start.state).toBe('cancelled');
        expect(preparation.calls).toEqual(['before shutoff', 'after running', 'stopped shutoff']);
    });

    it('can be cut off by force before the machine runs', async () => {
        preparation.before = ({cancellable}) => delay(60_000, cancellable);
        const start = machine.run('start');
        while (start.step !== 'take') await delay(5);
        await expectAsync(machine.run('shutdown').finished()).toBeRejectedWithError(OperationConflictError);
        expect(machine.actions).toContain('force-off');
        await following.run('test/vm', 'force-off');
        expect(start.state).toBe('cancelled');
        expect(machine.state).toBe('shutoff');
    });

    it('fails the stop when what has to follow fails', async () => {
        await testDriver.flagged(path, 'Create');
        await following.reaches('test/vm', 'running');
        preparation.stopped = () => Promise.reject(new Refusal('not back'));
        await expectAsync(machine.run('force-off').finished()).toBeRejectedWithError(Refusal);
        expect(machine.state).toBe('shutoff');
        expect(machine.failure?.action).toBe('force-off');
    });

    it('is nothing when there is none', async () => {
        following.hosts.preparation = null;
        await following.run('test/vm', 'start');
        await following.run('test/vm', 'force-off');
        expect(preparation.calls).toEqual([]);
    });
});
