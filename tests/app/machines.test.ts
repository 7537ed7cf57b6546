// SPDX-License-Identifier: GPL-3.0-or-later
import {find} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {plainXml, richXml, testMachines} from './testMachines.js';

const RUNNING = 1;
const PAUSED = 3;
const OFF = 5;

describe('the machines in the app', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(async () => {
        await testMachines.clear();
        for (const name of ['alpine', 'build-server', 'windows']) await testMachines.define(richXml(name));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    const becomes = (name: string, state: number): Promise<boolean> =>
        waitFor(`${name} in state ${state}`, async () => (await testMachines.state(name)) === state);

    it('are listed, with their state, and follow what another client does', async () => {
        const app = await AppProgram.start(shell);
        for (const name of ['alpine', 'build-server', 'windows']) await app.see({name, role: 'list item'});
        await testMachines.call('windows', 'Create');
        await waitFor(
            'windows runs',
            () => find(app.root, {name: 'windows', role: 'list item'})?.get_description() === 'Running',
        );
        await testMachines.define(plainXml('debian'));
        await app.see({name: 'debian', role: 'list item'});
        await testMachines.call('debian', 'Undefine');
        await waitFor('debian is gone', () => !app.find({name: 'debian', role: 'list item'}));
        expect(await app.stop()).toEqual([]);
    });

    it('start, pause, resume and stop from their page', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        await app.press('Start', 'button');
        await becomes('alpine', RUNNING);
        await app.see({name: 'Shut down', role: 'button'});
        await app.pick('Pause');
        await becomes('alpine', PAUSED);
        await app.press('Resume', 'button');
        await becomes('alpine', RUNNING);
        await app.press('Shut down', 'button');
        await becomes('alpine', OFF);
        await app.see({name: 'Start', role: 'button'});
        expect(await app.stop()).toEqual([]);
    });

    it('are forced off after a question only', async () => {
        await testMachines.call('windows', 'Create');
        const app = await AppProgram.start(shell);
        await app.choose('windows');
        await app.pick('Force off…');
        await app.press('Cancel', 'button');
        await waitFor('the question is gone', () => !app.find({name: 'Cancel', role: 'button'}));
        expect(await testMachines.state('windows')).toBe(RUNNING);
        await app.pick('Force off…');
        await app.press('Force off', 'button');
        await becomes('windows', OFF);
        expect(await app.stop()).toEqual([]);
    });

    it('can be worked with by keyboard alone', async () => {
        const app = await AppProgram.start(shell);
        await app.see({name: 'alpine', role: 'list item'});
        for (const key of ['w', 'i', 'n']) await shell.pressKeys(key);
        await waitFor('the others are hidden', () => !app.find({name: 'alpine', role: 'list item'}));
        await shell.pressKeys('Return');
        await app.see({name: 'windows', role: 'label'});
        await shell.pressKeys('Control_L', 'Return');
        await becomes('windows', RUNNING);
        // The app has heard of it, too, and takes the next key.
        await app.see({name: 'Shut down', role: 'button'});
        await shell.pressKeys('Control_L', 'p');
        await becomes('windows', PAUSED);
        await app.see({name: 'Resume', role: 'button'});
        await shell.pressKeys('Control_L', 'Return');
        await becomes('windows', RUNNING);
        await app.see({name: 'Shut down', role: 'button'});
        await shell.pressKeys('Control_L', 'l');
        await app.see({name: 'Resumed', role: 'list item'});
        await shell.pressKeys('Control_L', 'q');
        await waitFor('the app has ended', () => !app.program.running);
        expect(app.faults()).toEqual([]);
    });

    it('have their definition on their page', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('windows', 'Start');
        for (const text of ['4 of at most 8', 'x86_64, pc-q35-9.2', 'UEFI', '52:54:00:12:34:56', 'Empty'])
            expect((await app.seeAnywhere({name: new RegExp(text), role: 'label'})) !== undefined)
                .withContext(text)
                .toBeTrue();
        expect(await app.stop()).toEqual([]);
    });

    it('fit a window of 360 pixels, where the list leads to the page and back', async () => {
        const app = await AppProgram.start(shell);
        await app.see({name: 'alpine', role: 'list item'});
        await app.resize(360, 640);
        await waitFor('one page at a time', () => !app.find({name: 'Overview', role: 'page tab'}));
        await app.choose('windows', 'Start');
        await waitFor('the list is hidden', () => !app.find({name: 'alpine', role: 'list item'}));
        await shell.pressKeys('Alt_L', 'Left');
        await app.see({name: 'alpine', role: 'list item'});
        expect((await app.frame()).width).toBe(360);
        expect(await app.stop()).toEqual([]);
    });
});
