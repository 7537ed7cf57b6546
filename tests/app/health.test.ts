// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';

import {AdditionLog} from '../../shared/health/integration/additionLog.js';
import {findAll, hasState} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {AppProgram} from './appProgram.js';

/** Each look: its name, and what the app is told. */
const LOOKS: readonly (readonly [string, Record<string, string>])[] = [
    ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}],
    ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}],
];

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;
/** More than there are controls before those of the page. */
const MOST_TABS = 20;

const HEADING = {name: /needs? attention$|^All is well$|^Nothing failed$/, role: 'label'};
const CLOCK = 'Clock of the guest: Warning';
const AGENT_CHANNEL = 'org.qemu.guest_agent.0';

/** A machine that is off, with a disk whose image is at a path. */
function offXml(name: string, {disk = '', uuid = GLib.uuid_string_random()} = {}): string {
    const escape = (text: string): string => GLib.markup_escape_text(text, -1);
    const image =
        disk === ''
            ? ''
            : `<disk type='file' device='disk'><driver name='qemu' type='raw'/>
               <source file='${escape(disk)}'/><target dev='vda' bus='virtio'/></disk>`;
    return `<domain type='qemu'><name>${escape(name)}</name><uuid>${uuid}</uuid>
        <memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os>
        <features><acpi/></features>
        <devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${image}</devices></domain>`;
}

describe('the Health page of a machine', () => {
    const libvirt = new SessionLibvirt();
    const virsh = new VirshClient();
    const guest = new Guest({name: 'alpine', balloon: true});
    let shell: HeadlessShell;

    beforeAll(async () => {
        shell = await HeadlessShell.start();
        await libvirt.start();
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        await guest.waitForAgent(virsh);
    }, 90_000);
    afterEach(() => AppProgram.stopCurrent());
    afterAll(async () => {
        await virsh.removeAll();
        await shell.stop();
    });

    async function open(name = guest.name, env: Record<string, string> = {}): Promise<AppProgram> {
        const app = await AppProgram.start(shell, {hosts: ['session'], env});
        await app.see({name, role: 'list item'});
        await app.activate('show-health', new GLib.Variant('s', `session/${name}`));
        await app.see(HEADING);
        await shell.dismissNotifications();
        return app;
    }

    const isThere = (app: AppProgram, name: string | RegExp): boolean =>
        app.find({name, showing: false}) !== undefined;
    /** The definition that is kept. */
    const kept = (name: string): Promise<string> => virsh.run(['dumpxml', '--inactive', name]);

    it('tells how a machine that runs does, and what works together with it', async () => {
        const app = await open();
        await app.seeAnywhere({name: 'State: OK', role: 'list item'});
        await app.seeAnywhere({name: /^QEMU runs as process \d+\.$/});
        await app.seeAnywhere({name: 'Guest integration', role: 'list'});
        await app.seeAnywhere({name: 'Graceful shutdown: Works', role: 'list item'});
        await app.seeAnywhere({name: 'Heartbeat: Works', role: 'list item'});
        await app.seeAnywhere({name: 'The guest agent was asked, and answered.'});
        await app.picture('health-running');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('follows the machine by itself, and looks again when asked', async () => {
        const app = await open();
        await app.seeAnywhere({name: 'Heartbeat: Works', role: 'list item'});
        await virsh.run(['suspend', guest.name]);
        await app.seeAnywhere({name: 'Heartbeat: Not measured', role: 'list item'});
        await virsh.run(['resume', guest.name]);
        await app.seeAnywhere({name: 'Heartbeat: Works', role: 'list item'});
        // Nothing tells of this.
        await guest.run(virsh, 'date -s 2020-01-01');
        const button = await app.see({name: 'Look again', role: 'button'});
        const hasFocus = (): boolean => {
            app.root.clear_cache();
            return hasState(button, Atspi.StateType.FOCUSED);
        };
        for (let time = 0; time < MOST_TABS && !hasFocus(); time++) await shell.pressKeys('Tab');
        await shell.pressKeys('space');
        await app.seeAnywhere({name: CLOCK, role: 'list item'});
        expect(hasFocus()).withContext('the focus stays').toBeTrue();
        await virsh.run(['domtime', '--now', guest.name]);
        await app.press('Look again', 'button');
        await waitFor('it has looked', () => !isThere(app, CLOCK), {within: 8000});
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('names a fault that another client makes while it is open, until that is mended', async () => {
        const uuid = GLib.uuid_string_random();
        await virsh.define(offXml('off', {uuid}));
        const app = await open('off');
        expect(isThere(app, 'Needs attention')).toBeFalse();
        await virsh.define(offXml('off', {uuid, disk: '/nowhere/<i>disk&.raw'}));
        await app.see({name: 'Needs attention', role: 'list'});
        await app.seeAnywhere({name: /\/nowhere\/<i>disk&\.raw/, role: 'label'});
        const [tab] = findAll(app.root, {name: 'Health', role: 'page tab'});
        expect(tab).toBeDefined();
        await app.picture('health-fault');
        await virsh.define(offXml('off', {uuid}));
        await waitFor('it is gone', () => app.find({name: 'Needs attention', role: 'list'}) === undefined);
        await virsh.run(['undefine', 'off']);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('adds to the machine what it lacks, and takes it back', async () => {
        const name = 'lacks <b>&amp;';
        const uuid = GLib.uuid_string_random();
        await virsh.define(offXml(name, {uuid}));
        const app = await open(name);
        await app.see({name, role: 'list item'});
        await app.resize(1000, 800);
        await app.click('Heartbeat: Missing', 'list item');
        await pause(STILL_MS);
        await app.seeAnywhere({name: 'qemu-guest-agent', role: 'label'});
        await app.picture('health-lacks');
        await app.click('Add to the machine…', 'button');
        await app.see({name: 'Add to the machine?'});
        await pause(STILL_MS);
        await app.picture('health-ask');
        expect(await kept(name)).not.toContain(AGENT_CHANNEL);
        await app.press('Add', 'button');
        await app.see({name: /has it now$/});
        expect(await kept(name)).toContain(AGENT_CHANNEL);
        // The terminal can take it back, too, and calls it by the same name.
        const [addition] = await new AdditionLog().of('session', uuid);
        expect(addition?.row).toBe('heartbeat');
        await app.press('Undo', 'button');
        await app.see({name: /is as it was$/});
        expect(await kept(name)).not.toContain(AGENT_CHANNEL);
        await app.seeAnywhere({name: 'Heartbeat: Missing', role: 'list item'});
        await virsh.run(['undefine', '--domain', name]);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('says of what a machine that runs was given that it comes with its next start', async () => {
        await virsh.define(offXml('bare'), {start: true});
        const app = await open('bare');
        await app.resize(1000, 800);
        await app.click('Heartbeat: Missing', 'list item');
        await pause(STILL_MS);
        await app.click('Add to the machine…', 'button');
        await app.see({name: 'Add to the machine?'});
        await app.press('Add', 'button');
        await app.see({name: /has it from its next start on$/});
        await app.see({name: 'Heartbeat: At next start', role: 'list item'});
        await app.see({name: /^It has been added, and comes with the machine’s next start/});
        expect(app.find({name: 'Add to the machine…', role: 'button'})).toBeUndefined();
        await pause(STILL_MS);
        await app.picture('health-pending');
        await app.press('Undo', 'button');
        await app.seeAnywhere({name: 'Heartbeat: Missing', role: 'list item'});
        await virsh.run(['destroy', 'bare']);
        await virsh.run(['undefine', 'bare']);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('takes nothing back that somebody else has added', async () => {
        const uuid = GLib.uuid_string_random();
        const xml = offXml('lacks', {uuid});
        await virsh.define(xml);
        const app = await open('lacks');
        await app.resize(1000, 800);
        await app.click('Heartbeat: Missing', 'list item');
        await pause(STILL_MS);
        await app.click('Add to the machine…', 'button');
        await app.see({name: 'Add to the machine?'});
        const channel = `<channel type='unix'><target type='virtio' name='${AGENT_CHANNEL}'/></channel>`;
        await virsh.define(xml.replace('</devices>', `${channel}</devices>`));
        await pause(STILL_MS);
        await app.press('Add', 'button');
        await app.see({name: /has it now$/});
        expect(isThere(app, 'Undo')).toBeFalse();
        await virsh.run(['undefine', '--domain', 'lacks']);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const [look, env] of LOOKS)
        it(`is kept as pictures: ${look}`, async () => {
            const app = await open(guest.name, env);
            for (const [size, width, height] of [
                ['wide', 1000, 800],
                ['narrow', 360, 640],
            ] as const) {
                await app.resize(width, height);
                await app.see(HEADING);
                await pause(STILL_MS);
                // Beside the list, or where there is none in the header bar: whose health it is can be seen.
                await app.see({name: guest.name, role: size === 'wide' ? 'list item' : 'label'});
                await app.picture(`health-${look}-${size}`);
            }
            expect(await app.stop()).toEqual([]);
        }, 60_000);

    it('says of a crash, on the row of the machine, too', async () => {
        const app = await open();
        await virsh.run(['inject-nmi', guest.name]);
        await app.see({name: 'Last crash: Warning', role: 'list item'});
        const row = await app.see({name: guest.name, role: 'list item'});
        await waitFor('the row says it', () => {
            app.root.clear_cache();
            return /It has crashed\.|Its guest has crashed\./.test(row.get_description() ?? '');
        });
        await app.picture('health-crashed');
        expect(await app.stop()).toEqual([]);
    }, 60_000);
});
