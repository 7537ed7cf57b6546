// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from '../../../shared/machines/actions.js';
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {StubHost} from './stubHost.js';

/** A host whose machines start until they are destroyed. */
class SlowHost extends StubHost {
    #fail: (error: Error) => void = () => undefined;

    override lookupDomain(): Promise<string> {
        return Promise.resolve('/vm');
    }

    override domain(): object {
        return {
            create: () => new Promise<void>((_resolve, reject) => (this.#fail = reject)),
            destroy: () => {
                this.#fail(new LibvirtError('Failed to start: it was destroyed'));
                return Promise.resolve();
            },
        };
    }
}

describe('An operation that another one ends', () => {
    it('is no failure, since it was the user who ended it', async () => {
        const list = new SlowHost().list({vm: 'shutoff'});
        const machine = list.machines[0]!;
        const failed: (MachineAction | undefined)[] = [];
        list.connect(
            'happened',
            (_list, _machine, {kind, action}: {kind: string; action?: MachineAction}) => {
                if (kind === 'failed') failed.push(action);
            },
        );
        const start = machine.run('start');
        // Until libvirt has been asked.
        for (let turn = 0; turn < 10; turn++) await Promise.resolve();
        const off = machine.run('force-off');
        await expectAsync(start.finished()).toBeRejectedWithError(CancelledError);
        await off.finished();
        expect(start.state).toBe('cancelled');
        expect(failed).toEqual([]);
        expect(machine.failure).toBeNull();
    });
});
