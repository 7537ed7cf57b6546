// SPDX-License-Identifier: GPL-3.0-or-later
// The helper's service on a pretended machine: gjs -m helperOnFakes.js IDLE_MS [ASKING_MS]
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';
import System from 'system';

import {PolkitAuthority} from '../../../helper/authority.js';
import {ExportedInterface} from '../../../helper/exportedInterface.js';
import {serve} from '../../../helper/helperProgram.js';
import {Journal} from '../../../helper/journal.js';
import {GuardFile} from '../../../helper/setUp/guardFile.js';
import {IgnoreRules} from '../../../helper/setUp/ignoreRules.js';
import {UndoFiles} from '../../../helper/undoFiles.js';
import type {KernelWriter} from '../../../shared/gpu/handover/ports.js';
import {findHolders} from '../../../shared/gpu/holders/holders.js';
import {Bus} from '../../../shared/platform/bus.js';
import {readShort} from '../../../shared/platform/files.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {FakeServices} from '../../fakes/pci/fakeServices.js';
import {putFolder} from '../../fakes/pci/files.js';
import {TEST_PATH, TestControl} from '../testControl.js';

const [idle = '60000', asking = '1500'] = System.programArgs;
const SIGTERM = 15;

const fake = new FakePciTree()
    .intelGraphics()
    .amdCard()
    .amdCard('0000:04:00', '18')
    .device('0000:05:00.0', 0x030000, '1002:73bf', {
        subsystem: '1002:0e3a',
        group: '19',
        driver: 'amdgpu',
        bootVga: false,
    })
    // The kernel does not tell whether the firmware shows its picture on this one.
    .device('0000:06:00.0', 0x030000, '1002:73ff', {group: '20', driver: 'amdgpu'})
    .device('0000:02:00.0', 0x020000, '8086:15f3', {group: '17'});
const folder = GLib.path_get_dirname(fake.root.sys);
const etc = `${folder}/etc`;
putFolder(`${etc}/libvirt/hooks`);
putFolder(`${etc}/udev/rules.d`);
let gate: Promise<void> = Promise.resolve();
let openGate = (): void => undefined;
const gated: KernelWriter = {
    write: (path, value) => gate.then(() => fake.kernel.write(path, value)),
    loadModules: names => gate.then(() => fake.kernel.loadModules(names)),
    unloadModules: names => gate.then(() => fake.kernel.unloadModules(names)),
};

/** What a descriptor leads to of a process that somebody else has put into the folder. */
function pretendedNumber(path: string): string | null {
    const text = readShort(path.replace('/fd/', '/fdinfo/')) ?? '';
    return /^pretended-device:\t(\d+:\d+)$/m.exec(text)?.[1] ?? null;
}

let libvirtReloads = 0;
let udevReloads = 0;

function control(bus: Bus): void {
    const {kernel, processes, root} = fake;
    new ExportedInterface<typeof TestControl>(
        bus.connection,
        TEST_PATH,
        TestControl,
        {
            Hold: ([target, device, comm]) => {
                const process = processes.start({comm});
                process.open(target, device === '' ? null : device);
                return Promise.resolve([process.pid]);
            },
            HoldAs: ([target, device, comm, pid, cgroup]) => {
                processes.start({comm, cgroup}, pid).open(target, device);
                return Promise.resolve([]);
            },
            LetGo: ([pid]) => {
                processes.all.get(pid)?.exit();
                return Promise.resolve([]);
            },
            Misbehave: ([action, fail]) => {
                kernel.misbehave({action: new RegExp(action), ...(fail === '' ? {hang: true} : {fail})});
                return Promise.resolve([]);
            },
            Gate: ([closed]) => {
                if (closed) gate = new Promise(resolve => (openGate = resolve));
                else openGate();
                return Promise.resolve([]);
            },
            Bindings: ([slot]) => {
                const bindings = Object.entries(kernel.bindings(slot));
                return Promise.resolve([
                    Object.fromEntries(bindings.map(([address, driver]) => [address, driver ?? ''])),
                ]);
            },
            Facts: () =>
                Promise.resolve([
                    {
                        sys: root.sys,
                        run: root.run,
                        etc,
                        state: `${folder}/state`,
                        libvirtReloads: String(libvirtReloads),
                        udevReloads: String(udevReloads),
                    },
                ]),
            PullOut: ([address]) => {
                kernel.device(address).unplug();
                return Promise.resolve([]);
            },
        },
        {},
        () => () => undefined,
    );
}

async function main(): Promise<void> {
    const bus = await Bus.open('system');
    control(bus);
    await serve(
        {
            bus,
            authority: new PolkitAuthority(bus, {aloneMs: Number(asking) / 2, askingMs: Number(asking)}),
            desk: {
                root: fake.root,
                kernel: gated,
                services: new FakeServices(fake),
                clock: fake.clock,
                store: new UndoFiles(fake.root),
                sleeper: null,
                holders: card =>
                    findHolders(fake.root, card, {
                        deviceNumber: path =>
                            Promise.resolve(fake.processes.deviceNumber(path) ?? pretendedNumber(path)),
                    }),
            },
            journal: new Journal(`${folder}/state/journal.jsonl`),
            guard: new GuardFile('/src/data/hooks/handover-guard', `${etc}/libvirt/hooks`, 1000),
            rules: new IgnoreRules(`${etc}/udev/rules.d`),
            reloadLibvirt: () => {
                libvirtReloads++;
                return Promise.resolve();
            },
            reloadUdev: () => {
                udevReloads++;
                return Promise.resolve();
            },
        },
        Number(idle),
        new Promise(resolve => {
            const add = GLibUnix.signal_add ?? GLibUnix.signal_add_full;
            add(GLib.PRIORITY_DEFAULT, SIGTERM, () => {
                resolve();
                return GLib.SOURCE_CONTINUE;
            });
        }),
    );
}

function exit(code: number): void {
    GLib.idle_add(GLib.PRIORITY_HIGH, () => {
        System.exit(code);
        return GLib.SOURCE_REMOVE;
    });
}

main().then(
    () => exit(0),
    (error: unknown) => {
        console.error(error);
        exit(1);
    },
);
new GLib.MainLoop(null, false).run();
