// SPDX-License-Identifier: GPL-3.0-or-later
import {type CardGift, withCard, withoutCard} from '../../shared/definition/cardGift.js';
import type {Definition} from '../../shared/definition/definition.js';
import {makeUsbHostDevice} from '../../shared/definition/hostDeviceEdit.js';
import {lentCards} from '../../shared/definition/lentCard.js';
import {DefinitionBusyError, NotKeptError} from '../../shared/machines/machineErrors.js';
import {readKept, redefine} from '../../shared/machines/redefinition.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';

/** No computer has a card there: nothing of this one is named, and none of these machines is started with it. */
const CARD: CardGift = {
    identity: '10de:1e84:1043:8728',
    functions: ['0000:e1:00.0', '0000:e1:00.1'],
    managed: false,
    rom: {kind: 'default'},
    remedies: ['kvm-hidden', 'vendor-id', 'ioapic'],
};

function domain(name: string, machine: string): string {
    return `<domain type='qemu'><name>${name}</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='${machine}'>hvm</type></os>
  <features><acpi/></features>
  <devices><memballoon model='none'/><graphics type='vnc' passwd='secret'/>
  <interface type='user'><model type='virtio'/></interface></devices></domain>`;
}

const undo = (definition: Definition): Definition => lentCards(definition).reduce(withoutCard, definition);

describe('Defining anew, with libvirt', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(() => libvirt.start());
    beforeEach(async () => {
        following = await Following.start('session');
    });
    afterEach(async () => {
        following.close();
        await virsh.removeAll();
    });

    const dump = (name: string): Promise<string> =>
        virsh.run(['dumpxml', '--inactive', '--security-info', name]);

    for (const machineType of ['q35', 'pc'])
        it(`gives a card to a machine and takes it back, to the byte: ${machineType}`, async () => {
            await virsh.define(domain('vm', machineType));
            const machine = await following.reaches('session/vm', 'shutoff');
            const before = await dump('vm');
            await redefine(machine, definition => withCard(definition, CARD));
            const after = await dump('vm');
            const slot = machineType === 'q35' ? '00' : '\\w\\w';
            expect(after).toMatch(
                new RegExp(
                    `bus='0xe1' slot='0x00' function='0x0'/>\\s*</source>\\s*<address type='pci' domain='0x0000' ` +
                        `bus='0x\\w\\w' slot='0x${slot}' function='0x0' multifunction='on'/>`,
                ),
            );
            expect(after).toMatch(
                /bus='0x(\w\w)' slot='0x(\w\w)' function='0x0' multifunction='on'\/>\s*<\/hostdev>[\s\S]*bus='0x\1' slot='0x\2' function='0x1'\/>\s*<\/hostdev>/,
            );
            expect(after).toContain("<hidden state='on'/>");
            expect(after).toContain("passwd='secret'");
            const kept = await readKept(machine);
            expect(kept.pciAddresses).toEqual(CARD.functions);
            // Who looks at it only needs no passwords.
            expect(kept.toXml()).not.toContain('secret');
            await redefine(machine, undo);
            expect(await dump('vm')).toBe(before);
        });

    it('does so as well when no root port is free', async () => {
        await virsh.define(domain('vm', 'q35'));
        const machine = await following.reaches('session/vm', 'shutoff');
        // Each of these takes a port of its own; libvirt keeps one in store.
        for (const bus of ['91', '92'])
            await virsh.run(['attach-device', 'vm', '/dev/stdin', '--config'], {
                input: `<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='0x${bus}' slot='0'/></source></hostdev>`,
            });
        const before = await dump('vm');
        await redefine(machine, definition => withCard(definition, CARD));
        const [lent] = lentCards(await readKept(machine));
        expect(await dump('vm')).toMatch(
            new RegExp(`<controller type='pci' index='${lent?.port}' model='pcie-root-port'>`),
        );
        await redefine(machine, undo);
        expect(await dump('vm')).toBe(before);
    });

    it('writes nothing when nothing is different', async () => {
        await virsh.define(domain('vm', 'q35'));
        const machine = await following.reaches('session/vm', 'shutoff');
        following.take('vm');
        const {before, after} = await redefine(machine, definition => definition);
        expect(after).toBe(before);
        expect(following.take('vm')).toEqual([]);
    });

    it('loses nothing that another client has written meanwhile', async () => {
        await virsh.define(domain('vm', 'q35'));
        const machine = await following.reaches('session/vm', 'shutoff');
        const client = await machine.client();
        const {host} = machine;
        const path = await host.lookupDomain('vm');
        // Another client comes between our first look and the second.
        let looks = 0;
        const spied = spyOn(Object.getPrototypeOf(client) as typeof client, 'keptXml');
        spied.and.callFake(async () => {
            if (++looks === 2) {
                await virsh.run(['desc', 'vm', '--config', 'by another']);
                spied.and.callThrough();
            }
            return looks === 2 ? host.domain(path).keptXml() : dump('vm');
        });
        await redefine(machine, definition => withCard(definition, CARD));
        const after = await dump('vm');
        expect(looks).toBe(2);
        expect(after).toContain('<description>by another</description>');
        expect(after).toContain("bus='0xe1'");
    });

    it('gives up when it keeps changing', async () => {
        await virsh.define(domain('vm', 'q35'));
        const machine = await following.reaches('session/vm', 'shutoff');
        const client = await machine.client();
        const before = await dump('vm');
        let count = 0;
        spyOn(Object.getPrototypeOf(client) as typeof client, 'keptXml').and.callFake(() =>
            Promise.resolve(before.replace('</name>', `</name><title>${count++}</title>`)),
        );
        await expectAsync(redefine(machine, definition => withCard(definition, CARD))).toBeRejectedWithError(
            DefinitionBusyError,
        );
        expect(await dump('vm')).toBe(before);
    });

    it('changes what is kept of a machine that runs, not what runs', async () => {
        await virsh.define(domain('vm', 'q35'), {start: true});
        const machine = await following.reaches('session/vm', 'running');
        const live = await virsh.run(['dumpxml', '--security-info', 'vm']);
        await redefine(machine, definition =>
            definition.withDevice(makeUsbHostDevice({vendor: '1234', product: 'abcd', place: null})),
        );
        expect(await virsh.run(['dumpxml', '--security-info', 'vm'])).toBe(live);
        expect(await dump('vm')).toMatch(/<vendor id='0x1234'\/>\s*<product id='0xabcd'\/>/);
    });

    it('refuses a temporary machine', async () => {
        await virsh.define(domain('vm', 'q35'), {transient: true});
        const machine = await following.reaches('session/vm', 'running');
        await expectAsync(redefine(machine, definition => definition)).toBeRejectedWithError(NotKeptError);
    });
});
