// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FakePciTree} from '../fakes/fakePciTree.js';
import {defineHostdevMachine, startMachine, stopMachine} from '../fakes/hostdevMachine.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

const AMD = ['0000:03:00.0', '0000:03:00.1'];

/** Each look: its name, and what libadwaita is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
    ['high-contrast', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light', ADW_DEBUG_HIGH_CONTRAST: '1'}],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

/** A machine with the desktop's card and one to lend, and a program on each. */
function twoCards(): FakePciTree {
    const fake = new FakePciTree().intelGraphics().amdCard().stranger('15');
    fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card0');
    const blender = fake.processes.start({
        comm: 'blender',
        command: ['/usr/bin/blender', '<b>file</b>.blend'],
        cgroup: '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.gnome.Nautilus-77.scope',
    });
    fake.use(blender, '/dev/dri/renderD129', [
        'drm-driver:\tamdgpu',
        'drm-pdev:\t0000:03:00.0',
        'drm-client-id:\t7',
        'drm-memory-vram:\t524288 KiB',
    ]);
    fake.processes.start({comm: 'secret', closed: true});
    fake.processes.start({comm: 'another', closed: true});
    return fake;
}

describe('the page of the graphics cards', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        await testMachines.define(richXml('debian-13'));
    });

    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    function start(fake: FakePciTree, env: Record<string, string> = {}): Promise<AppProgram> {
        return AppProgram.start(shell, {env: {HANDOVER_SYSROOT: fake.folder, ...env}});
    }

    it('shows each card with its facts, its group and who uses it', async () => {
        const app = await start(twoCards());
        await app.see({name: 'Graphics cards', role: 'list item'});
        await shell.pressKeys('Control_L', 'g');
        await app.see({name: /Radeon RX 7900.*, Linux \(amdgpu\)|AlderLake.*, Linux \(i915\)/});
        for (const name of [
            /^.*Linux \(amdgpu\).*$/,
            'In use by',
            'blender',
            /Process \d+ of .* · 512\.0.MiB · \/usr\/bin\/blender <b>file<\/b>\.blend/,
            /2 processes could not be inspected\. They may use the card, too\./,
            /IOMMU group .*15/,
            /Storage · 0000:02:00\.0/,
            'What is no bridge here would have to be lent together with the card.',
            /Sound · 0000:03:00\.1/,
        ])
            await app.seeAnywhere({name});
        expect(await app.stop()).toEqual([]);
    }, 40_000);

    it('follows the kernel and the machines, and looks again when asked', async () => {
        const fake = twoCards();
        const app = await start(fake);
        await app.activate('show-card', new GLib.Variant('s', AMD[0]!));
        await app.seeAnywhere({name: 'blender'});
        const latecomer = fake.processes.start({comm: 'latecomer'});
        const descriptor = fake.use(latecomer, '/dev/dri/card1');
        await app.press('Look again who uses them');
        await app.seeAnywhere({name: 'latecomer'});
        latecomer.close(descriptor);

        await fake.lend(...AMD);
        await app.seeAnywhere({name: /Radeon.*, .*vfio-pci, free/});
        await defineHostdevMachine('Windows 11', AMD[0]!);
        await startMachine('Windows 11');
        await app.seeAnywhere({name: /Radeon.*With .*Windows 11/});
        await app.seeAnywhere({name: 'Machines with this card'});
        await stopMachine('Windows 11');
        await app.seeAnywhere({name: /Radeon.*vfio-pci, free/});
        await fake.giveBack(...AMD);
        await app.seeAnywhere({name: /Radeon.*Linux .*amdgpu/});
        await testMachines.call('Windows 11', 'Undefine');
        expect(await app.stop()).toEqual([]);
    }, 40_000);

    it('says that there is none, also where there is no machine', async () => {
        const app = await AppProgram.start(shell, {
            hosts: [],
            env: {HANDOVER_SYSROOT: new FakePciTree().folder},
        });
        await app.see({name: 'No machines yet'});
        await shell.pressKeys('Control_L', 'g');
        await app.see({name: 'No graphics card'});
        await shell.dismissNotifications();
        await pause(STILL_MS);
        await app.picture('gpu-none');
        expect(await app.stop()).toEqual([]);
    }, 40_000);

    it('gives way to a machine, and comes back', async () => {
        const app = await start(twoCards());
        await app.activate('show-card', new GLib.Variant('s', ''));
        await app.seeAnywhere({name: 'blender'});
        await app.choose('debian-13', 'Start');
        await waitFor('the page is gone', () => !app.find({name: 'Look again who uses them'}));
        await shell.pressKeys('Control_L', 'g');
        await app.see({name: 'Look again who uses them'});
        expect(await app.stop()).toEqual([]);
    }, 40_000);

    for (const [look, env] of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await start(twoCards(), env);
            await app.see({name: 'Graphics cards', role: 'list item'});
            for (const [size, width, height] of [
                ['wide', 1000, 700],
                ['narrow', 360, 640],
            ] as const) {
                await app.resize(width, height);
                await app.activate('show-card', new GLib.Variant('s', AMD[0]!));
                await app.see({name: 'blender', role: 'list item'});
                await pause(STILL_MS);
                await app.picture(`gpu-${look}-${size}`);
            }
            expect(await app.stop()).toEqual([]);
        }, 40_000);
});
