// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {FakeLibvirt} from '../fakes/fakeLibvirt.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';

const RUNNING = 1;

describe('with a libvirt that takes its time, the app', () => {
    let shell: HeadlessShell;
    let libvirt: FakeLibvirt;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        libvirt = await FakeLibvirt.start({alpine: RUNNING});
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(async () => {
        await libvirt.die();
        await shell.stop();
    });

    it('says how long saving has taken, and can call it off', async () => {
        libvirt.answers['ManagedSave'] = libvirt.held(() => new Error('operation aborted'));
        libvirt.answers['AbortJob'] = () => {
            libvirt.release();
            return new Error('too late to say so');
        };
        const app = await AppProgram.start(shell);
        await app.choose('alpine');
        await app.pick('Save state and stop');
        await app.see({name: /0:0[2-9]/, role: 'label'});
        await app.press('Cancel', 'button');
        await waitFor('libvirt is told', () => libvirt.calls.includes('AbortJob'));
        await app.see({name: 'Shut down', role: 'button'});
        await waitFor('it is over', () => !app.find({name: 'Cancel', role: 'button'}));
        expect(await app.stop()).toEqual([]);
    });

    it('need not wait for a guest that it has asked to shut down', async () => {
        libvirt.answers['Shutdown'] = () => new GLib.Variant('()', []);
        const app = await AppProgram.start(shell);
        await app.choose('alpine');
        await app.press('Shut down', 'button');
        await app.press('Stop waiting', 'button');
        await app.see({name: 'Shut down', role: 'button'});
        await waitFor('it is over', () => !app.find({name: 'Stop waiting', role: 'button'}));
        expect(await app.stop()).toEqual([]);
    });

    it('asks libvirt for nothing while nothing happens', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine');
        await app.seeAnywhere({name: 'Memory', role: 'label'});
        await pause(2000);
        const before = libvirt.calls.length;
        await pause(5000);
        expect(libvirt.calls.slice(before)).toEqual([]);
        expect(await app.stop()).toEqual([]);
    });
});
