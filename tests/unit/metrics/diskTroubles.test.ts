// SPDX-License-Identifier: GPL-3.0-or-later
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import type {Machine} from '../../../shared/machines/machine.js';
import {SignalEvent} from '../../../shared/machines/machineEvent.js';
import {Troubles} from '../../../shared/machines/troubles.js';
import {type DiskTrouble, DiskTroubles} from '../../../shared/metrics/diskTroubles.js';
import {nextTurn} from '../../../shared/platform/slices.js';

describe('The disks that are in trouble', () => {
    it('are asked for once, again after an error, and until there is none', async () => {
        let asked = 0;
        let answer: DiskTrouble[] = [];
        const client = {diskErrors: () => Promise.resolve((asked++, answer))};
        const troubles = new Troubles();
        const disks = new DiskTroubles({
            active: true,
            troubles,
            client: () => Promise.resolve(client),
        } as unknown as Machine);
        const look = async (): Promise<readonly DiskTrouble[] | null> => {
            disks.read();
            await nextTurn();
            await nextTurn();
            return disks.read();
        };
        expect(disks.read()).toBeNull();
        expect(await look()).toEqual([]);
        expect(asked).toBe(1);
        answer = [{target: 'vda', noSpace: true}];
        troubles.takeSignal(SignalEvent.IOError, 1);
        expect(await look()).toEqual(answer);
        answer = [];
        await look();
        expect(await look()).toEqual([]);
        const before = asked;
        await look();
        expect(asked).toBe(before);
    });

    it('are not known where libvirt cannot tell', async () => {
        const client = {diskErrors: () => Promise.reject(new LibvirtError('not supported'))};
        const disks = new DiskTroubles({
            active: true,
            troubles: new Troubles(),
            client: () => Promise.resolve(client),
        } as unknown as Machine);
        disks.read();
        await nextTurn();
        await nextTurn();
        expect(disks.read()).toBeNull();
    });
});
