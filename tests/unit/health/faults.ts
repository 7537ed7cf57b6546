// SPDX-License-Identifier: GPL-3.0-or-later
// Faults that people have, each on a computer on which nothing else is the matter, by the id that must name it.
import GLib from 'gi://GLib';

import {serializeUndoRecord} from '../../../shared/gpu/handover/undoRecord.js';
import type {ConnectionView, DoctorMachine} from '../../../shared/health/doctor/ports.js';
import type {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile, putLink} from '../../fakes/pci/files.js';
import {AMD, AMD_RULE, helperError, note, type StubHelper} from '../setUp/pretended.js';
import {hostdev, machineOf, readyHelper, RELEASE} from './healthy.js';
import type {Ailment} from './patients.js';

type Provoke = (fake: FakePciTree) => Ailment | void | Promise<Ailment | void>;

const DESKTOP = '0000:00:02.0';
const SOUND = '0000:03:00.1';
const MIRROR = "<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>32</size></shmem>";
const FOLDER =
    "<filesystem type='mount'><driver type='virtiofs'/><source dir='/x'/><target dir='x'/></filesystem>";
const KVMFR = `</devices><qemu:commandline xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
    <qemu:arg value='-object'/><qemu:arg value='memory-backend-file,mem-path=/dev/kvmfr0,size=33554432'/>
    </qemu:commandline><devices>`;

const having = (...machines: DoctorMachine[]): Ailment => ({machines: () => Promise.resolve(machines)});

function connection(more: Partial<ConnectionView>): Ailment {
    const view = {
        host: 'system',
        trouble: null,
        message: 'away',
        libvirtVersion: 11_003_000,
        hypervisorVersion: 10_000_000,
    };
    return {connections: () => Promise.resolve([{...view, ...more}])};
}

function helper(change: (stub: StubHelper) => void): Ailment {
    const stub = readyHelper();
    change(stub);
    return {helper: stub};
}

function hook(fake: FakePciTree, name: string, text: string, mode = 0o755): void {
    const path = `${fake.folder}/etc/libvirt/hooks/qemu.d/${name}`;
    putFile(path, text);
    GLib.chmod(path, mode);
}

function lent(fake: FakePciTree): void {
    const record = serializeUndoRecord({
        version: 1,
        id: AMD,
        card: {identity: '1002:744c:1eae:7901', address: AMD},
        direction: 'take',
        phase: 'lent',
        step: 'keep',
        by: 'uid 1000',
        startedAtMs: 5_000,
        functions: [{address: AMD, driver: 'amdgpu', override: null}],
        native: false,
        modules: [],
        services: [],
        hadNodes: true,
        problem: null,
    });
    putFile(`${fake.root.run}/handover/${AMD}.json`, record);
}

/** GNOME's Shell has the card open; the computer was started so many seconds ago. */
function held(fake: FakePciTree, startedAgo: number): void {
    fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
    putFile(`${fake.folder}${AMD_RULE}`, '');
    putFile(`${fake.root.proc}/stat`, `btime ${Math.floor(Date.now() / 1000) - startedAgo}\n`);
}

/** What of the world is not for everybody to read, or not there to be read. */
export const BLINDNESS: Readonly<Record<string, Provoke>> = {
    iommu: fake => drop(`${fake.root.sys}/kernel/iommu_groups`),
    kvm: fake => {
        drop(`${fake.root.dev}/kvm`);
        drop(`${fake.root.proc}/cpuinfo`);
    },
    efi: fake => void GLib.chmod(`${fake.folder}/usr/share/qemu/firmware`, 0),
    'vfio-module': fake => drop(`${fake.root.proc}/sys`),
    'kernel-modules': fake => drop(`${fake.root.proc}/sys`),
    'unbind-hangs': fake => drop(fake.root.proc),
    pollers: fake => drop(fake.root.proc),
    'boot-framebuffer': fake => drop(`${fake.root.proc}/iomem`),
    'display-server': () => ({session: () => Promise.resolve({type: null, groups: [], remote: null})}),
    'desktop-card': fake => drop(`${fake.root.sys}/bus/pci/devices`),
    extension: () => ({extension: () => Promise.reject(new Error('no Shell'))}),
    privileges: () => ({session: () => Promise.reject(new Error('no'))}),
    'libvirt-dbus': () => connection({trouble: 'no-answer'}),
    libvirt: () => connection({trouble: 'no-answer'}),
    versions: () => connection({libvirtVersion: null}),
    network: () => ({networks: () => Promise.reject(new Error('away'))}),
    pools: () => ({pools: () => Promise.reject(new Error('away'))}),
    tpm: () => ({
        program: () => {
            throw new Error('no path');
        },
    }),
    firmware: fake => drop(`${fake.root.sys}/bus/pci/devices/${AMD}/boot_vga`),
    reset: fake => drop(`${fake.root.sys}/bus/pci/devices/${AMD}/reset_method`),
    helper: () => helper(stub => stub.failures.set('isOld', helperError('AuthorityFailed'))),
    guard: () => helper(stub => stub.failures.set('guardStatus', helperError('AuthorityFailed'))),
    'other-writer': () => ({supergfxd: helperError('NotAuthorized')}),
    'desktop-rule': fake => {
        drop(`${fake.root.run}/udev/data/c226:1`);
        return {helper: null};
    },
    'desktop-now': fake => void fake.processes.start({comm: 'secret', uid: 0, closed: true}),
    'held-unlisted': fake => void fake.processes.start({comm: 'secret', uid: 0, closed: true}),
    'linux-lost-card': fake => drop(`${fake.root.sys}/bus/pci/devices/${AMD}/driver_override`),
    power: fake => drop(`${fake.root.sys}/bus/pci/devices/${AMD}/power_state`),
    'slept-while-lent': fake => {
        lent(fake);
        return {lastSleepMs: () => Promise.resolve(null)};
    },
    'hook-not-run': fake => closeHooks(fake),
    'hook-twice': fake => closeHooks(fake),
    'hook-moves-cards': fake => closeHooks(fake),
    'hook-asks-libvirt': fake => hook(fake, 'mine', '#!/bin/sh\n', 0o311),
    'memory-for-devices': () => having(machineOf('', {rest: '<memoryBacking><hugepages/></memoryBacking>'})),
    'code-43': () => ({machines: () => Promise.reject(new Error('away'))}),
    'virtiofs-memory': () => ({machines: () => Promise.reject(new Error('away'))}),
    'session-or-system': () => ({machines: () => Promise.reject(new Error('away'))}),
    'looking-glass-size': () => having(machineOf(MIRROR)),
    'looking-glass-release': () => having(machineOf(MIRROR)),
    'looking-glass-permission': () => ({machines: () => Promise.reject(new Error('away'))}),
    'looking-glass-kind': () => ({machines: () => Promise.reject(new Error('away'))}),
};

function closeHooks(fake: FakePciTree): void {
    hook(fake, 'mine', '');
    GLib.chmod(`${fake.folder}/etc/libvirt/hooks/qemu.d`, 0);
}

export interface Fault {
    readonly id: string;
    readonly name: string;
    readonly provoke: Provoke;
}

const fault = (id: string, name: string, provoke: Provoke): Fault => ({id, name, provoke});

export const FAULTS: readonly Fault[] = [
    fault('iommu', 'the IOMMU is off', fake => {
        drop(`${fake.root.sys}/kernel/iommu_groups`);
        putFile(`${fake.root.sys}/kernel/iommu_groups/.keep`, '');
        drop(`${fake.root.sys}/kernel/iommu_groups/.keep`);
        for (const address of [AMD, SOUND, DESKTOP])
            drop(`${fake.root.sys}/bus/pci/devices/${address}/iommu_group`);
    }),
    fault('group', 'a disk is in the card’s group', fake => void fake.stranger('15')),
    fault('card-split', 'its sound alone is with vfio', fake => fake.lend(SOUND)),
    fault('unbind-hangs', 'modprobe hangs', fake => {
        fake.processes.start({comm: 'modprobe', uid: 0, state: 'D'});
    }),
    fault('unbind-hangs', 'NVIDIA’s driver has said so', () => ({
        kernelLog: () =>
            Promise.resolve(['NVRM: Attempting to remove device 0000:01:00.0 with non-zero usage count!']),
    })),
    fault('desktop-rule', 'the rule is missing, and desktop and sound server have it open', fake => {
        note(fake, 'c226:1', 'G:seat');
        note(fake, '+sound:card0', 'G:seat');
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
        fake.use(fake.processes.start({comm: 'wireplumber'}), '/dev/snd/controlC0');
        return helper(stub => (stub.written = []));
    }),
    fault('desktop-rule', 'the rule was taken away since the card was plugged in', fake => {
        note(fake, 'c226:1', 'G:seat', 'G:mutter-device-ignore', 'Q:seat');
        return helper(stub => (stub.written = []));
    }),
    fault('desktop-now', 'desktop and sound server have it open since before the rule', fake => {
        held(fake, 3600);
        fake.use(fake.processes.start({comm: 'wireplumber'}), '/dev/snd/controlC0');
    }),
    fault('desktop-reopens', 'the desktop opened it though the rule was there', fake => held(fake, -3600)),
    fault('display-server', 'X11 has every card open', fake => {
        fake.use(fake.processes.start({comm: 'Xorg'}), '/dev/dri/card1');
        return {session: () => Promise.resolve({type: 'x11', groups: ['libvirt'], remote: false})};
    }),
    fault('sound', 'the sound server alone has it open', fake => {
        fake.use(fake.processes.start({comm: 'wireplumber'}), '/dev/snd/controlC0');
    }),
    fault('held-unlisted', 'lights are set over its bus', fake => {
        fake.use(fake.processes.start({comm: 'openrgb'}), '/dev/i2c-2');
    }),
    fault('held-unlisted', 'a program has its sound open', fake => {
        fake.use(fake.processes.start({comm: 'alsamixer'}), '/dev/snd/controlC0');
    }),
    fault('pollers', 'a monitor looks at it again and again', fake => {
        fake.processes.start({comm: 'nvtop'});
    }),
    fault('linux-lost-card', 'it was bound by hand, and nobody wrote that down', fake =>
        fake.lend(AMD, SOUND),
    ),
    fault('linux-lost-card', 'a note for the next driver was left', fake =>
        fake.kernel.device(AMD).setOverride('vfio-pci'),
    ),
    fault('vfio-module', 'vfio-pci is missing', fake =>
        putFile(`${fake.folder}/usr/lib/modules/${RELEASE}/modules.dep`, 'kernel/fs/btrfs/btrfs.ko:\n'),
    ),
    fault('kernel-modules', 'the kernel was updated', fake =>
        drop(`${fake.folder}/usr/lib/modules/${RELEASE}`),
    ),
    fault('boot-framebuffer', 'the firmware’s picture is in its memory', fake =>
        putFile(`${fake.root.proc}/iomem`, '0-0 : PCI Bus\n  0-0 : 0000:03:00.0\n    0-0 : BOOTFB\n'),
    ),
    fault('firmware', 'a machine asks for the card on which the firmware shows its picture', fake => {
        putFile(`${fake.root.proc}/iomem`, '0-0 : PCI Bus\n  0-0 : 0000:00:02.0\n    0-0 : BOOTFB\n');
        return having(machineOf(hostdev(DESKTOP)));
    }),
    fault('power', 'it is stuck in D3', fake => {
        fake.kernel.device(AMD).put('power_state', 'D3cold');
        fake.kernel.device(AMD).put('power/runtime_status', 'active');
    }),
    fault('slept-while-lent', 'the computer slept with it lent', fake => {
        lent(fake);
        return {lastSleepMs: () => Promise.resolve(6_000)};
    }),
    fault('displays', 'a display is plugged into it', fake =>
        putFile(`${fake.root.sys}/bus/pci/devices/${AMD}/drm/card1/card1-DP-4/status`, 'connected\n'),
    ),
    fault('hook-not-run', 'a hook is not executable', fake => hook(fake, 'mine', '#!/bin/sh\n', 0o644)),
    fault('guard', 'the guard is not executable', fake => {
        hook(fake, 'handover-guard', '#!/bin/sh\n', 0o644);
        return helper(stub => (stub.guard = 'disabled'));
    }),
    fault('guard', 'the guard is of another version', () => helper(stub => (stub.guard = 'outdated'))),
    fault('hook-twice', 'a copy of a hook that moves cards was left beside it', fake => {
        hook(fake, 'handover-guard', '#!/bin/sh\n');
        hook(fake, 'old.bak', '#!/bin/sh\nvirsh nodedev-detach x\nmodprobe -r nvidia\n');
    }),
    fault('hook-moves-cards', 'another hook moves cards', fake => {
        hook(fake, 'handover-guard', '#!/bin/sh\n');
        hook(fake, 'single-gpu', '#!/bin/sh\nmodprobe -r nvidia_drm\n');
    }),
    fault('hook-asks-libvirt', 'a hook asks libvirt', fake => {
        hook(fake, 'handover-guard', '#!/bin/sh\n');
        hook(fake, 'mine', '#!/bin/sh\nvirsh nodedev-detach pci_0000_03_00_0\n');
    }),
    fault('helper', 'the helper is missing', () => ({helper: null})),
    fault('helper', 'the helper is old', () => helper(stub => (stub.old = true))),
    fault('other-writer', 'supergfxd runs', () => ({supergfxd: true})),
    fault('libvirt-dbus', 'libvirt-dbus is missing', () => connection({trouble: 'service-missing'})),
    fault('libvirt-dbus', 'the account is not in the group', () => ({
        ...connection({trouble: 'not-permitted'}),
        session: () => Promise.resolve({type: 'wayland', groups: ['users'], remote: false}),
    })),
    fault('libvirt', 'libvirt’s daemon is stopped', () => connection({trouble: 'libvirt-unreachable'})),
    fault('versions', 'libvirt is too old', () => connection({libvirtVersion: 6_004_000})),
    fault('network', 'the network is not started', () => ({
        networks: () => Promise.resolve([{name: 'default', active: false, autostart: true}]),
    })),
    fault('pools', 'a pool is nearly full', () => pool(true, 2 ** 30)),
    fault('pools', 'a pool is not started', () => pool(false, 0)),
    fault('kvm', 'KVM is off in the firmware', fake => {
        drop(`${fake.root.dev}/kvm`);
        putFile(`${fake.root.proc}/cpuinfo`, 'flags\t\t: fpu sse\n');
    }),
    fault('efi', 'there is no firmware', fake => drop(`${fake.folder}/usr/share/qemu/firmware`)),
    fault('tpm', 'there is no swtpm', () => ({program: () => null})),
    fault('extension', 'the extension is off', () => ({
        extension: () =>
            Promise.resolve({
                shellVersion: '48.2',
                installed: true,
                enabled: false,
                state: 'inactive',
                version: null,
                error: '',
            }),
    })),
    fault('memory-for-devices', 'huge pages are missing', fake => {
        putFile(
            `${fake.root.proc}/meminfo`,
            'HugePages_Total: 4\nHugePages_Free: 4\nHugepagesize: 2048 kB\n',
        );
        return having(machineOf('', {rest: '<memoryBacking><hugepages/></memoryBacking>'}));
    }),
    fault('session-or-system', 'a machine with a card is in the session', () =>
        having(machineOf(hostdev(AMD), {host: 'session'})),
    ),
    fault('virtiofs-memory', 'a folder is shared without shared memory', () => having(machineOf(FOLDER))),
    fault('looking-glass-size', 'its memory is too small', fake => {
        putFile(`${fake.root.dev}/shm/looking-glass`, '');
        putFile(`${fake.root.sys}/class/drm/card0-DP-1/modes`, '3840x2160\n');
        return mirrors(MIRROR);
    }),
    fault('looking-glass-size', 'machine and module are of two minds', fake => {
        const path = `${fake.root.dev}/kvmfr0`;
        putFile(`${fake.root.sys}/class/drm/card0-DP-1/modes`, '1920x1080\n');
        putFile(`${fake.root.sys}/module/kvmfr/parameters/static_size_mb`, '64\n');
        // Nobody can make a device; a link to one is as good.
        putLink(path, '/dev/null');
        return mirrors(KVMFR);
    }),
    fault('looking-glass-permission', 'its memory is another user’s', fake => {
        mirrorFile(fake, 'shm/looking-glass', 0o444);
        return mirrors(MIRROR);
    }),
    fault('looking-glass-kind', 'a plain file is in the place of its device', fake => {
        mirrorFile(fake, 'kvmfr0', 0o444);
        putFile(`${fake.root.sys}/module/kvmfr/parameters/static_size_mb`, '32\n');
        return mirrors(KVMFR);
    }),
    fault('looking-glass-release', 'client and guest are of two releases', fake => {
        mirrorFile(fake, 'shm/looking-glass', 0o660);
        return {
            ...having(machineOf(MIRROR)),
            lookingGlassReleases: () => Promise.resolve({client: 'B7', guests: new Map([['win', 'B6']])}),
        };
    }),
];

function pool(active: boolean, availableBytes: number): Ailment {
    const bytes = {capacityBytes: 100 * 2 ** 30, availableBytes};
    return {pools: () => Promise.resolve([{host: 'system', name: 'p', active, autostart: true, ...bytes}])};
}

function mirrorFile(fake: FakePciTree, name: string, mode: number): void {
    putFile(`${fake.root.dev}/${name}`, '');
    GLib.chmod(`${fake.root.dev}/${name}`, mode);
    putFile(`${fake.root.sys}/class/drm/card0-DP-1/modes`, '1920x1080\n');
}

function mirrors(devices: string): Ailment {
    return {
        ...having(machineOf(devices)),
        lookingGlassReleases: () => Promise.resolve({client: 'B7', guests: new Map([['win', 'B7']])}),
    };
}
