// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {Definition} from '../definition/definition.js';
import {
    makePciHostDevice,
    makeUsbHostDevice,
    pciHostDevice,
    usbHostDevice,
    withoutDevice,
} from '../definition/hostDeviceEdit.js';
import {serializeElement, type XmlElement} from '../definition/xmlTree.js';
import {PciReader} from '../gpu/pciTree.js';
import type {Host} from '../libvirt/host.js';
import type {Machine} from '../machines/machine.js';
import {redefine} from '../machines/redefinition.js';
import {Operation} from '../operations/operation.js';
import {delay} from '../platform/clock.js';
import {CancelledError} from '../platform/errors.js';
import {_} from '../platform/i18n.js';
import {lastingUsersOf, usersOf} from './deviceUsers.js';
import type {HostDevice} from './hostDevices.js';
import {DeviceInUseError, GuestKeepsDeviceError, PartOfCardError} from './setUpErrors.js';
import type {SetUpWorld} from './setUpFacts.js';

/** How long a guest may take to let go of a device, in milliseconds. */
const UNPLUG_MS = 10_000;

/** The element that gives a device to a machine. libvirt moves it between drivers itself. */
export function giftOf(device: HostDevice): XmlElement {
    return device.kind === 'usb'
        ? makeUsbHostDevice(device.gift)
        : makePciHostDevice({address: device.address, managed: true, guest: null});
}

/** The device in a definition, or null where the machine does not have it. */
export function giftIn(definition: Definition, device: HostDevice): XmlElement | null {
    return device.kind === 'usb'
        ? usbHostDevice(definition, device.gift)
        : pciHostDevice(definition, device.address);
}

/**
 * Gives a device to a machine: into its definition and, when it runs, into the guest at once.
 *
 * A running machine gets a device only when nobody uses it: libvirt asks no hook about it, and takes it from its driver
 * without a look. One that is off gets none with a disk that is mounted: the computer would lose it at the start.
 */
export function giveDevice(
    machine: Machine,
    device: HostDevice,
    world: SetUpWorld,
): Operation<'give-device'> {
    return new Operation('give-device', async control => {
        control.step('look');
        const {root, holderOptions} = world;
        if (device.kind === 'pci') await refuseCards(device.address, world);
        const live = machine.active;
        const users = live ? await usersOf(root, device, holderOptions) : lastingUsersOf(root, device);
        if (users.length > 0) throw new DeviceInUseError(device.name, users);
        if (control.cancellable.is_cancelled()) throw new CancelledError();
        control.holdCancel(_('libvirt cannot take back what it has begun'));
        control.step('define');
        const gift = giftOf(device);
        const add = (definition: Definition): Definition =>
            giftIn(definition, device) ? definition : definition.withDevice(gift);
        const {before, after} = await redefine(machine, add);
        if (!live || !machine.active || giftIn(await running(machine), device)) return;
        control.step('plug');
        try {
            const client = await machine.client();
            await client.attachDevice(serializeElement(gift), {running: true, kept: false});
        } catch (error) {
            if (before !== after) await redefine(machine, definition => without(definition, device));
            throw error;
        }
        control.step('verify');
        machine.invalidate();
    });
}

/**
 * Takes a device away from a machine: out of its definition and, when it runs, out of the guest.
 *
 * @throws GuestKeepsDeviceError (by the operation) when the guest does not let it go; then it is gone at the next start
 */
export function takeDevice(machine: Machine, device: HostDevice): Operation<'take-device'> {
    return new Operation('take-device', async control => {
        control.holdCancel(_('libvirt cannot take back what it has begun'));
        control.step('define');
        await redefine(machine, definition => without(definition, device));
        if (!machine.active) return;
        const element = giftIn(await running(machine), device);
        if (!element) return;
        control.step('unplug');
        const gone = new Gio.Cancellable();
        const unfollow = onDeviceRemoved(machine.host, machine.path, () => gone.cancel());
        try {
            const client = await machine.client();
            await client.detachDevice(serializeElement(element), {running: true, kept: false});
            // Only the guest can let go, and a signal says when it has; one may have been missed.
            if (giftIn(await running(machine), device)) await waited(UNPLUG_MS, gone);
        } finally {
            unfollow();
        }
        machine.invalidate();
        if (giftIn(await running(machine), device))
            throw new GuestKeepsDeviceError(machine.name, device.name);
    });
}

function without(definition: Definition, device: HostDevice): Definition {
    const element = giftIn(definition, device);
    return element ? withoutDevice(definition, element) : definition;
}

/** The definition of what runs. */
async function running(machine: Machine): Promise<Definition> {
    const {Definition} = await import('../definition/definition.js');
    return Definition.parse(await (await machine.client()).xml());
}

async function refuseCards(address: string, {root}: SetUpWorld): Promise<void> {
    const {cards} = await new PciReader(root).read();
    if (cards.some(({functions}) => functions.some(one => one.address === address)))
        throw new PartOfCardError(address);
}

function onDeviceRemoved(host: Host, path: string | null, removed: () => void): () => void {
    return host.follow({
        reconcile: () => undefined,
        domainEvent: () => undefined,
        domainSignal: (at, member) => {
            if (at === path && member === 'DeviceRemoved') removed();
        },
    });
}

async function waited(milliseconds: number, ended: Gio.Cancellable): Promise<void> {
    try {
        await delay(milliseconds, ended);
    } catch (error) {
        if (!(error instanceof CancelledError)) throw error;
    }
}
