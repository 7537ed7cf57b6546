// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {findAll, press as pressNode} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {connect, ownerOf} from '../helper/helperProcess.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {testMachines} from './testMachines.js';

const RADEON = /Radeon RX 7900/;

describe('moving a card on its page', () => {
    let shell: HeadlessShell;
    let lab: CardLab;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
    });
    beforeEach(async () => {
        lab = await CardLab.start();
    });
    afterEach(async () => {
        await AppProgram.stopCurrent();
        expect(await lab.stop()).not.toMatch(/JS ERROR|Unhandled/);
    });
    afterAll(() => shell.stop());

    async function open(): Promise<AppProgram> {
        const app = await AppProgram.start(shell, {env: {HANDOVER_SYSROOT: lab.folder}});
        await app.activate('show-card', new GLib.Variant('s', CardLab.CARD));
        await app.seeAnywhere({name: RADEON});
        return app;
    }

    /** Presses the button of that name that belongs to the card of the tests: the first one, by address. */
    const press = (app: AppProgram, name: string | RegExp): Promise<void> => app.press(name, 'button');

    it('takes it and returns it, and tells both', async () => {
        const app = await open();
        await press(app, 'Take for a machine');
        await app.see({name: /Ready for a machine/});
        await lab.untilBound(CardLab.LENT);
        await app.seeAnywhere({name: /Radeon RX 7900.*vfio-pci, free/});
        await press(app, 'Return to Linux');
        await app.see({name: /Back with Linux after .* (ms|s)/});
        await lab.untilBound(CardLab.ON_LINUX);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says which step it is at, and calls it off', async () => {
        await lab.caller.control('Gate', [true]);
        const app = await open();
        await press(app, 'Take for a machine');
        await app.see({name: /(Loading vfio-pci|Reserving it).*\d:\d\d/, role: 'label'});
        await press(app, 'Cancel');
        await app.see({name: 'Cancelling…', role: 'button'});
        await lab.caller.control('Gate', [false]);
        await waitFor('it has ended', () => !app.find({name: 'Cancelling…', role: 'button'}));
        await lab.untilBound(CardLab.ON_LINUX);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says why a return cannot be called off', async () => {
        await lab.caller.outcome('Take', CardLab.CARD);
        const app = await open();
        await lab.caller.control('Gate', [true]);
        await press(app, 'Return to Linux');
        await app.see({name: /It cannot be cancelled: .*halfway/, role: 'label'});
        expect(app.find({name: 'Cancel', role: 'button'})).toBeUndefined();
        await lab.caller.control('Gate', [false]);
        await lab.untilBound(CardLab.ON_LINUX);
        await app.seeAnywhere({name: /Radeon RX 7900.*Linux .*amdgpu/});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('names who holds it, closes that and takes it', async () => {
        const holder = lab.hold('blender');
        const app = await open();
        await press(app, 'Take for a machine');
        await app.see({name: 'Graphics card in use', role: /label|alert|dialog/});
        await press(app, 'Cancel');
        expect(holder.running).toBeTrue();
        expect(await lab.bindings()).toEqual(CardLab.ON_LINUX);
        await press(app, 'Take for a machine');
        await press(app, /Close .*sleep.* and take|Close .*blender.* and take/);
        await app.see({name: /Ready for a machine/});
        expect(holder.running).toBeFalse();
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('closes a program that holds it, and forces one to quit only when that is said', async () => {
        const gentle = lab.hold('gentle');
        const deaf = lab.hold('deaf', {deaf: true});
        const app = await open();
        await press(app, /^Close .*gentle/);
        await app.see({name: /gentle.* was closed/});
        expect(gentle.running).toBeFalse();
        await press(app, /^Close .*deaf/);
        await waitFor('force is offered', () => app.find({name: /Force .*deaf.* to quit/, role: 'button'}), {
            within: 20_000,
        });
        expect(deaf.running).toBeTrue();
        await press(app, /Force .*deaf.* to quit/);
        await press(app, 'Cancel');
        expect(deaf.running).toBeTrue();
        await press(app, /Force .*deaf.* to quit/);
        await press(app, 'Force quit');
        await waitFor('it is gone', () => !deaf.running, {within: 20_000});
        await waitFor('its row is gone', () => !app.find({name: 'deaf', role: 'list item', showing: false}));
        expect(await app.stop()).toEqual([]);
    }, 90_000);

    it('looks at the processes of all users when asked, with the helper', async () => {
        const [pid] = await lab.caller.control('Hold', ['/dev/dri/card1', '226:1', 'blender']);
        await lab.caller.control('Hold', ['/dev/null', '', 'secret']);
        GLib.chmod(`${lab.folder}/proc/${pid + 1}/fd`, 0o000);
        const app = await open();
        await app.seeAnywhere({name: /1 process could not be inspected/});
        const buttons = (): number =>
            findAll(app.root, {name: 'Show all users’ processes', role: 'button', showing: false}).length;
        await waitFor('all cards offer it', () => buttons() === 5);
        expect(app.find({name: 'Other programs that move cards', showing: false})).toBeUndefined();
        const rival = connect();
        const name = 'org.supergfxctl.Daemon';
        Gio.bus_own_name_on_connection(rival, name, Gio.BusNameOwnerFlags.NONE, null, null);
        await waitFor('the rival', () => ownerOf(name));
        const before = lab.polkit.checks.length;
        await press(app, 'Show all users’ processes');
        await waitFor('the helper is asked', () =>
            lab.polkit.checks.slice(before).some(({action}) => action.endsWith('.look')),
        );
        // There is nothing more to show of that card, and the others are as they were.
        await waitFor('it is shown', () => buttons() === 4);
        await app.seeAnywhere({name: 'Other programs that move cards'});
        await app.seeAnywhere({name: /supergfxd.* moves graphics cards, too/});
        rival.close_sync(null);
        GLib.chmod(`${lab.folder}/proc/${pid + 1}/fd`, 0o755);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('forces it back one rung at a time', async () => {
        await lab.caller.outcome('Take', CardLab.CARD);
        await lab.caller.control('Misbehave', ['amdgpu', 'No such device']);
        const app = await open();
        await press(app, 'Return to Linux');
        await press(app, 'Force back…');
        await app.see({name: 'Force the card back?'});
        await app.see({name: /2.*Remove the card and find it again/});
        await press(app, 'Cancel');
        await press(app, 'Force back…');
        await press(app, 'Remove and find again');
        await app.see({name: /Only a restart helps|Force the card back\?/});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('keeps a journal of them', async () => {
        await lab.caller.outcome('Take', CardLab.CARD);
        await lab.caller.outcome('Return', CardLab.CARD);
        const app = await open();
        pressNode(await app.seeAnywhere({name: 'Past handovers', role: 'button'}));
        const row = await app.see({name: 'Take from Linux', role: /list item|button/});
        expect(row).toBeDefined();
        await app.see({name: 'Return to Linux', role: /list item|button/});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says that two machines want it', async () => {
        for (const name of ['fedora', 'windows']) await defineHostdevMachine(name, CardLab.CARD);
        const app = await open();
        await app.seeAnywhere({name: /Several machines take this card/});
        await testMachines.clear();
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});
