// SPDX-License-Identifier: GPL-3.0-or-later
import {type CardGift, cardStanding, withCard, withoutCard} from '../../../shared/definition/cardGift.js';
import {Definition} from '../../../shared/definition/definition.js';
import {freeGuestSlot} from '../../../shared/definition/guestSlot.js';
import {lentCards} from '../../../shared/definition/lentCard.js';
import {pciHostDevice} from '../../../shared/definition/hostDeviceEdit.js';
import {serializeElement} from '../../../shared/definition/xmlTree.js';

const CARD: CardGift = {
    identity: '10de:1e84:1043:8728',
    functions: ['0000:01:00.0', '0000:01:00.1', '0000:01:00.2', '0000:01:00.3'],
    managed: false,
    rom: {kind: 'default'},
    remedies: [],
};

const PORTS = `    <controller type='pci' index='0' model='pcie-root'/>
    <controller type='pci' index='1' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0' multifunction='on'/>
    </controller>
    <controller type='pci' index='2' model='pcie-root-port'>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x1'/>
    </controller>`;
const NIC = `    <interface type='user'>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>`;

function q35(devices: string, more = ''): Definition {
    return Definition.parse(`<domain type='kvm'>
  <name>win</name>
  <os>
    <type arch='x86_64' machine='pc-q35-9.2'>hvm</type>
  </os>${more}
  <devices>
${devices}
  </devices>
</domain>
`);
}

function hostdev(source: string, guest: string): string {
    return `    <hostdev mode='subsystem' type='pci' managed='yes'>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x${source}'/>
      </source>
      <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x${guest}'/>
    </hostdev>`;
}

function undone(definition: Definition): string {
    return lentCards(definition).reduce(withoutCard, definition).toXml();
}

describe('A card in a definition', () => {
    it('goes on one slot of a free root port, all its functions together', () => {
        const before = q35(`${PORTS}\n${NIC}`);
        const after = withCard(before, CARD);
        expect(serializeElement(pciHostDevice(after, '0000:01:00.0')!)).toBe(
            "<hostdev mode='subsystem' type='pci' managed='no'><source>" +
                "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>" +
                "<address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0' multifunction='on'/></hostdev>",
        );
        expect(serializeElement(pciHostDevice(after, '0000:01:00.3')!)).toContain(
            "<address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x3'/>",
        );
        expect(after.pciAddresses).toEqual(CARD.functions);
        expect(cardStanding(after, CARD.functions)).toEqual({
            present: [...CARD.functions],
            missing: [],
            together: true,
            managed: false,
        });
        expect(undone(after)).toBe(before.toXml());
    });

    it('brings a root port along where none is free, and takes it away again', () => {
        const before = q35(
            `${PORTS.replace(/ {4}<controller type='pci' index='2'[\s\S]*$/, '').trimEnd()}\n${NIC}`,
        );
        const after = withCard(before, CARD);
        expect(after.toXml()).toContain("<controller type='pci' index='2' model='pcie-root-port'/>");
        expect(lentCards(after)[0]?.port).toBe(2);
        expect(undone(after)).toBe(before.toXml());
    });

    it('leaves the root port that something else is in by now', () => {
        const after = withCard(q35(PORTS.split('\n')[0]!), CARD);
        const later = Definition.parse(
            after
                .toXml()
                .replace('</devices>', NIC.trim().replace("bus='0x01'", "bus='0x01'") + '</devices>'),
        );
        expect(undone(later)).toContain("<controller type='pci' index='1' model='pcie-root-port'/>");
        expect(undone(later)).not.toContain('hostdev');
    });

    it('goes into a slot of the old bus where there is no other', () => {
        const before = Definition.parse(
            `<domain><name>a</name><os><type machine='pc-i440fx-9.2'>hvm</type></os><devices><disk>
            <address type='pci' domain='0x0000' bus='0x00' slot='0x03' function='0x0'/></disk></devices></domain>`,
        );
        expect(freeGuestSlot(before)).toEqual({bus: 0, slot: 4, newPort: null});
        expect(undone(withCard(before, CARD))).toBe(before.toXml());
    });

    it('says when the old bus is full', () => {
        const disks = Array.from(
            {length: 32},
            (_, slot) => `<disk><address type='pci' bus='0' slot='${slot}' function='0'/></disk>`,
        );
        const full = Definition.parse(`<domain><devices>${disks.join('')}</devices></domain>`);
        expect(() => withCard(full, CARD)).toThrowError(/no free PCI slot/);
    });

    it('joins the functions that are there, and says so to the slot', () => {
        const before = q35(`${PORTS}\n${NIC}\n${hostdev('0', '0')}`);
        const after = withCard(before, {...CARD, managed: true});
        expect(serializeElement(pciHostDevice(after, '0000:01:00.0')!)).toContain(
            "function='0x0' multifunction='on'/>",
        );
        expect(serializeElement(pciHostDevice(after, '0000:01:00.1')!)).toContain(
            "bus='0x02' slot='0x00' function='0x1'/>",
        );
        expect(lentCards(after)[0]?.devices).toEqual(CARD.functions.slice(1));
        expect(undone(after).replace(/\s+/g, '')).toBe(before.toXml().replace(/\s+/g, ''));
    });

    it('changes nothing that is as it is wanted', () => {
        const once = withCard(q35(PORTS), {...CARD, remedies: ['kvm-hidden']});
        expect(withCard(once, {...CARD, remedies: ['kvm-hidden']}).toXml()).toBe(once.toXml());
        const own = q35(
            `${PORTS}\n${CARD.functions.map((_, index) => hostdev(String(index), String(index))).join('\n')}`,
        );
        expect(withCard(own, {...CARD, managed: true})).toBe(own);
        expect(lentCards(own)).toEqual([]);
    });

    it('has remedies only where they are asked for, and takes out only its own', () => {
        const before = q35(
            PORTS,
            "\n  <features>\n    <acpi/>\n    <kvm>\n      <hidden state='off'/>\n    </kvm>\n  </features>",
        );
        const after = withCard(before, {...CARD, remedies: ['kvm-hidden', 'vendor-id', 'ioapic']});
        expect(after.toXml()).toContain("<hidden state='off'/>");
        expect(after.toXml()).toContain("<hyperv><vendor_id state='on' value='handover'/></hyperv>");
        expect(after.toXml()).toContain("<ioapic driver='kvm'/>");
        expect(lentCards(after)[0]?.remedies).toEqual(['vendor-id', 'ioapic']);
        expect(undone(after)).toBe(before.toXml());
        expect(undone(withCard(q35(PORTS), {...CARD, remedies: ['kvm-hidden']}))).toBe(q35(PORTS).toXml());
    });

    it('shows the guest another ROM, or none', () => {
        const off = withCard(q35(PORTS), {...CARD, rom: {kind: 'off'}});
        expect(off.toXml().match(/<rom bar='off'\/>/g)?.length).toBe(1);
        const file = withCard(q35(PORTS), {...CARD, rom: {kind: 'file', path: "/a'b"}});
        expect(file.hostDevices[0]?.romFile).toBe("/a'b");
    });

    it("keeps what is there in Handover's metadata", () => {
        const before = q35(
            PORTS,
            `
  <metadata>
    <handover:machine xmlns:handover='urn:handover:machine:1'>
      <handover:shortName>Games</handover:shortName>
    </handover:machine>
  </metadata>`,
        );
        const after = withCard(before, CARD);
        expect(after.metadata.metadata.shortName).toBe('Games');
        expect(lentCards(after)).toEqual([
            {
                identity: CARD.identity,
                address: '0000:01:00.0',
                devices: [...CARD.functions],
                port: null,
                remedies: [],
                multifunction: null,
            },
        ]);
        expect(undone(after)).toBe(before.toXml());
    });
});
