// SPDX-License-Identifier: GPL-3.0-or-later

import {pause} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {richXml, testMachines} from './testMachines.js';

/** Each look: its name, and what libadwaita is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

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
        await app.see({name: /need(s)? attention$|^All is well$/, role: 'label'});
        return app;
    }

    for (const [look, env] of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await open(env);
            await shell.dismissNotifications();
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
