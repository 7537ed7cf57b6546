// SPDX-License-Identifier: GPL-3.0-or-later
// What in a machine's definition will not work on this computer.
import type {Definition} from '../../definition/definition.js';
import {hasRemedy} from '../../definition/error43.js';
import type {CardFacts} from '../../gpu/pciTree.js';
import {listNames, readShort} from '../../platform/files.js';
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {DoctorMachine} from './ports.js';
import {readKind} from './fileReading.js';
import type {DoctorWorld} from './world.js';

const NVIDIA = '10de';
const KIB_IN_MIB = 1024;
const DEFAULT_HUGE_KIB = 2048;
/** What QEMU locks besides the guest's memory (libvirt: qemuDomainGetMemLockLimitBytes). */
const LOCK_EXTRA_KIB = 1024 * 1024;

/** Half a remedy against Code 43: hidden from the guest in one place, and told in another. */
export function judgeCode43({name, definition}: DoctorMachine, cards: readonly CardFacts[]): Verdict[] {
    const nvidia = cards.some(
        ({display, functions}) =>
            display.vendor === NVIDIA &&
            functions.some(({address}) => definition.pciAddresses.includes(address)),
    );
    if (!nvidia) return [];
    const hidden = definition.features.kvmHidden;
    const renamed = hasRemedy(definition, 'vendor-id');
    if (!hidden && !renamed) return [ok(_('Nothing is hidden, which drivers from 465 on do not need'), name)];
    if (hidden && (renamed || definition.features.hyperv.size === 0))
        return [ok(_('The guest is kept from seeing that it is virtual'), name)];
    return [
        failed(
            hidden
                ? _('KVM is hidden, but Hyper-V’s features give away that it is there.')
                : _('Hyper-V’s name is changed, but KVM is not hidden.'),
            _('Take both out, with NVIDIA’s driver 465 or later in the guest; or add what is missing.'),
            {about: name},
        ),
    ];
}

/** What the kernel has of huge pages of its usual size; sizes in KiB. */
export interface HugePages {
    readonly total: number;
    readonly free: number;
    readonly sizeKib: number;
}

/** Reads /proc/meminfo. @returns null when it does not tell */
export function hugePagesIn(meminfo: string | null): HugePages | null {
    const number = (key: string): number | null => {
        const text = new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(meminfo ?? '')?.[1];
        return text === undefined ? null : Number(text);
    };
    const [total, free, sizeKib] = [
        number('HugePages_Total'),
        number('HugePages_Free'),
        number('Hugepagesize'),
    ];
    return total === null || free === null || sizeKib === null ? null : {total, free, sizeKib};
}

/** The most that a process may lock, in KiB, from /proc/PID/limits; null when it does not tell. */
export function lockLimitIn(limits: string | null): number | null {
    const soft = /^Max locked memory\s+(unlimited|\d+)\s/m.exec(limits ?? '')?.[1];
    if (soft === undefined) return null;
    return soft === 'unlimited' ? Infinity : Number(soft) / 1024;
}

interface MemoryFacts {
    readonly hugePages: HugePages | null;
    /** Of this user's processes, which a machine of the session inherits. */
    readonly lockLimitKib: number | null;
    /** Whether devices were made this user's to lend, without which a machine of the session cannot have any. */
    readonly ownDevices: boolean;
}

/** Whether the machine's memory can be had: locked for its devices, and in huge pages where it asks for them. */
export function judgeMemory(
    machine: DoctorMachine,
    {hugePages, lockLimitKib, ownDevices}: MemoryFacts,
): Verdict[] {
    const {name, running, definition, host} = machine;
    const {hugePages: wanted, hugePageSizesKib} = definition.memoryBacking;
    const {maximum} = definition.memory;
    const devices = definition.hostDevices.some(({type}) => type === 'pci');
    if (!wanted && !devices) return [];
    if (running) return [ok(_('It runs with it'), name)];
    if (wanted) {
        const size = hugePageSizesKib[0] ?? hugePages?.sizeKib ?? DEFAULT_HUGE_KIB;
        if (hugePages === null || size !== hugePages.sizeKib)
            return [
                unknown(
                    fill(_('The kernel does not tell how many huge pages of {size} KiB there are.'), {size}),
                    _('Look into /sys/kernel/mm/hugepages.'),
                    name,
                ),
            ];
        const needed = Math.ceil(maximum / size);
        if (hugePages.free < needed)
            return [
                failed(
                    fill(_('It needs {needed} huge pages, and {free} of {total} are free.'), {
                        needed,
                        free: hugePages.free,
                        total: hugePages.total,
                    }),
                    fill(_('Reserve them: sudo sysctl vm.nr_hugepages={needed}'), {
                        needed: hugePages.total - hugePages.free + needed,
                    }),
                    {about: name},
                ),
            ];
    }
    // The system's libvirt raises the limit for its machines; the session's may not.
    if (devices && host === 'session' && ownDevices) {
        const needed = maximum + LOCK_EXTRA_KIB;
        if (lockLimitKib === null)
            return [
                unknown(_('The limit on locked memory cannot be read.'), _('Check with: ulimit -l'), name),
            ];
        if (lockLimitKib < needed)
            return [
                failed(
                    fill(_('It has to lock {needed} MiB of memory, and {limit} MiB are allowed.'), {
                        needed: Math.ceil(needed / KIB_IN_MIB),
                        limit: Math.floor(lockLimitKib / KIB_IN_MIB),
                    }),
                    _('Define it in the system’s libvirt, or raise memlock in /etc/security/limits.d.'),
                    {about: name},
                ),
            ];
    }
    return [ok(_('There is enough of it'), name)];
}

/** Shared folders need memory that their server can see, and the guest's firmware hangs at a reboot with NUMA cells. */
export function judgeVirtiofs({name, definition}: DoctorMachine): Verdict[] {
    if (!definition.filesystems.some(({driver}) => driver === 'virtiofs')) return [];
    if (definition.cpu.numaCells > 0)
        return [
            failed(
                _(
                    'It has shared folders (virtiofs) and NUMA cells: a reboot of the guest can hang in its firmware.',
                ),
                _('Take the cells out of its definition, and give it shared memory (memfd) in their place.'),
                {about: name},
            ),
        ];
    if (definition.memoryBacking.access !== 'shared')
        return [
            failed(
                _('It has shared folders (virtiofs), and its memory is not shared.'),
                _(
                    'Add to its definition: <memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>',
                ),
                {about: name},
            ),
        ];
    return [ok(_('Its memory is shared, as its folders need it'), name)];
}

/** The same machine in two places, or one that is where it cannot work. */
export function judgeMixUp(machines: readonly DoctorMachine[], ownDevices = false): Verdict[] {
    const system = new Map(
        machines.filter(({host}) => host === 'system').map(one => [one.name, one.definition]),
    );
    const verdicts = machines
        .filter(({host}) => host === 'session')
        .flatMap(({name, definition}) => {
            const twin = system.get(name);
            const disks = twin ? commonDisks(definition, twin) : [];
            if (disks.length > 0)
                return [
                    failed(
                        fill(_('It is defined for the system and for you, with the same disk: {disk}'), {
                            disk: disks[0] ?? '',
                        }),
                        _('Remove one of the two: a disk that two machines write to is lost.'),
                        {about: name},
                    ),
                ];
            if (definition.pciAddresses.length > 0 && !ownDevices)
                return [
                    failed(
                        _(
                            'It is yours alone, and has PCI devices, which only the system’s libvirt can lend.',
                        ),
                        _('Define it in the system’s libvirt (qemu:///system).'),
                        {about: name},
                    ),
                ];
            return [];
        });
    return verdicts.length > 0 ? verdicts : [ok(_('Every machine is where it belongs'))];
}

function commonDisks(one: Definition, other: Definition): string[] {
    const sources = (definition: Definition): string[] =>
        definition.disks
            .filter(({device, readOnly, shareable}) => device === 'disk' && !readOnly && !shareable)
            .flatMap(({source}) => source ?? []);
    const theirs = new Set(sources(other));
    return sources(one).filter(source => theirs.has(source));
}

/** Whether a group of devices that vfio has is this user's to use; the kernel makes them root's. */
async function ownsDevices({ports}: DoctorWorld): Promise<boolean> {
    const {dev} = ports.root;
    const groups = (listNames(`${dev}/vfio`) ?? []).filter(name => /^\d+$/.test(name));
    const kinds = await Promise.all(groups.map(name => readKind(`${dev}/vfio/${name}`)));
    return kinds.some(kind => kind.is === 'read' && kind.value.mayRead && kind.value.mayWrite);
}

const ofMachines = {lasting: true, limitMs: 1_500, changesWith: ['machines']} as const;

/** The questions about definitions. */
export const MACHINE_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofMachines,
        id: 'code-43',
        title: () => _('Code 43'),
        severity: 'advice',
        read: async (world: DoctorWorld) => ({machines: await world.machines(), tree: await world.tree()}),
        judge: ({machines, tree}) => machines.flatMap(machine => judgeCode43(machine, tree.cards)),
    }),
    check({
        ...ofMachines,
        id: 'memory-for-devices',
        title: () => _('Memory for machines with devices'),
        lasting: false,
        severity: 'warning',
        read: async (world: DoctorWorld) => ({
            machines: await world.machines(),
            hugePages: hugePagesIn(readShort(`${world.ports.root.proc}/meminfo`)),
            lockLimitKib: lockLimitIn(readShort(`${world.ports.root.proc}/self/limits`)),
            ownDevices: await ownsDevices(world),
        }),
        judge: ({machines, ...facts}) => machines.flatMap(machine => judgeMemory(machine, facts)),
    }),
    check({
        ...ofMachines,
        id: 'virtiofs-memory',
        title: () => _('Memory for shared folders'),
        severity: 'warning',
        read: (world: DoctorWorld) => world.machines(),
        judge: machines => machines.flatMap(judgeVirtiofs),
    }),
    check({
        ...ofMachines,
        id: 'session-or-system',
        title: () => _('Machines of the system and of the session'),
        severity: 'warning',
        read: async (world: DoctorWorld) => ({
            machines: await world.machines(),
            ownDevices: await ownsDevices(world),
        }),
        judge: ({machines, ownDevices}) => judgeMixUp(machines, ownDevices),
    }),
];
