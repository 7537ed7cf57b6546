// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';

import {findAll, hasState} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {CardLab} from './cardLab.js';
import {richXml, testMachines} from './testMachines.js';

/** Each look: its name, and what the app is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
    ['high-contrast', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light', ADW_DEBUG_HIGH_CONTRAST: '1'}],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;

/** The pretended polkit is this process: it answers, in time for the helper, only while no tree is walked through. */
const POLKIT_MS = 2000;

/** More than there are rows on the page. */
const MOST_TABS = 60;

const HEADING = {name: /needs? attention$|^All is well$|^Nothing failed$/, role: 'label'};
const GUARD = 'libvirt’s guard: Error';
const PICTURE = /^Firmware’s picture in the card’s memory.*: Warning$/;
const ASKING_HOOK = 'Hooks that wait for libvirt: Warning';

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
    const isThere = (app: AppProgram, name: string | RegExp): boolean =>
        app.find({name, showing: false}) !== undefined;

    /** Opens a row that is on the screen. */
    async function unfold(app: AppProgram, name: string | RegExp): Promise<void> {
        await app.click(name, 'list item');
        await pause(STILL_MS);
    }

    /** Goes to a row by keyboard alone. */
    async function tabTo(app: AppProgram, name: string | RegExp): Promise<void> {
        await app.seeAnywhere({name, role: 'list item'});
        // The row that has the focus is within one of the same name.
        const nodes = findAll(app.root, {name, role: 'list item', showing: false});
        const hasFocus = (): boolean => {
            app.root.clear_cache();
            return nodes.some(node => hasState(node, Atspi.StateType.FOCUSED));
        };
        for (let time = 0; time < MOST_TABS && !hasFocus(); time++) await shell.pressKeys('Tab');
        expect(hasFocus())
            .withContext(`the focus is on ${String(name)}`)
            .toBeTrue();
    }

    function putHook(path: string, text: string, mode = 0o644): string {
        const file = GLib.build_filenamev([lab.folder, 'etc/libvirt/hooks', path]);
        GLib.mkdir_with_parents(GLib.path_get_dirname(file), 0o755);
        GLib.file_set_contents(file, text);
        GLib.chmod(file, mode);
        return file;
    }

    it('names what needs attention, has the helper mend it, and takes it back', async () => {
        const app = await open();
        await unfold(app, GUARD);
        await app.see({name: 'What to do'});
        await app.see({name: /^Error\. Lasting/});
        await app.picture('doctor-open');
        expect(await files()).toEqual([]);

        await app.click('Install the guard…', 'button');
        await app.see({name: 'Install the guard?', role: /label|heading/});
        await app.see({name: /It refuses the start of a machine/});
        await pause(STILL_MS);
        await app.picture('doctor-ask');
        await app.press('Install', 'button');
        await pause(POLKIT_MS);
        await app.see({name: 'The guard is installed'});
        await app.picture('doctor-mended');
        await waitFor('it is no error any more', () => !isThere(app, GUARD));
        expect((await files()).length).toBe(1);

        await app.press('Undo', 'button');
        await pause(POLKIT_MS);
        await app.seeAnywhere({name: GUARD});
        expect(await files()).toEqual([]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says so when the password is not given, and changes nothing', async () => {
        lab.polkit.verdicts['set-up'] = 'no';
        const app = await open();
        await unfold(app, GUARD);
        await app.click('Install the guard…', 'button');
        await app.press('Install', 'button');
        await pause(POLKIT_MS);
        await app.see({name: /Not allowed|password/});
        await app.seeAnywhere({name: GUARD});
        expect(await files()).toEqual([]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('follows a fault that comes and goes while it is open', async () => {
        const app = await open();
        expect(isThere(app, ASKING_HOOK)).toBeFalse();
        await app.seeAnywhere({name: 'Extension: Advice'});
        const file = putHook('qemu', '#!/bin/sh\nvirsh list\n');
        await app.seeAnywhere({name: ASKING_HOOK});
        GLib.unlink(file);
        await waitFor('it is gone', () => !isThere(app, ASKING_HOOK));
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('shows what files and machines are called as text', async () => {
        const name = '<b>bold &amp; \u202egnp';
        putHook('qemu.d/<i>x&.bak', '#!/bin/sh\n', 0o755);
        await testMachines.define(richXml(name));
        const app = await open();
        await app.seeAnywhere({name: 'Hooks that do a thing twice: Warning'});
        await app.seeAnywhere({name: /hooks\/qemu\.d\/<i>x&\.bak/, role: 'label'});
        await testMachines.call(name, 'Undefine');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says of the computer which defaults it leads to, and folds away what is well', async () => {
        const app = await open();
        await app.seeAnywhere({name: 'This computer', role: /list|grouping/});
        await app.seeAnywhere({name: 'Card of the desktop: OK', role: 'list item'});
        await app.seeAnywhere({name: /The others can be lent, since the desktop does not need them/});
        expect(isThere(app, 'Hooks that do a thing twice: OK')).toBeFalse();
        await tabTo(app, /^\d+ things are well$/);
        await shell.pressKeys('Return');
        await app.seeAnywhere({name: 'Hooks that do a thing twice: OK', role: 'list item'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('copies a report, and looks again', async () => {
        const app = await open();
        await app.press('Copy report', 'button');
        await app.see({name: 'The report was copied'});
        const text = await shell.eval<string>(`(async () => {
            const {default: St} = await import('gi://St');
            return new Promise(resolve => St.Clipboard.get_default().get_text(
                St.ClipboardType.CLIPBOARD, (_clipboard, text) => resolve(text)));
        })()`);
        expect(text).toMatch(/^Handover \d.*\n\d+ things need attention\n/);
        expect(text).toContain('\n[Error] libvirt’s guard (guard)\n');
        expect(text).toContain('    What to do: ');
        expect(text).toMatch(/\n\[OK\] /);
        expect(isThere(app, PICTURE)).toBeFalse();
        // Nothing tells of this.
        GLib.file_set_contents(
            `${lab.folder}/proc/iomem`,
            `0-0 : PCI Bus\n  0-0 : ${CardLab.SLOT}.0\n    0-0 : BOOTFB\n`,
        );
        await app.press('Look again', 'button');
        await pause(POLKIT_MS);
        await app.seeAnywhere({name: PICTURE, role: 'list item'});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const [look, env] of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await open(env);
            await app.resize(1000, 800);
            await unfold(app, GUARD);
            await pause(STILL_MS);
            await app.picture(`doctor-${look}-wide`);
            await app.resize(360, 640);
            await pause(STILL_MS);
            await app.picture(`doctor-${look}-narrow`);
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});
