// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';

import {hasState} from '../harness/accessibility.js';
import {waitFor, pause} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

/** Each look: its name, and what libadwaita is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
    ['high-contrast', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light', ADW_DEBUG_HIGH_CONTRAST: '1'}],
];

/** Each size: its name, width and height in pixels. */
const SIZES: readonly (readonly [string, number, number])[] = [
    ['wide', 1000, 700],
    ['narrow', 360, 640],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

describe('the look of the app', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        await testMachines.define(
            richXml('windows-11', {title: 'Windows 11', description: 'Games and CAD, with the strong card'}),
        );
        for (const name of ['alpine-appliance', 'build-server', 'debian-13', 'fedora-42', 'nextcloud'])
            await testMachines.define(richXml(name));
        for (const name of ['build-server', 'debian-13', 'nextcloud'])
            await testMachines.call(name, 'Create');
        await testMachines.call('debian-13', 'Suspend', false);
    });

    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    for (const [look, env] of LOOKS)
        for (const [size, width, height] of SIZES) {
            it(`is kept as pictures: ${look}, ${size}`, async () => {
                const app = await AppProgram.start(shell, {env});
                const keep = async (page: string): Promise<void> => {
                    await pause(STILL_MS);
                    await app.picture(`${page}-${look}-${size}`);
                };
                const escape = (): Promise<void> => shell.pressKeys('Escape');
                await app.see({name: 'Windows 11', role: 'list item'});
                await app.resize(width, height);
                await keep('list');
                await app.choose('build-server');
                await keep('machine');
                await app.click('More actions');
                await keep('menu');
                await app.press('Force off…', 'menu item');
                await app.see({name: 'Cancel', role: 'button'});
                await keep('ask');
                await escape();
                await app.press('Log', /tab|button/);
                await testMachines.call('build-server', 'Suspend', false);
                await testMachines.call('build-server', 'Resume', false);
                await app.see({name: 'Paused', role: 'list item'});
                await keep('log');
                await app.press('Overview', /tab|button/);
                await app.activate('preferences');
                await app.see({name: 'Notifications'});
                await keep('preferences');
                await escape();
                await app.activate('shortcuts');
                await pause(STILL_MS);
                await keep('shortcuts');
                await escape();
                // The keys go to the window that has the focus: this one, once that of the shortcuts has closed.
                await waitFor('the focus', () => {
                    app.root.clear_cache();
                    return hasState(app.find({role: 'frame', name: 'Handover'})!, Atspi.StateType.ACTIVE);
                });
                await shell.pressKeys('Control_L', 'f');
                await app.see({role: /text|entry/, name: 'Search machines'});
                await shell.pressKeys('n');
                await shell.pressKeys('e');
                await waitFor('fewer rows', () => !app.find({name: 'fedora-42', role: 'list item'}));
                await keep('search');
                expect(await app.stop()).toEqual([]);
            }, 60_000);

            it(`is kept as pictures where there is nothing to show: ${look}, ${size}`, async () => {
                const problem = await AppProgram.start(shell, {hosts: ['system'], env});
                await problem.see({name: /libvirt-dbus is missing/});
                await problem.resize(width, height);
                if (size === 'narrow') await shell.pressKeys('Return');
                await pause(STILL_MS);
                await problem.picture(`problem-${look}-${size}`);
                expect(await problem.stop()).toEqual([]);

                const empty = await AppProgram.start(shell, {hosts: [], env});
                await empty.see({name: 'No machines yet'});
                await empty.resize(width, height);
                await pause(STILL_MS);
                await empty.picture(`empty-${look}-${size}`);
                expect(await empty.stop()).toEqual([]);
            }, 60_000);
        }
});
