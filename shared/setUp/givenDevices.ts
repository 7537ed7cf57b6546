// SPDX-License-Identifier: GPL-3.0-or-later
// Which devices a machine has, and which it could have.
import type {Definition} from '../definition/definition.js';
import type {HostDevice as DefinedDevice} from '../definition/devices/hostDevice.js';
import type {Machine} from '../machines/machine.js';
import {readKept} from '../machines/redefinition.js';
import {_} from '../platform/i18n.js';
import {giftIn} from './deviceGift.js';
import {type HostDevice, readHostDevices} from './hostDevices.js';
import {readTree, type SetUpWorld} from './setUpFacts.js';

/** A device in a machine's definition. */
export interface GivenDevice {
    readonly device: HostDevice;
    /** Whether it is on this computer now. */
    readonly there: boolean;
    /** Whether the guest has it now; null while the machine is off. */
    readonly plugged: boolean | null;
}

export interface MachineDevices {
    readonly given: readonly GivenDevice[];
    readonly free: readonly HostDevice[];
}

/** Reads which devices a machine has, and which it could have. Cards are left out: the assistant lends them. */
export async function readMachineDevices(machine: Machine, world: SetUpWorld): Promise<MachineDevices> {
    const {cards} = await readTree(world.root);
    const ofCards = new Set(cards.flatMap(({functions}) => functions.map(({address}) => address)));
    const [devices, kept] = await Promise.all([readHostDevices(machine.host, ofCards), readKept(machine)]);
    const live = machine.active ? await liveDefinition(machine) : null;
    const known = devices.filter(device => giftIn(kept, device));
    const absent = kept.hostDevices.flatMap(defined => {
        if (defined.pciAddress !== null && ofCards.has(defined.pciAddress)) return [];
        const device = placeholderOf(defined);
        return device && !known.some(one => isSame(one, device)) ? [device] : [];
    });
    const given = (device: HostDevice, there: boolean): GivenDevice => ({
        device,
        there,
        plugged: live && giftIn(live, device) !== null,
    });
    return {
        given: [...known.map(device => given(device, true)), ...absent.map(device => given(device, false))],
        free: devices.filter(device => !giftIn(kept, device)),
    };
}

async function liveDefinition(machine: Machine): Promise<Definition> {
    const {Definition} = await import('../definition/definition.js');
    return Definition.parse(await (await machine.client()).xml());
}

/** What stands for a device that libvirt does not list; null for kinds that this page does not know. */
function placeholderOf({pciAddress, usb}: DefinedDevice): HostDevice | null {
    const warning = _('It is not there, or not offered here.');
    if (pciAddress !== null)
        return {
            kind: 'pci',
            name: pciAddress,
            address: pciAddress,
            path: '',
            warning,
            classCode: 0,
            driver: null,
            group: null,
        };
    if (!usb || usb.vendorId === null || usb.productId === null) return null;
    const hex = (id: number): string => id.toString(16).padStart(4, '0');
    const vendor = hex(usb.vendorId);
    const product = hex(usb.productId);
    const {bus, device} = usb;
    const place = bus === null || device === null ? null : {bus, device};
    return {
        kind: 'usb',
        name: `USB ${vendor}:${product}`,
        path: '',
        warning,
        gift: {vendor, product, place},
        bus: bus ?? 0,
        device: device ?? 0,
    };
}

function isSame(one: HostDevice, other: HostDevice): boolean {
    if (one.kind === 'pci' || other.kind === 'pci')
        return one.kind === 'pci' && other.kind === 'pci' && one.address === other.address;
    const {vendor, product, place} = one.gift;
    const alike = vendor === other.gift.vendor && product === other.gift.product;
    const elsewhere =
        place !== null &&
        other.gift.place !== null &&
        (place.bus !== other.gift.place.bus || place.device !== other.gift.place.device);
    return alike && !elsewhere;
}
