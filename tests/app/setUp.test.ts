// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HELPER_BUS_NAME} from '../../shared/names.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {RunningProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {Caller, ownerOf} from '../helper/helperProcess.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

/** The pretended polkit is this process: it answers, in time for the helper, only while no tree is walked through. */
const POLKIT_MS = 2000;

const LOOKS = ['light', 'dark'] as const;

describe('the set-up of a card', () => {
    let shell: HeadlessShell;
    let polkit: FakePolkit;
    let helper: RunningProgram | null = null;
    let caller: Caller;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
        shell = await HeadlessShell.start();
    });

    beforeEach(async () => {
        polkit.allow();
        await testMachines.clear();
        await testMachines.define(richXml('debian-13'));
        await testMachines.define(richXml('Windows 11'));
    });

    afterEach(async () => {
        await AppProgram.stopCurrent();
        if (helper) {
            caller.close();
            await helper.stop();
            helper = null;
        }
    });
    afterAll(async () => {
        polkit.stop();
        await shell.stop();
    });

    async function startHelper(): Promise<string> {
        helper = new RunningProgram(['gjs', '-m', '/src/build/tests/app/programs/helperOnFakes.js', '60000']);
        await waitFor('the helper', () => ownerOf(HELPER_BUS_NAME));
        caller = new Caller();
        return GLib.path_get_dirname((await caller.control('Facts', []))[0]['sys']!);
    }

    async function open(folder: string, look = 'light'): Promise<AppProgram> {
        const env = {HANDOVER_SYSROOT: folder, ADW_DEBUG_COLOR_SCHEME: `prefer-${look}`};
        const app = await AppProgram.start(shell, {env});
        await app.see({name: 'Graphics cards', role: 'list item'});
        await app.activate('show-card', new GLib.Variant('s', ''));
        await app.press('Set up…');
        await pause(POLKIT_MS);
        return app;
    }

    const files = async (): Promise<string[]> => (await caller.call('Files', []))[0];

    it('ends with every check green, and takes it back', async () => {
        const app = await open(await startHelper());
        await app.seeAnywhere({name: 'IOMMU: OK'});
        await app.seeAnywhere({name: 'libvirt’s guard: No'});
        await app.seeAnywhere({name: 'The desktop leaves the card alone: No'});
        await app.seeAnywhere({
            name: 'Put libvirt’s guard in place, which refuses a start while the card is in use',
        });
        await shell.dismissNotifications();
        await pause(STILL_MS);
        await app.picture('setup-before');
        expect(await files()).toEqual([]);

        await app.press('Set up', 'button');
        await pause(POLKIT_MS);
        await app.seeAnywhere({name: 'libvirt’s guard: OK'});
        await app.seeAnywhere({name: /61-handover-1002-744c-1eae-7901-at-0000-03-00-0\.rules$/});
        expect((await files()).length).toBe(2);
        await pause(STILL_MS);
        await app.picture('setup-after');

        await app.press('Undo…');
        await app.see({name: 'Take the set-up back?'});
        await app.press('Undo', 'button');
        await pause(POLKIT_MS);
        await app.seeAnywhere({name: 'libvirt’s guard: No'});
        expect(await files()).toEqual([]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('gives the card to the machine on the screen, by keyboard', async () => {
        const folder = await startHelper();
        const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: folder}});
        await app.activate('show-machine', new GLib.Variant('s', 'test/Windows 11'));
        await app.see({name: 'Windows 11', role: 'label'});
        await app.seeAnywhere({name: 'Lend a graphics card…'});
        await shell.pressKeys('Control_L', 'Shift_L', 'g');
        await app.seeAnywhere({name: /^Card in .*Windows 11.*: No$/});
        await shell.pressKeys('Alt_L', 's');
        await app.seeAnywhere({name: /^Card in .*Windows 11.*: OK$/});
        const [xml] = await testMachines.call('Windows 11', 'GetXMLDesc');
        expect(String(xml).match(/<hostdev /g)?.length).toBe(2);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says so when the password is not given, and changes nothing', async () => {
        polkit.verdicts['set-up'] = 'no';
        const app = await open(await startHelper());
        await app.seeAnywhere({name: 'libvirt’s guard: No'});
        await app.press('Set up', 'button');
        await pause(POLKIT_MS);
        await app.see({name: /Not allowed|password/});
        expect(await files()).toEqual([]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('stands still where something is in the way', async () => {
        const fake = new FakePciTree().withoutIommu().intelGraphics().amdCard();
        const app = await open(fake.folder);
        await app.seeAnywhere({name: 'IOMMU: No'});
        await app.seeAnywhere({name: 'Helper: No'});
        await app.see({name: 'Something stands in the way'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('has a sentence where there is one card', async () => {
        const app = await open(new FakePciTree().intelGraphics().folder);
        await app.see({name: 'No second graphics card'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const look of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await open(await startHelper(), look);
            await app.seeAnywhere({name: 'IOMMU: OK'});
            await shell.dismissNotifications();
            for (const [size, width, height] of [
                ['wide', 1000, 800],
                ['narrow', 360, 640],
            ] as const) {
                await app.resize(width, height);
                await pause(STILL_MS);
                await app.picture(`setup-${look}-${size}`);
            }
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});
