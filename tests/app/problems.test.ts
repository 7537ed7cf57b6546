// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {PrivateBus} from '../fakes/privateBus.js';
import {findAll, nameOf, waitForAbsence} from '../harness/accessibility.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

/** A long text may cost the app this much more processor time (ms) than a short one. */
const LONGER_MS = 1500;

/** How much processor time (ms) a process has had so far; the kernel counts it in hundredths of a second. */
function processorTime(pid: number): number {
    const [, bytes] = GLib.file_get_contents(`/proc/${pid}/stat`);
    // After the name, which may hold anything, utime and stime are the 12th and 13th field.
    const fields = new TextDecoder()
        .decode(bytes)
        .replace(/^.*\) /s, '')
        .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
}

describe('a problem in the app', () => {
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await testMachines.clear();
        await testMachines.define(richXml('alpine'));
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => shell.stop());

    it('is shown at once, however long its text is, and turns no direction', async () => {
        const app = await AppProgram.start(shell);
        await app.choose('alpine', 'Start');
        const show = async (text: [string, string, string]): Promise<number> => {
            const before = processorTime(app.program.pid);
            await app.activate('show-problem', new GLib.Variant('(ssss)', ['test/alpine', ...text]));
            await app.see({name: 'Copy details', role: 'button'});
            return processorTime(app.program.pid) - before;
        };
        const short = await show(['title', 'body', 'detail']);
        await app.press('Close', 'button');
        await waitForAbsence(app.root, {name: 'Copy details', role: 'button'});
        const text: [string, string, string] = [
            `\u202e${'title'.repeat(1000)}`,
            'body '.repeat(10_000),
            'x'.repeat(200_000),
        ];

        expect(await show(text)).toBeLessThan(short + LONGER_MS);
        const turned = findAll(app.root, {name: /\u202e/});
        expect(turned.map(nameOf)).toEqual([]);
        await app.press('Close', 'button');
        expect(await app.stop()).toEqual([]);
    });

    it('with a card is shown on the page of the cards', async () => {
        const app = await AppProgram.start(shell);
        const text: [string, string, string, string] = [
            '0000:03:00.0',
            'The Radeon has not come back',
            'Force it back.',
            'No such device',
        ];
        await app.activate('show-card-problem', new GLib.Variant('(ssss)', text));
        await app.see({name: /The Radeon has not come back/, role: 'label'});
        await app.see({name: 'No such device', role: 'label'});
        await app.press('Close', 'button');
        expect(await app.stop()).toEqual([]);
    });

    it('of rights is told with the command that helps', async () => {
        const address = GLib.getenv('DBUS_SESSION_BUS_ADDRESS');
        const bus = await PrivateBus.start({
            services: {'org.libvirt': '/usr/sbin/libvirt-dbus --session'},
            policy: '<deny send_destination="org.libvirt"/>',
        });
        const refusing = GLib.getenv('DBUS_SESSION_BUS_ADDRESS') ?? '';
        GLib.setenv('DBUS_SESSION_BUS_ADDRESS', address ?? '', true);
        const app = await AppProgram.start(shell, {
            hosts: ['system'],
            env: {DBUS_SYSTEM_BUS_ADDRESS: refusing},
        });
        await app.see({name: 'Not allowed to use the system’s machines', role: 'label'});
        await app.see({name: /^sudo usermod --append --groups libvirt/, role: 'label'});
        await app.picture('denied');
        expect(await app.stop()).toEqual([]);
        await bus.stop();
    });
});
