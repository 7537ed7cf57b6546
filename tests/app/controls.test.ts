// SPDX-License-Identifier: GPL-3.0-or-later
import {type Node, children, isShowing, nameOf, roleOf, walk} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

/** Roles of what a person uses; each needs a name to be said. */
const CONTROLS =
    /^(button|toggle button|check box|switch|menu item|entry|text|spin button|combo box|list item|page tab|link|radio button|slider|list|dialog|alert|frame)$/;

/** Parts of a control that GTK draws itself and that its named parent speaks for. */
function belongsToControl(node: Node): boolean {
    const parent = node.get_parent();
    if (parent === null) return false;
    if (roleOf(parent) === 'spin button' || roleOf(parent) === 'list item') return nameOf(parent) !== '';
    return false;
}

/** @returns what has no name though it is there to be used */
function nameless(app: AppProgram): string[] {
    const found: string[] = [];
    for (const node of walk(app.root)) {
        if (!isShowing(node) || !CONTROLS.test(roleOf(node)) || nameOf(node).trim() !== '') continue;
        if (roleOf(node) === 'list' && children(node).every(child => nameOf(child) !== '')) continue;
        if (belongsToControl(node)) continue;
        found.push(`${roleOf(node)} in ${pathOf(node)}`);
    }
    return found;
}

function pathOf(node: Node): string {
    const names: string[] = [];
    for (let one = node.get_parent(); one !== null && names.length < 6; one = one.get_parent())
        names.push(`${roleOf(one)} “${nameOf(one).slice(0, 30)}”`);
    return names.join(' < ');
}

describe('every control of the app has a name for a screen reader', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        for (const name of ['alpine', 'build-server']) await testMachines.define(richXml(name));
        await testMachines.call('build-server', 'Create');
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    it('on the machine page, its menu, its questions and its log', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('build-server');
        await app.see({name: 'UUID', role: 'list item'});
        expect(nameless(app)).toEqual([]);
        await app.click('More actions');
        await app.see({name: 'Force off…', role: 'menu item'});
        expect(nameless(app)).toEqual([]);
        await app.press('Force off…', 'menu item');
        await app.see({name: 'Cancel', role: 'button'});
        expect(nameless(app)).toEqual([]);
        await app.press('Cancel');
        await waitFor('the question is gone', () => !app.find({name: 'Cancel', role: 'button'}));
        await shell.pressKeys('Control_L', 'l');
        await testMachines.call('build-server', 'Suspend', false);
        await app.see({name: 'Paused', role: 'list item'});
        expect(nameless(app)).toEqual([]);
        expect(await app.stop()).toEqual([]);
    });

    it('in search, preferences, shortcuts, the main menu and about', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        await shell.pressKeys('Control_L', 'f');
        await app.see({name: 'Search machines'});
        expect(nameless(app)).toEqual([]);
        await shell.pressKeys('Escape');
        await app.click('Main menu');
        await app.see({name: 'Preferences', role: 'menu item'});
        expect(nameless(app)).toEqual([]);
        await app.press('Preferences', 'menu item');
        await app.see({name: 'Notifications'});
        await app.see({name: /^Shutdown deadline/, role: 'spin button'});
        expect(nameless(app)).toEqual([]);
        await shell.pressKeys('Escape');
        await app.activate('shortcuts');
        await app.see({name: /Shortcuts/});
        expect(nameless(app).filter(one => !one.includes('Shortcuts'))).toEqual([]);
        await shell.pressKeys('Escape');
        await app.activate('about');
        await app.see({name: /The Handover contributors/});
        expect(nameless(app)).toEqual([]);
        expect(await app.stop()).toEqual([]);
    });

    it('on the page of the doctor, on that of a machine’s health, and in the welcome', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        await shell.pressKeys('Control_L', 'Shift_L', 'h');
        await app.see({name: 'Look again', role: 'button'});
        expect(nameless(app)).toEqual([]);
        await shell.pressKeys('Control_L', 'h');
        await app.see({name: 'Copy report', role: 'button'});
        await app.see({name: /needs? attention$|^All is well$|^Nothing failed$/, role: 'label'});
        expect(nameless(app)).toEqual([]);
        await app.click('Main menu');
        await app.press('Welcome…', 'menu item');
        await app.see({name: 'Welcome to Handover'});
        expect(nameless(app)).toEqual([]);
        expect(await app.stop()).toEqual([]);
    });

    it('on the error page and the empty page', async () => {
        const problem = await AppProgram.start(shell, {hosts: ['system']});
        await problem.see({name: 'Retry'});
        expect(nameless(problem)).toEqual([]);
        expect(await problem.stop()).toEqual([]);
        const empty = await AppProgram.start(shell, {hosts: []});
        await empty.see({name: 'No machines yet'});
        expect(nameless(empty)).toEqual([]);
        expect(await empty.stop()).toEqual([]);
    });
});
