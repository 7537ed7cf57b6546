// SPDX-License-Identifier: GPL-3.0-or-later
import {EXTENSION_UUID} from '../../shared/names.js';
import {waitFor} from '../harness/deadline.js';
import {Panel} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

const RUNNING = 1;
const PAUSED = 3;
const OFF = 5;

/** Names without the marks that keep their direction from leaking. */
function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

describe('the menu', () => {
    const libvirt = new TestDriver();
    let panel: Panel;

    const stateIs = (name: string, state: number): Promise<boolean> =>
        waitFor(`${name} in state ${state}`, async () => (await libvirt.state(name)) === state);

    beforeAll(async () => {
        panel = await Panel.start();
        await libvirt.define(machineXml('debian'));
    });

    afterAll(() => panel.stop());

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        expect(panel.shell.faults()).toEqual([]);
    });

    it('is not made before it is opened', async () => {
        const rows = await panel.rows();
        expect(rows.map(row => row.name)).toEqual(['', 'Open Handover', 'Settings']);
    });

    it('shows each machine with its state and its one button', async () => {
        await panel.open();
        await panel.waitForState('debian', 'Off');
        const rows = await panel.rows();
        expect(rows.map(row => [row.name, ...row.buttons].map(plain))).toEqual([
            ['debian, Off', 'Start: debian'],
            ['test, Running', 'Shut down: test'],
            [''],
            ['Open Handover'],
            ['Settings'],
        ]);
        expect(await panel.icon()).toBe('running');
    });

    it('starts and stops a machine with a click on its button, and stays open', async () => {
        await panel.open();
        await panel.waitForState('debian', 'Off');
        await panel.shell.clickActor(Panel.button(Panel.row('debian'), '\u2068Start'));
        await stateIs('debian', RUNNING);
        await panel.waitForState('debian', 'Running');
        expect(await panel.isOpen()).toBe(true);
        await panel.shell.clickActor(Panel.button(Panel.row('debian'), '\u2068Shut down'));
        await stateIs('debian', OFF);
        await panel.waitForState('debian', 'Off');
    });

    it('starts a machine with the keyboard alone', async () => {
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'h');
        await panel.shell.waitFor(`${Panel.menu}.isOpen`);
        await panel.shell.waitFor(`${Panel.row('debian')}?.has_key_focus()`);
        await panel.shell.pressKeys('Tab');
        await panel.shell.waitFor(`${Panel.button(Panel.row('debian'), '\u2068Start')}.has_key_focus()`);
        await panel.shell.pressKeys('Return');
        await stateIs('debian', RUNNING);
        await panel.waitForState('debian', 'Running');
        await panel.shell.pressKeys('Shift_L', 'Tab');
        await panel.shell.waitFor(`${Panel.row('debian')}.has_key_focus()`);
        await panel.shell.pressKeys('Down');
        await panel.shell.waitFor(`${Panel.row('test')}.has_key_focus()`);
        await panel.shell.pressKeys('Super_L', 'Alt_L', 'h');
        await panel.shell.waitFor(`!${Panel.menu}.isOpen`);
        await libvirt.destroy('debian');
    });

    it('follows what another client does, while it is open and while it is not', async () => {
        await panel.open();
        await panel.waitForState('debian', 'Off');
        await libvirt.start('debian');
        await panel.waitForState('debian', 'Running');
        await libvirt.define(machineXml('newcomer'));
        await panel.waitForState('newcomer', 'Off');
        await panel.close();
        await libvirt.undefine('newcomer');
        await libvirt.destroy('debian');
        await libvirt.destroy('test');
        await waitFor('idle icon', async () => (await panel.icon()) === 'idle');
        await panel.open();
        await panel.waitForState('debian', 'Off');
        expect((await panel.rows()).map(row => row.texts[0])).not.toContain('newcomer');
        await libvirt.start('test');
        await waitFor('running icon', async () => (await panel.icon()) === 'running');
    });

    it('offers in a submenu what the state allows', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        expect(await panel.submenu('test')).toEqual([
            'Shut down',
            'Restart',
            'Pause',
            'Save state and stop',
            'Reset…',
            'Force off…',
            'Open display',
            'Pin to the top',
            'Use for shortcuts',
            'Health',
            'Show in Handover',
        ]);
        await panel.shell.clickActor(Panel.submenuItem('test', 'Pause'));
        await stateIs('test', PAUSED);
        await panel.open();
        await panel.waitForState('test', 'Paused');
        await panel.shell.clickActor(Panel.button(Panel.row('test'), '\u2068Resume'));
        await stateIs('test', RUNNING);
    });

    it('asks before it forces a machine off', async () => {
        const askToForceOff = async (): Promise<void> => {
            await panel.open();
            await panel.waitForState('test', 'Running');
            await panel.shell.clickActor(`${Panel.row('test')}.label`);
            await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
            await panel.shell.clickActor(Panel.submenuItem('test', 'Force off…'));
            await panel.shell.waitFor('Main.modalCount === 1');
        };
        await askToForceOff();
        // Enter is the safe answer.
        await panel.shell.pressKeys('Return');
        await panel.shell.waitFor('Main.modalCount === 0');
        expect(await libvirt.state('test')).toBe(RUNNING);
        await askToForceOff();
        await panel.shell.clickActor(Panel.dialogButton('Force off'));
        await stateIs('test', OFF);
        await libvirt.start('test');
    });

    it('pins a machine to the top, and lets it be the chosen one', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('test', 'Pin to the top'));
        await waitFor('pinned', async () =>
            (await panel.get<string[]>('pinned-machines')).includes('test/test'),
        );
        await panel.open();
        await waitFor('order', async () => (await panel.rows())[0]?.texts[0] === 'test');
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('test', 'Use for shortcuts'));
        await waitFor('chosen', async () => (await panel.get<string>('chosen-machine')) === 'test/test');
        await panel.set('pinned-machines', '@as []');
        await panel.set('chosen-machine', "''");
    });

    it('counts what it has no room for', async () => {
        for (let index = 0; index < 12; index++) await libvirt.define(machineXml(`extra-${index}`));
        await panel.open();
        await panel.shell.waitFor(
            `handoverTest.rows(${Panel.menu}).some(item => item.label?.text.endsWith('more in Handover'))`,
        );
        const rows = await panel.rows();
        expect(rows.filter(row => row.type === 'HandoverMachineMenuItem').length).toBe(8);
        expect(rows.map(row => row.name)).toContain('6 more in Handover');
        // A machine that runs has a place before those that do not.
        await libvirt.start('extra-11');
        await panel.waitForState('extra-11', 'Running');
        for (let index = 0; index < 12; index++) {
            if (index === 11) await libvirt.destroy('extra-11');
            await libvirt.undefine(`extra-${index}`);
        }
        await waitFor('few rows', async () => (await panel.rows()).length === 5);
    });

    it('asks again for what it could not read of a machine the last time', async () => {
        await panel.shell.eval(`(async () => {
            const {dir} = Main.extensionManager.lookup(${JSON.stringify(EXTENSION_UUID)});
            const load = path => import(dir.resolve_relative_path(path).get_uri());
            const {Machine} = await load('shared/machines/machine.js');
            const {MachineGoneError} = await load('shared/machines/machineErrors.js');
            const {client} = Machine.prototype;
            handoverTest.failures = 0;
            handoverTest.mend = () => (Machine.prototype.client = client);
            Machine.prototype.client = function () {
                handoverTest.failures++;
                return Promise.reject(new MachineGoneError(this.name));
            };
        })()`);
        await libvirt.define(machineXml('numbered', {title: 'Entitled'}));
        await panel.open();
        await panel.waitForState('numbered', 'Off');
        await panel.shell.waitFor('handoverTest.failures > 0');
        await panel.shell.eval('handoverTest.mend(); null');
        await panel.close();
        await panel.open();
        await panel.waitForState('Entitled', 'Off');
        await libvirt.undefine('numbered');
    });

    it('lets a save be called off, which may take long', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await panel.shell.eval(`(() => {
            const {machine} = ${Panel.row('test')};
            handoverTest.cancelled = 0;
            const operation = {kind: 'save', canCancel: true, cancel: () => handoverTest.cancelled++};
            Object.defineProperty(machine, 'operation', {get: () => operation, configurable: true});
        })()`);
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('test', 'Cancel saving'));
        await panel.shell.waitFor('handoverTest.cancelled === 1');
        await panel.open();
        await panel.shell.eval(`delete ${Panel.row('test')}.machine.operation; null`);
        await panel.close();
        await panel.open();
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        expect(await panel.submenu('test')).not.toContain('Cancel saving');
    });

    it('takes its question along when it goes, also after a second one', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await panel.shell.clickActor(`${Panel.row('test')}.label`);
        await panel.shell.waitFor(`${Panel.row('test')}.menu.isOpen`);
        const ask = `${Panel.submenuItem('test', 'Force off…')}.emit('activate', null)`;
        await panel.shell.eval(`${ask}; ${ask}; null`);
        const dialogs = `Main.layoutManager.modalDialogGroup.get_children().filter(
            child => child.constructor.$gtype.name === 'HandoverConfirmDialog')`;
        await panel.shell.waitFor(`${dialogs}.length === 1`);
        await panel.shell.disableExtension(EXTENSION_UUID);
        await panel.shell.waitFor(`${dialogs}.length === 0`);
        await panel.shell.enableExtension(EXTENSION_UUID);
        await panel.shell.waitFor(Panel.indicator);
    });
});
