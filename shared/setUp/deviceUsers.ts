// SPDX-License-Identifier: GPL-3.0-or-later
// Who uses a device of the host now. libvirt runs no hook for a device that is plugged into a running machine, so that
// its guard does not see it: we have to look before we ask for that.
import {findHolders, type HolderOptions} from '../gpu/holders/holders.js';
import {functionPath, readClass, readPciFacts, withBinding} from '../gpu/pciFunction.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import {listNames, readAttribute, readLink, readShort} from '../platform/files.js';
import {_, fill} from '../platform/i18n.js';
import type {HostDevice} from './hostDevices.js';

/** What uses a device, as people call it: programs, mounted disks, networks that are up. Empty when nothing was seen. */
export async function usersOf(
    root: SysRoot,
    device: HostDevice,
    holderOptions: HolderOptions = {},
): Promise<string[]> {
    const part = partOf(device);
    if (part === '') return [];
    const [programs, networks] = await Promise.all([
        device.kind === 'pci' ? programsOn(root, device.address, holderOptions) : [],
        networksOf(root, part),
    ]);
    return [...programs, ...disksOf(root, part), ...networks];
}

/**
 * What of it does not end by itself before a machine starts: disks that the computer runs from. It goes on needing them
 * while it runs, and its kernel takes the driver from them without a word.
 */
export function lastingUsersOf(root: SysRoot, device: HostDevice): string[] {
    const part = partOf(device);
    return part === '' ? [] : disksOf(root, part);
}

/** Its name in the paths of sysfs; empty when that is not known. */
function partOf(device: HostDevice): string {
    return device.kind === 'pci' ? device.address : (device.path.split('/').at(-1) ?? '');
}

/** Programs that have nodes of a PCI function open: sound, serial buses, and so on. */
async function programsOn(root: SysRoot, address: string, options: HolderOptions): Promise<string[]> {
    const classCode = await readClass(root, address);
    const facts = classCode === null ? null : await readPciFacts(root, address, classCode);
    if (!facts) return [];
    const display = withBinding(root, facts);
    // A device by itself, looked at as a card with one function is.
    const alone = {display, functions: [display], group: null, strangers: [], bootVga: null, drmNodes: []};
    const {processes} = await findHolders(root, alone, options);
    return [...new Set(processes.map(({name, pid}) => `${name} (${pid})`))];
}

/** Members of a class of sysfs that belong to a device. */
function membersOf(root: SysRoot, className: string, part: string): string[] {
    const folder = `${root.sys}/class/${className}`;
    return (listNames(folder) ?? []).filter(name =>
        `${readLink(`${folder}/${name}`) ?? ''}/`.includes(`/${part}/`),
    );
}

/** Disks and partitions that are mounted, swapped to, or a part of something larger. */
function disksOf(root: SysRoot, part: string): string[] {
    const disks = membersOf(root, 'block', part);
    if (disks.length === 0) return [];
    const mounts = (readShort(`${root.proc}/self/mountinfo`) ?? '').split('\n').map(line => line.split(' '));
    const swaps = readShort(`${root.proc}/swaps`) ?? '';
    return disks.flatMap(name => {
        const number = readShort(`${root.sys}/class/block/${name}/dev`)?.trim();
        const mount = mounts.find(
            fields => (number !== undefined && fields[2] === number) || fields.includes(`/dev/${name}`),
        );
        if (mount) return [fill(_('the disk {name}, mounted at {place}'), {name, place: mount[4] ?? ''})];
        if (new RegExp(`^/dev/${name}\\s`, 'm').test(swaps)) return [fill(_('swap space on {name}'), {name})];
        const above = listNames(`${root.sys}/class/block/${name}/holders`) ?? [];
        return above.length > 0
            ? [fill(_('the disk {name}, part of {above}'), {name, above: above.join(', ')})]
            : [];
    });
}

async function networksOf(root: SysRoot, part: string): Promise<string[]> {
    const states = await Promise.all(
        membersOf(root, 'net', part).map(async name => ({
            name,
            state: await readAttribute(`${root.sys}/class/net/${name}/operstate`),
        })),
    );
    return states.flatMap(({name, state}) =>
        state === 'up' ? [fill(_('the network connection {name}'), {name})] : [],
    );
}

/** Whether a PCI device is on the bus. */
export async function isThere(root: SysRoot, address: string): Promise<boolean> {
    return (await readAttribute(`${functionPath(root, address)}/class`)) !== null;
}
