// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';

import {defineHostdevMachine, startMachine, stopMachine} from '../fakes/hostdevMachine.js';
import {hasState} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {richXml, testMachines} from './testMachines.js';

const RUNNING = 1;

describe('a machine whose card is held', () => {
    let shell: HeadlessShell;
    let lab: CardLab;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(async () => {
        lab = await CardLab.start();
        await testMachines.clear();
        await testMachines.define(richXml('alpine'));
        await defineHostdevMachine('windows', CardLab.CARD);
        await shell.dismissNotifications();
    });
    afterEach(async () => {
        await AppProgram.stopCurrent();
        expect(await lab.stop()).not.toMatch(/JS ERROR|Unhandled/);
    });
    afterAll(() => shell.stop());

    const start = (): Promise<AppProgram> => AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder}});
    const runs = async (): Promise<boolean> => (await testMachines.state('windows')) === RUNNING;
    const titles = async (): Promise<string[]> =>
        (await shell.notifications()).map(({title}) => title.replace(/[\u2068\u2069]/g, ''));

    it('starts at once with a card that is free, and brings it back when it is forced off', async () => {
        const app = await start();
        await app.choose('windows', 'Start');
        await app.press('Start', 'button');
        await waitFor('it runs', runs);
        await lab.untilBound(CardLab.LENT);
        await app.pick('Force off…');
        await app.press('Force off', 'button');
        await lab.untilBound(CardLab.ON_LINUX);
        expect(await runs()).toBeFalse();
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('is not started until the person has said what to do about it', async () => {
        const holder = lab.hold('blender');
        const app = await start();
        await app.choose('windows', 'Start');
        await app.press('Start', 'button');
        await app.see({name: 'Graphics card in use'});
        await app.see({name: 'blender', role: 'list item'});
        await app.press('Cancel', 'button');
        await waitFor('the question is gone', () => !app.find({name: 'Graphics card in use'}));
        expect(await runs()).toBeFalse();
        expect(holder.running).toBeTrue();
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('starts when its holder has been closed', async () => {
        const holder = lab.hold('blender');
        const app = await start();
        await app.activate('run-action', new GLib.Variant('(ss)', ['test/windows', 'start']));
        await app.press(/Close .*blender.* and start/, 'button');
        await waitFor('it runs', runs, {within: 10_000});
        expect(holder.running).toBeFalse();
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('asks a second time before it forces what has not closed', async () => {
        const holder = lab.hold('deaf', {deaf: true});
        const app = await start();
        await app.choose('windows', 'Start');
        await app.press('Start', 'button');
        await app.press(/Close .*deaf.* and start/, 'button');
        await waitFor('force is offered', () => app.find({name: /Force .*deaf.* to quit and start/}), {
            within: 20_000,
        });
        expect(holder.running).toBeTrue();
        await app.press(/Force .*deaf.* to quit and start/, 'button');
        await waitFor('it runs', runs, {within: 20_000});
        expect(holder.running).toBeFalse();
        expect(await app.stop()).toEqual([]);
    }, 90_000);

    it('waits until the card is free, says so, and can be called off', async () => {
        const holder = lab.hold('blender');
        const app = await start();
        await app.choose('windows', 'Start');
        await app.press('Start', 'button');
        await app.press('Start when free', 'button');
        await app.see({name: /Waiting until the graphics card is free.*0:0[1-9]/, role: 'label'});
        await app.press('Cancel', 'button');
        await app.see({name: 'Start', role: 'button'});
        expect(await runs()).toBeFalse();

        await app.press('Start', 'button');
        await app.press('Start when free', 'button');
        await app.see({name: /Waiting until the graphics card is free/, role: 'label'});
        holder.letGo();
        await waitFor('it runs', runs, {within: 10_000});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('starts from a notification, too', async () => {
        lab.hold('blender');
        const app = await start();
        // A notification is pressed when its machine is known.
        await app.see({name: 'windows', role: 'list item'});
        await app.activate('run-action', new GLib.Variant('(ss)', ['test/windows', 'start-when-free']));
        await app.see({name: /Waiting until the graphics card is free/, role: 'label'});
        await app.press('Cancel', 'button');
        await app.see({name: 'Start', role: 'button'});
        await app.activate('run-action', new GLib.Variant('(ss)', ['test/windows', 'close-and-start']));
        await waitFor('it runs', runs, {within: 10_000});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('tells that its card is back when it has ended without us, while there is no panel', async () => {
        await lab.caller.outcome('Take', CardLab.CARD);
        await startMachine('windows');
        const app = await start();
        // It can tell that a card is back when it knows who had it.
        await app.activate('show-card', new GLib.Variant('s', CardLab.CARD));
        await app.seeAnywhere({name: /Radeon RX 7900.*windows/});
        await app.choose('alpine', 'Start');
        await stopMachine('windows');
        await lab.caller.outcome('Return', CardLab.CARD);
        await waitFor('a notification', async () => (await titles()).some(title => /back/.test(title)));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('converts its definition, and back, to the byte', async () => {
        const xml = async (): Promise<string> =>
            String((await testMachines.call('windows', 'GetXMLDesc'))[0]);
        const before = await xml();
        const app = await start();
        await app.choose('windows', 'Start');
        const row = await app.seeAnywhere({name: 'Have libvirt check the card', role: /check box|switch/});
        expect(hasState(row, Atspi.StateType.CHECKED)).toBeTrue();
        await app.press('Have libvirt check the card', /check box|switch/);
        await waitFor('libvirt moves it', async () => (await xml()).includes("managed='yes'"));
        await waitFor('it is shown', () => !hasState(row, Atspi.StateType.CHECKED));
        expect((await xml()).replace("managed='yes'", "managed='no'")).toBe(before);
        await app.press('Have libvirt check the card', /check box|switch/);
        await waitFor('it is as before', async () => (await xml()) === before);
        await app.choose('alpine', 'Start');
        await waitFor(
            'nothing of it',
            () => !app.find({name: 'Have libvirt check the card', showing: false}),
        );
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});
