// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {richXml, testMachines} from './testMachines.js';

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

/** The pretended polkit is this process: it answers, in time for the helper, only while no tree is walked through. */
const POLKIT_MS = 2000;

const BANNER = {name: 'Is this computer ready?', role: 'label'};

describe('the first start of the app', () => {
    let shell: HeadlessShell;
    let lab: CardLab;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        lab = await CardLab.start();
        await testMachines.clear();
        await testMachines.define(richXml('debian-13'));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(async () => {
        await lab.stop();
        await shell.stop();
    });

    /** A home in which nothing was ever preferred. */
    function newHome(hosts = "['test']"): string {
        const config = temporaryDirectory('config');
        const folder = GLib.build_filenamev([config, 'glib-2.0', 'settings']);
        GLib.mkdir_with_parents(folder, 0o700);
        const text = `[io/github/handover/Handover]\nhosts=${hosts}\n`;
        GLib.file_set_contents(GLib.build_filenamev([folder, 'keyfile']), text);
        return config;
    }

    const start = (config: string, env: Record<string, string> = {}): Promise<AppProgram> =>
        AppProgram.start(shell, {env: {XDG_CONFIG_HOME: config, HANDOVER_SYSROOT: lab.folder, ...env}});

    it('offers to look whether the computer is ready, in nobody’s way, and once', async () => {
        const home = newHome();
        const first = await start(home);
        await first.see({name: 'debian-13', role: 'list item'});
        await first.see(BANNER);
        await first.see({name: 'Start', role: 'button'});
        await shell.dismissNotifications();
        await pause(STILL_MS);
        await first.picture('welcome-banner');

        await first.press('Check…', 'button');
        await pause(POLKIT_MS);
        await first.see({name: /^\d+ things need attention\./, role: 'label'});
        await first.see({name: 'libvirt’s guard: Error', role: 'list item'});
        await waitFor('the banner has gone', () => first.find(BANNER) === undefined);
        await first.press('Done', 'button');
        await waitFor('it is closed', () => first.find({name: 'Welcome to Handover'}) === undefined);
        expect(await first.stop()).toEqual([]);

        const second = await start(home);
        await second.see({name: 'Start', role: 'button'});
        await pause(1000);
        expect(second.find(BANNER)).toBeUndefined();
        expect(await second.stop()).toEqual([]);
    }, 60_000);

    it('can be had again from the menu, and leads to the set-up of a card', async () => {
        const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder}});
        await app.see({name: 'Start', role: 'button'});
        expect(app.find(BANNER)).toBeUndefined();
        await shell.pressKeys('F10');
        await app.press('Welcome…', 'menu item');
        await app.see({name: 'Welcome to Handover'});
        await app.press('Set up a graphics card…', 'button');
        await pause(POLKIT_MS);
        await app.seeAnywhere({name: 'Lend a graphics card'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('mends what it lists, and says what is left', async () => {
        const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder}});
        await app.see({name: 'Start', role: 'button'});
        await shell.pressKeys('F10');
        await app.press('Welcome…', 'menu item');
        await pause(POLKIT_MS);
        const before = await app.see({name: /^\d+ things need attention\./, role: 'label'});
        const count = Number.parseInt(before.get_name() ?? '', 10);
        await app.click('libvirt’s guard: Error', 'list item');
        await pause(STILL_MS);
        await app.click('Install the guard…', 'button');
        await app.press('Install', 'button');
        await pause(POLKIT_MS);
        await app.see({name: new RegExp(`^${count - 1} things need attention\\.`), role: 'label'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const look of ['light', 'dark'])
        it(`is kept as pictures: ${look}`, async () => {
            const app = await start(newHome('@as []'), {ADW_DEBUG_COLOR_SCHEME: `prefer-${look}`});
            await app.see({name: 'No machines yet'});
            await shell.dismissNotifications();
            await app.resize(1000, 760);
            await pause(STILL_MS);
            await app.picture(`welcome-empty-${look}`);
            await app.press(/^Check this computer…$/, 'button');
            await pause(POLKIT_MS);
            await app.see({name: /need attention|green\./, role: 'label'});
            await pause(STILL_MS);
            await app.picture(`welcome-${look}-wide`);
            await app.resize(360, 640);
            await pause(STILL_MS);
            await app.picture(`welcome-${look}-narrow`);
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});
