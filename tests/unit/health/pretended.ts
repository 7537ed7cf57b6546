// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import {parseGuestInfo} from '../../../shared/health/machine/guestInfo.js';
import type {ImageFacts, ImageLayer} from '../../../shared/health/machine/imageChain.js';
import type {MachineFacts} from '../../../shared/health/machine/machineFacts.js';
import {read, type Reading} from '../../../shared/health/machine/reading.js';

export const MAC = '52:54:00:aa:bb:cc';
export const GIB = 2 ** 30;

/** What was read, or null. */
export function valueOf<T>(reading: Reading<T>): T | null {
    return reading.known ? reading.value : null;
}

const GIB_KIB = 2 ** 20;

const GUEST = `os.id : debian
os.pretty-name : Debian GNU/Linux 13 (trixie)
hostname : build
fs.count : 2
fs.0.mountpoint : /
fs.0.fstype : ext4
fs.0.total-bytes : 1000
fs.0.used-bytes : 500
fs.1.mountpoint : /mnt
fs.1.fstype : virtiofs
fs.1.total-bytes : 1000
fs.1.used-bytes : 100
if.count : 1
if.0.hwaddr : ${MAC}
if.0.addr.count : 2
if.0.addr.0.addr : 192.168.122.5
if.0.addr.1.addr : fe80::1
`;

/** Devices of a machine in which everything works. */
export const DEVICES = `
<disk type='file' device='disk'><source file='/images/m.qcow2'/><target dev='vda' bus='virtio'/></disk>
<interface type='user'><mac address='${MAC}'/><model type='virtio'/></interface>
<filesystem type='mount'><driver type='virtiofs'/><source dir='/srv'/><target dir='srv'/></filesystem>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0' state='connected'/></channel>
<channel type='unix'><target type='virtio' name='io.github.handover.report.0' state='connected'/></channel>
<graphics type='spice'/><video><model type='virtio'/></video><watchdog model='itco'/>
<memballoon model='virtio'><stats period='5'/></memballoon>`;

/** A machine with these devices. */
export function machineWith(devices: string, {type = 'kvm', features = '<acpi/>'} = {}): Definition {
    return Definition.parse(
        `<domain type='${type}'><name>m</name><memory unit='GiB'>4</memory><vcpu>2</vcpu>` +
            `<os><type arch='x86_64'>hvm</type></os><features>${features}</features>` +
            `<devices>${devices}</devices></domain>`,
    );
}

/** An image that rests on none. */
export const LAYER: ImageLayer = {
    path: '/images/m.qcow2',
    format: 'qcow2',
    virtualBytes: 20 * GIB,
    actualBytes: 5 * GIB,
    backing: null,
    backingFormat: null,
    snapshots: [],
    corrupt: false,
};

/** A chain that is whole. */
export function chainOf(...layers: ImageLayer[]): ImageFacts['chain'] {
    return read({layers, missing: null, loop: null});
}

/** An image that can grow, with room for it. */
export function image(changes: Partial<ImageFacts> = {}): ImageFacts {
    return {
        target: 'vda',
        path: '/images/m.qcow2',
        readOnly: false,
        missing: [],
        chain: chainOf(LAYER),
        growthBytes: 15 * GIB,
        freeBytes: read(100 * GIB),
        ...changes,
    };
}

/** A machine that runs and is well, but for what is changed. */
export function factsOf(changes: Partial<MachineFacts> = {}): MachineFacts {
    return {
        definition: machineWith(DEVICES),
        kept: null,
        state: {state: 'running', reason: 'booted'},
        process: read({pid: 4711, foundBy: 'pid-file'}),
        host: read({cpus: 8, memoryKib: 32 * GIB_KIB, availableKib: 20 * GIB_KIB}),
        devices: [],
        agent: read({answered: true, milliseconds: 12.3}),
        guest: read(parseGuestInfo(GUEST)),
        clock: read({guestMs: 5_000, askedMs: 4_990, answeredMs: 5_010}),
        diskErrors: read([]),
        images: [image()],
        stateFiles: [],
        balloonReports: read(true),
        snapshots: read([]),
        lastEnd: read(null),
        reportsReadable: true,
        lastCrashMs: null,
        lastIoErrorMs: null,
        lastWatchdogMs: null,
        ...changes,
    };
}

/** The same machine, off. */
export function offFacts(changes: Partial<MachineFacts> = {}): MachineFacts {
    return factsOf({state: {state: 'shutoff', reason: 'shutdown'}, process: read(null), ...changes});
}
