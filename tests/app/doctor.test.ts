// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {findAll} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {richXml, testMachines} from './testMachines.js';

/** Each look: its name, and what libadwaita is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
    ['high-contrast', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light', ADW_DEBUG_HIGH_CONTRAST: '1'}],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

/** The pretended polkit is this process: it answers, in time for the helper, only while no tree is walked through. */
const POLKIT_MS = 2000;

const HEADING = {name: /needs? attention$|^All is well$/, role: 'label'};
const GUARD = /^libvirt’s guard: Error/;
const ASKING_HOOK = /^Hooks do not wait for libvirt/;

describe('the page of the doctor', () => {
    let shell: HeadlessShell;
    let lab: CardLab;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        await testMachines.define(richXml('debian-13'));
    });
    beforeEach(async () => {
        lab = await CardLab.start();
    });
    afterEach(async () => {
        await AppProgram.stopCurrent();
        await lab.stop();
    });
    afterAll(() => shell.stop());

    async function open(env: Record<string, string> = {}): Promise<AppProgram> {
        const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder, ...env}});
        await app.see({name: 'Doctor', role: 'list item'});
        await shell.pressKeys('Control_L', 'h');
        await pause(POLKIT_MS);
        await app.see(HEADING);
        await shell.dismissNotifications();
        return app;
    }

    const files = async (): Promise<string[]> => (await lab.caller.call('Files', []))[0];
    const hook = (name: string): string => GLib.build_filenamev([lab.folder, 'etc/libvirt/hooks', name]);

    it('names what needs attention, has the helper mend it, and takes it back', async () => {
        const app = await open();
        await app.seeAnywhere({name: GUARD});
        GLib.file_set_contents('/src/build/screenshots/tree.txt', app.describe());
        const header = findAll(app.root, {name: GUARD, showing: false});
        GLib.file_set_contents('/src/build/screenshots/nodes.txt', header.map(n => `${n.get_role_name()} ${n.get_name()} | ${n.get_description()} | ${n.get_action_iface()?.get_n_actions()}`).join('\n'));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('follows a fault that comes and goes while it is open', async () => {
        const app = await open();
        expect(app.find({name: ASKING_HOOK, showing: false})).toBeUndefined();
        GLib.file_set_contents(hook('qemu'), '#!/bin/sh\nvirsh list\n');
        await app.seeAnywhere({name: /^Hooks do not wait for libvirt: Warning/});
        GLib.unlink(hook('qemu'));
        await waitFor('it is gone', () => !app.find({name: ASKING_HOOK, showing: false}));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const [look, env] of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await open(env);
            for (const [size, width, height] of [
                ['wide', 1000, 800],
                ['narrow', 360, 640],
            ] as const) {
                await app.resize(width, height);
                await pause(STILL_MS);
                await app.picture(`doctor-${look}-${size}`);
            }
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});
