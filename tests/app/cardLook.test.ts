// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {press} from '../harness/accessibility.js';
import {pause} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {testMachines} from './testMachines.js';

/** Each look: its name, what libadwaita is told, and the size of the window in pixels. */
const LOOKS: readonly (readonly [string, Record<string, string>, number, number])[] = [
    ['light-wide', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}, 1000, 700],
    ['dark-narrow', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}, 360, 640],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

describe('the look of handovers', () => {
    let shell: HeadlessShell;
    let lab: CardLab;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
    });
    beforeEach(async () => {
        lab = await CardLab.start();
        await testMachines.clear();
        for (const name of ['Windows 11', 'fedora']) await defineHostdevMachine(name, CardLab.CARD);
        await shell.dismissNotifications();
    });
    afterEach(async () => {
        await AppProgram.stopCurrent();
        expect(await lab.stop()).not.toMatch(/JS ERROR|Unhandled/);
    });
    afterAll(() => shell.stop());

    for (const [look, env, width, height] of LOOKS) {
        it(`is kept as pictures: a card on its way, ${look}`, async () => {
            await lab.caller.outcome('Take', CardLab.CARD);
            await lab.caller.outcome('Return', CardLab.CARD);
            const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder, ...env}});
            const keep = async (state: string): Promise<void> => {
                await pause(STILL_MS);
                await app.picture(`card-${state}-${look}`);
            };
            await app.activate('show-card', new GLib.Variant('s', CardLab.CARD));
            await app.resize(width, height);
            await app.activate('show-card', new GLib.Variant('s', CardLab.CARD));
            await lab.caller.control('Gate', [true]);
            await app.press('Take for a machine', 'button');
            await app.see({name: /Loading vfio-pci/, role: 'label'});
            await keep('taking');
            await lab.caller.control('Gate', [false]);
            await lab.untilBound(CardLab.LENT);
            await app.see({name: 'Return to Linux', role: 'button'});
            await keep('lent');
            await lab.caller.control('Misbehave', ['amdgpu', 'No such device']);
            await app.press('Return to Linux', 'button');
            await app.see({name: 'Force back…', role: 'button'});
            await keep('not-back');
            await app.press('Force back…', 'button');
            await app.see({name: 'Force the card back?'});
            await keep('force-back');
            await app.press('Cancel', 'button');
            press(await app.seeAnywhere({name: 'Past handovers', role: 'button'}));
            await app.see({name: 'Take from Linux', role: /list item|button/});
            await app.click(/^Return to Linux: /, /list item|button/);
            await keep('journal');
            expect(await app.stop()).toEqual([]);
        }, 90_000);

        it(`is kept as pictures: a card that is held, ${look}`, async () => {
            lab.hold('blender');
            lab.hold('obs');
            const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder, ...env}});
            const keep = async (state: string): Promise<void> => {
                await pause(STILL_MS);
                await app.picture(`held-${state}-${look}`);
            };
            await app.choose('Windows 11', 'Start');
            await app.resize(width, height);
            await app.choose('Windows 11', 'Start');
            await keep('machine');
            await app.press('Start', 'button');
            await app.see({name: 'Graphics card in use'});
            await keep('question');
            await app.press('Start when free', 'button');
            await app.see({name: /Waiting until the graphics card is free/, role: 'label'});
            await keep('waiting');
            await app.press('Cancel', 'button');
            expect(await app.stop()).toEqual([]);
        }, 90_000);
    }
});
