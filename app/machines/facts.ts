// SPDX-License-Identifier: GPL-3.0-or-later
// The facts of a definition as a person reads them; plain text, no widgets.
import type {Definition} from '../../shared/definition/definition.js';
import type {Disk} from '../../shared/definition/devices/disk.js';
import type {Graphics} from '../../shared/definition/devices/graphics.js';
import type {HostDevice} from '../../shared/definition/devices/hostDevice.js';
import type {NetworkInterface} from '../../shared/definition/devices/networkInterface.js';
import type {Machine} from '../../shared/machines/machine.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {sizeLabel} from '../../shared/platform/size.js';
import type {Fact} from '../widgets/fact.js';

export interface FactGroup {
    readonly title: string;
    readonly facts: readonly Fact[];
}

/** What a machine's page says about its definition; groups with nothing in them are left out. */
export function factsOf(machine: Machine, definition: Definition): FactGroup[] {
    return [
        {title: _('Machine'), facts: identity(machine, definition)},
        {title: _('Resources'), facts: resources(definition)},
        {title: _('Disks'), facts: definition.disks.map(diskFact)},
        {title: _('Networks'), facts: definition.interfaces.map(networkFact)},
        {title: _('Displays'), facts: definition.graphics.map(displayFact)},
        {title: _('Passed-through devices'), facts: definition.hostDevices.map(hostDeviceFact)},
    ].filter(group => group.facts.length > 0);
}

function identity(machine: Machine, definition: Definition): Fact[] {
    const facts: Fact[] = [{label: _('Name'), value: machine.name, copyable: true}];
    if (machine.description !== '') facts.push({label: _('Description'), value: machine.description});
    facts.push({label: _('Connection'), value: machine.host.label});
    if (definition.uuid !== null) facts.push({label: _('UUID'), value: definition.uuid, copyable: true});
    if (!machine.persistent) facts.push({label: _('Lifetime'), value: _('Temporary: gone when it stops')});
    return facts;
}

function resources(definition: Definition): Fact[] {
    const {boot, vcpus, memory} = definition;
    const facts: Fact[] = [
        {
            label: _('Virtual CPUs'),
            value:
                vcpus.current === vcpus.maximum
                    ? String(vcpus.current)
                    : fill(_('{current} of at most {maximum}'), {...vcpus}),
        },
        {
            label: _('Memory'),
            value:
                memory.current === memory.maximum
                    ? size(memory.current)
                    : fill(_('{current} of at most {maximum}'), {
                          current: size(memory.current),
                          maximum: size(memory.maximum),
                      }),
        },
    ];
    const platform = [boot.architecture, boot.machineType].filter(part => part !== null).join(', ');
    if (platform !== '') facts.push({label: _('Platform'), value: platform});
    if (boot.firmware !== null)
        facts.push({
            label: _('Firmware'),
            value: boot.firmware === 'bios' ? 'BIOS' : boot.secureBoot ? _('UEFI with Secure Boot') : 'UEFI',
        });
    return facts;
}

function diskFact(disk: Disk): Fact {
    const kinds: Record<string, string> = {
        cdrom: _('CD drive {target}'),
        floppy: _('Floppy drive {target}'),
    };
    const traits = [
        disk.bus,
        disk.format,
        disk.readOnly ? _('read-only') : null,
        disk.encrypted ? _('encrypted') : null,
    ];
    return {
        label: `${fill(kinds[disk.device] ?? _('Disk {target}'), {target: disk.target})} · ${list(traits)}`,
        value: disk.source ?? _('Empty'),
        icon: disk.device === 'cdrom' ? 'drive-optical-symbolic' : 'drive-harddisk-symbolic',
    };
}

function networkFact(card: NetworkInterface): Fact {
    const kinds: Record<string, string> = {
        network: _('Virtual network {source}'),
        bridge: _('Bridge {source}'),
        direct: _('Directly on {source}'),
        hostdev: _('Passed-through card {source}'),
    };
    const source = card.source ?? card.pciAddress ?? '';
    const name = card.type === 'user' ? _('User networking') : (kinds[card.type] ?? `${card.type} {source}`);
    return {
        label: list([fill(name, {source}), card.model, card.linkUp ? null : _('unplugged')]),
        value: card.mac ?? _('No address yet'),
        icon: 'network-wired-symbolic',
    };
}

function displayFact(display: Graphics): Fact {
    const listen = display.listens[0];
    const address = listen?.socket ?? listen?.address ?? null;
    const port = display.port ?? display.tlsPort;
    const place =
        port !== null && port > 0
            ? `${address ?? 'localhost'}:${port}`
            : (address ?? (display.autoPort ? _('A port is chosen at the start') : _('Local only')));
    return {
        label: list([display.type.toUpperCase(), display.gl ? _('3D acceleration') : null]),
        value: place,
        icon: 'video-display-symbolic',
    };
}

function hostDeviceFact(device: HostDevice): Fact {
    return {
        label: device.type.toUpperCase(),
        value: device.pciAddress ?? device.mdevUuid ?? device.source ?? usb(device) ?? device.mode,
        icon: 'preferences-system-devices-symbolic',
    };
}

function usb({usb: source}: HostDevice): string | null {
    if (!source) return null;
    const hex = (id: number): string => id.toString(16).padStart(4, '0');
    if (source.vendorId !== null && source.productId !== null)
        return `${hex(source.vendorId)}:${hex(source.productId)}`;
    return source.bus === null ? null : `${source.bus}:${source.device ?? ''}`;
}

/** @param kib in KiB */
function size(kib: number): string {
    return sizeLabel(kib * 1024);
}

function list(parts: readonly (string | null)[]): string {
    return parts.filter(part => part !== null && part !== '').join(' · ');
}
