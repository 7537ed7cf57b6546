// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import {hasState, nameOf, roleOf, walk} from '../harness/accessibility.js';
import {pause} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

describe('the keyboard alone', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        await testMachines.define(richXml('alpine'));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    it('gets with Tab from the list to the button of the machine, and on to its settings', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        const visited = new Set<string>();
        for (let time = 0; time < 30; time++) {
            await shell.pressKeys('Tab');
            await pause(50);
            app.root.clear_cache();
            for (const node of walk(app.root))
                if (hasState(node, Atspi.StateType.FOCUSED)) visited.add(`${roleOf(node)} ${nameOf(node)}`);
        }
        const names = [...visited].join('\n');
        expect(names).toMatch(/button Start/);
        expect(names).toMatch(/Copy/i);
        expect(names).toMatch(/Start automatically/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});
