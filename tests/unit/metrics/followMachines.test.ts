// SPDX-License-Identifier: GPL-3.0-or-later
import {followMachines} from '../../../shared/metrics/followMachines.js';
import {domains, StubHost} from '../machines/stubHost.js';

describe('What a sampler is told of machines', () => {
    it('is which started anew, and which are there no more', () => {
        const told: string[] = [];
        const list = new StubHost().list({
            starts: 'shutoff',
            stays: 'running',
            stops: 'running',
            goes: 'shutoff',
        });
        const end = followMachines(
            {
                restarted: name => told.push(`${name} started`),
                forget: name => told.push(`${name} gone`),
            },
            list,
        );
        list.reconcile(domains({starts: 'running', stays: 'running', stops: 'shutoff'}), 1, false);
        expect(told.sort()).toEqual(['goes gone', 'starts started']);

        end();
        list.reconcile(domains({}), 2, false);
        expect(told.length).toBe(2);
    });
});
