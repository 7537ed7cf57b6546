// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {findAll} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {plainXml, richXml, testMachines} from './testMachines.js';

/** libvirt's number of the title among what is called metadata. */
const TITLE = 1;

/** Gives a machine that is off a title, as another client does. */
async function setTitle(name: string, title: string): Promise<void> {
    const path = await testMachines.pathOf(name);
    await callBus(
        ['org.libvirt', path, 'org.libvirt.Domain'],
        'SetMetadata',
        new GLib.Variant('(isssu)', [TITLE, title, '', '', 2]),
    );
}

describe('a machine with a title, in the list', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(() => testMachines.clear());
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    const descriptions = (app: AppProgram, name: string): string[] =>
        findAll(app.root, {name, role: 'list item'})
            .map(row => (row.get_description() ?? '').replace(/[\u2068\u2069]/g, ''))
            .sort();

    it('is told from the machine whose name that is', async () => {
        await testMachines.define(richXml('alpine'));
        await testMachines.define(richXml('bravo', {title: 'alpine'}));
        await testMachines.define(richXml('empty', {title: '\u200b\u3164'}));
        const app = await AppProgram.start(shell);
        await waitFor('both are there', () => descriptions(app, 'alpine').length === 2);
        expect(descriptions(app, 'alpine')).toEqual(['Off', 'Off · bravo']);
        expect(descriptions(app, 'empty')).toEqual(['Off']);
        expect(await app.stop()).toEqual([]);
    });

    it('follows what another client calls it', async () => {
        await testMachines.define(richXml('alpine'));
        const app = await AppProgram.start(shell);
        await app.see({name: 'alpine', role: 'list item'});
        await app.seeAnywhere({name: 'UUID', role: 'list item'});
        await setTitle('alpine', 'Mountain');
        await app.see({name: 'Mountain', role: 'list item'});
        expect(await app.stop()).toEqual([]);
    });

    it('is found by it, though it was never in view', async () => {
        for (let index = 10; index < 70; index++) await testMachines.define(plainXml(`m-${index}`));
        await testMachines.define(richXml('z-last', {title: 'Quasar'}));
        const app = await AppProgram.start(shell);
        await app.see({name: 'm-10', role: 'list item'});
        await shell.pressKeys('Control_L', 'f');
        await app.see({name: 'Search machines', role: /text|entry/});
        for (const key of 'quas') await shell.pressKeys(key);
        await app.see({name: 'Quasar', role: 'list item'});
        await shell.pressKeys('Return');
        await app.see({name: 'Quasar', role: 'label'});
        expect(await app.stop()).toEqual([]);
    });
});
