// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {Panel} from './panel.js';
import {TestDriver} from './testDriver.js';

/** A system bus that lets nobody talk to libvirt-dbus, as Debian's does with users outside the group libvirt. */
const REFUSING = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>custom</type><listen>unix:path=PATH</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
<deny send_destination="org.libvirt" send_interface="org.libvirt.Connect"/></policy></busconfig>`;

const PROBLEM = 'HandoverHostProblemItem';

/** Texts and buttons of the problem in the menu. */
async function problemOf(panel: Panel): Promise<{texts: string[]; buttons: string[]}> {
    return waitFor('a problem in the menu', async () => {
        const row = (await panel.rows()).find(({type}) => type === PROBLEM);
        return row && {texts: row.texts, buttons: row.buttons};
    });
}

function problemButton(label: string): string {
    return Panel.button(
        `handoverTest.rows(${Panel.menu}).find(item => item.constructor.$gtype.name === '${PROBLEM}')`,
        label,
    );
}

describe('when libvirt-dbus is not there', () => {
    let panel: Panel;

    // The system bus of these tests knows no libvirt-dbus.
    beforeAll(async () => {
        panel = await Panel.start({hosts: "['system']"});
    });

    afterAll(() => panel.stop());

    it('the panel says so, and has the command that installs it', async () => {
        await waitFor('icon', async () => (await panel.icon()) === 'attention');
        await panel.open();
        const {texts, buttons} = await problemOf(panel);
        expect(texts.slice(0, 2)).toEqual([
            'libvirt-dbus is missing',
            'Handover talks to libvirt through libvirt-dbus, which is not installed or does not start. Install it, then try again.',
        ]);
        expect(buttons).toEqual(['Copy command', 'Try again']);
        const row = `handoverTest.rows(${Panel.menu}).find(item => item.constructor.$gtype.name === '${PROBLEM}')`;
        expect(await panel.shell.eval(`${row}.can_focus && ${row}.accessible_name`)).toBe(
            texts.slice(0, 2).join('\n'),
        );
        await panel.shell.eval(`${row}.grab_key_focus(); null`);
        for (const button of buttons) {
            await panel.shell.pressKeys('Tab');
            await panel.shell.waitFor(`${problemButton(button)}.has_key_focus()`);
        }
        await panel.shell.pressKeys('Tab');
        await panel.shell.waitFor(`!${row}.contains(global.stage.get_key_focus())`);
        await panel.shell.clickActor(problemButton('Copy command'));
        const copied = await panel.shell.eval<string>(`(async () => {
            const {default: St} = await import('gi://St');
            return new Promise(resolve => St.Clipboard.get_default().get_text(
                St.ClipboardType.CLIPBOARD, (_clipboard, text) => resolve(text)));
        })()`);
        expect(copied).toBe('sudo apt install libvirt-dbus');
        await panel.shell.waitFor(problemButton('Copied'));
        await panel.shell.waitFor(problemButton('Copy command'));
        await panel.shell.clickActor(problemButton('Try again'));
        await problemOf(panel);
        await panel.close();
        expect(panel.shell.faults()).toEqual([]);
    });
});

describe('when libvirt-dbus refuses us', () => {
    const folder = temporaryDirectory('bus');
    const address = `unix:path=${folder}/socket`;
    let bus: RunningProgram;
    let service: RunningProgram;
    let panel: Panel;

    beforeAll(async () => {
        const config = GLib.build_filenamev([folder, 'bus.conf']);
        GLib.file_set_contents(config, REFUSING.replace('PATH', `${folder}/socket`));
        bus = new RunningProgram(['dbus-daemon', `--config-file=${config}`, '--nofork']);
        await waitFor('the bus', () => GLib.file_test(`${folder}/socket`, GLib.FileTest.EXISTS));
        service = new RunningProgram(['libvirt-dbus', '--session'], {
            env: {DBUS_SESSION_BUS_ADDRESS: address},
        });
        panel = await Panel.start({hosts: "['system', 'test']"}, {env: {DBUS_SYSTEM_BUS_ADDRESS: address}});
    });

    afterAll(async () => {
        await panel.stop();
        await service.stop();
        await bus.stop();
    });

    it('the panel says which group is missing, and shows the other host’s machines', async () => {
        await panel.open();
        const {texts, buttons} = await problemOf(panel);
        expect(texts[0]).toContain('Not allowed to use the system’s machines');
        expect(texts[1]).toContain('group “libvirt”');
        expect(buttons).toContain('Copy command');
        await panel.waitForState('test', 'Running');
        expect(await panel.icon()).toBe('running');
        await panel.close();
        expect(panel.shell.faults()).toEqual([]);
    });
});

describe('when libvirt-dbus stops', () => {
    const session = new SessionLibvirt();
    const libvirt = new TestDriver();
    let panel: Panel;

    beforeAll(async () => {
        panel = await Panel.start();
        await libvirt.lookup('test');
    });

    afterAll(async () => {
        await session.continueAll();
        await panel.stop();
    });

    afterEach(() => expect(panel.shell.faults()).toEqual([]));

    it('is started again after it was killed, and the panel goes on', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        const killed = session.pids('libvirt-dbus');
        await session.signal('libvirt-dbus', 'KILL');
        // The bus may not have seen its end yet; the panel's next call starts another one.
        await waitFor('another libvirt-dbus', () =>
            session.pids('libvirt-dbus').some(pid => !killed.includes(pid)),
        );
        await panel.waitForState('test', 'Running', 10_000);
        await libvirt.destroy('test');
        await panel.waitForState('test', 'Off');
        await libvirt.start('test');
        await panel.waitForState('test', 'Running');
        await panel.close();
    });

    it('keeps the panel alive while it does not answer, and is believed when it does again', async () => {
        await panel.open();
        await panel.waitForState('test', 'Running');
        await session.signal('libvirt-dbus', 'STOP');
        await panel.shell.clickActor(Panel.button(Panel.row('test'), '\u2068Shut down'));
        await panel.waitForState('test', 'Stopping…');
        // The Shell itself answers at once.
        const before = GLib.get_monotonic_time();
        await panel.shell.eval('Main.panel.visible');
        expect(GLib.get_monotonic_time() - before).toBeLessThan(500_000);
        await session.signal('libvirt-dbus', 'CONT');
        await panel.waitForState('test', 'Off', 10_000);
        await panel.close();
    });
});
