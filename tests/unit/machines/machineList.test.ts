// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Happening} from '../../../shared/machines/happening.js';
import type {Machine} from '../../../shared/machines/machine.js';
import type {MachineList} from '../../../shared/machines/machineList.js';
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import {pause} from '../../harness/deadline.js';
import {domains, StubHost} from './stubHost.js';

/** Follows the model by its signal alone, as a view does. */
function mirror(list: MachineList): Machine[] {
    const model = list as unknown as Gio.ListModel<Machine>;
    const at = (position: number): Machine => model.get_item(position)!;
    const items: Machine[] = Array.from({length: model.get_n_items()}, (_none, position) => at(position));
    list.connect('items-changed', (_list: unknown, position: number, removed: number, added: number) => {
        const fresh = Array.from({length: added}, (_none, offset) => at(position + offset));
        items.splice(position, removed, ...fresh);
    });
    return items;
}

function log(list: MachineList): string[] {
    const lines: string[] = [];
    list.connect('happened', (_list: unknown, machine: Machine, happening: Happening) =>
        lines.push(`${machine.name} ${happening.kind}`),
    );
    return lines;
}

function reboot(list: MachineList, serial: number): void {
    list.domainSignal('/vm', 'Reboot', serial, new GLib.Variant('()', []));
}

describe('The list of machines', () => {
    let host: StubHost;

    beforeEach(() => {
        host = new StubHost();
    });

    it('sorts as people do', () => {
        const list = host.list({'vm-10': 'shutoff', 'vm-9': 'running', Zoe: 'shutoff', anna: 'shutoff'});
        const names = list.machines.map(one => one.name);
        expect(names.indexOf('vm-9')).toBeLessThan(names.indexOf('vm-10'));
        expect([list.nMachines, list.nActive, list.filled]).toEqual([4, 1, true]);
        expect(list.byName('Zoe')!.key).toBe('stub/Zoe');
    });

    it('is a Gio.ListModel whose signal tells the truth', () => {
        const list = host.list({b: 'shutoff', d: 'shutoff'});
        const items = mirror(list);
        const steps: Record<string, 'shutoff' | 'running'>[] = [
            {a: 'shutoff', b: 'shutoff', c: 'shutoff', d: 'running', e: 'shutoff'},
            {c: 'running'},
            Object.fromEntries(Array.from({length: 100}, (_none, at) => [`m${at}`, 'shutoff' as const])),
            {m5: 'running', x: 'shutoff'},
            {},
        ];
        for (const step of steps) {
            list.reconcile(domains(step), 0, true);
            expect(items).toEqual([...list.machines]);
            expect(items.map(one => one.name).sort()).toEqual(Object.keys(step).sort());
            expect(list.nActive).toBe(Object.values(step).filter(state => state === 'running').length);
        }
    });

    it('tells what a comparison with libvirt shows, once', () => {
        const list = host.list({stays: 'running', stops: 'running', goes: 'shutoff'});
        const lines = log(list);
        const next = domains({stays: 'running', stops: 'shutoff', comes: 'shutoff'});
        list.reconcile(next, 1, true);
        list.reconcile(next, 2, false);
        expect(lines).toEqual(['stops stopped', 'goes removed', 'comes defined']);
    });

    it('believes an event that came after the question more than the answer', async () => {
        const list = host.list({old: 'shutoff', gone: 'shutoff'});
        await pause(0);
        list.domainEvent('/old', 2, 0, 7);
        list.domainEvent('/gone', 1, 0, 8);
        list.domainEvent('/fresh', 0, 0, 9);
        await pause(5);
        list.reconcile(domains({old: 'shutoff', gone: 'shutoff'}), 5, false);
        expect(list.machines.map(one => `${one.name} ${one.state}`)).toEqual([
            'fresh shutoff',
            'old running',
        ]);
        list.reconcile(domains({old: 'shutoff'}), 9, false);
        expect(list.machines.map(one => `${one.name} ${one.state}`)).toEqual(['old shutoff']);
    });

    it('does not apply an event that the answer already contains', async () => {
        const list = host.list({vm: 'shutoff'});
        const lines = log(list);
        list.domainEvent('/vm', 2, 0, 1);
        list.reconcile(domains({vm: 'paused'}), 1, false);
        await pause(5);
        expect(list.byName('vm')!.state).toBe('paused');
        expect(lines.length).toBe(1);
    });

    it('takes a state from an answer although an event that says nothing of it came meanwhile', async () => {
        const list = host.list({vm: 'running'});
        list.domainEvent('/vm', 0, 0, 6);
        reboot(list, 7);
        await pause(5);
        list.reconcile(domains({vm: 'shutoff'}), 5, false);
        expect(list.byName('vm')!.state).toBe('shutoff');
    });

    it('hears a reboot that an answer has overtaken', async () => {
        const list = host.list({vm: 'running'});
        let rebooted = 0;
        list.byName('vm')!.connect('rebooted', () => rebooted++);
        reboot(list, 1);
        list.reconcile(domains({vm: 'running'}), 3, false);
        await pause(5);
        expect(rebooted).toBe(1);
    });

    it('keeps a machine that was undefined and defined again before its name was known', async () => {
        const list = host.list({vm: 'shutoff'});
        list.domainEvent('/vm', 1, 0, 1);
        list.reconcile(domains({vm: 'shutoff'}), 3, false);
        await pause(5);
        expect(list.machines.map(one => one.name)).toEqual(['vm']);
    });

    it('asks libvirt before it believes that a machine which stopped is gone', async () => {
        const list = host.list({vm: 'running'});
        host.persistent = () => Promise.reject(new LibvirtError('the connection is broken'));
        list.domainEvent('/vm', 5, 0, 1);
        await pause(5);
        expect([list.nMachines, host.refreshed]).toEqual([1, 1]);
        list.reconcile(domains({vm: 'shutoff'}), 1, false);
        expect(list.nMachines).toBe(1);
        list.reconcile(domains({}), 1, false);
        expect(list.nMachines).toBe(0);
    });

    it('keeps the order of events whose machine it does not know yet', async () => {
        const list = host.list({});
        const lines = log(list);
        list.domainEvent('/vm', 0, 0, 1);
        list.domainEvent('/vm', 2, 0, 2);
        list.domainEvent('/vm', 3, 0, 3);
        reboot(list, 4);
        list.domainEvent('/vm', 5, 0, 5);
        list.domainEvent('/vm', 1, 0, 6);
        await pause(5);
        expect(lines).toEqual([
            'vm defined',
            'vm started',
            'vm paused',
            'vm rebooted',
            'vm stopped',
            'vm removed',
        ]);
        expect([list.nMachines, list.nActive]).toEqual([0, 0]);
    });

    it('hears a reboot of a machine that it knows by its name alone', async () => {
        const list = host.list({vm: 'running'});
        let rebooted = 0;
        list.byName('vm')!.connect('rebooted', () => rebooted++);
        reboot(list, 1);
        await pause(5);
        expect(rebooted).toBe(1);
    });

    it('looks for the other name when it hears of a rename by a path that it does not know', async () => {
        const list = host.list({before: 'shutoff'});
        host.names.set('/1', 'after');
        list.domainEvent('/1', 1, 1, 1);
        list.domainEvent('/1', 0, 2, 2);
        await pause(5);
        expect(host.refreshed).toBe(1);
        list.reconcile(domains({after: 'shutoff'}), 2, false);
        expect(list.machines.map(one => one.name)).toEqual(['after']);
    });

    it('gives a machine its new place when it is renamed', async () => {
        const list = host.list({a: 'shutoff', b: 'shutoff'});
        const items = mirror(list);
        const machine = list.byName('a')!;
        machine.setPath('/1');
        host.names.set('/1', 'c');
        list.domainEvent('/1', 1, 1, 1);
        list.domainEvent('/1', 0, 2, 2);
        await pause(5);
        expect(items.map(one => one.name)).toEqual(['b', 'c']);
        expect([list.byName('a'), list.byName('c')]).toEqual([undefined, machine]);
    });

    it('follows nothing once closed', async () => {
        const list = host.list({vm: 'shutoff'});
        list.domainEvent('/new', 0, 0, 1);
        list.close();
        await pause(5);
        expect(list.nMachines).toBe(1);
    });
});
