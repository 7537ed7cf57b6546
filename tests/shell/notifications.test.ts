// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Panel} from './panel.js';
import {machineXml, TestDriver} from './testDriver.js';

/** A guest with a BIOS and nothing else: it runs, and takes no notice of the power button. */
const DEAF = `<domain type='qemu'><name>deaf</name><memory unit='MiB'>64</memory>
    <os><type arch='x86_64' machine='q35'>hvm</type></os><features><acpi/></features>
    <devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices></domain>`;

describe('notifications', () => {
    const libvirt = new TestDriver();
    const session = new SessionLibvirt();
    const virsh = new VirshClient();
    let panel: Panel;

    const plain = (text: string): string => text.replace(/[\u2068\u2069]/g, '');
    const titles = async (): Promise<string[]> =>
        (await panel.shell.notifications()).map(notification => plain(notification.title));
    const appears = (title: string, within = 5000): Promise<boolean> =>
        waitFor(`notification “${title}”`, async () => (await titles()).includes(title), {within});
    const press = (label: string): Promise<unknown> =>
        panel.shell.eval(
            `Main.messageTray.getSources().flatMap(source => source.notifications).at(-1)
                .actions.find(action => action.label === ${JSON.stringify(label)}).activate(); null`,
        );

    beforeAll(async () => {
        panel = await Panel.start({hosts: "['test', 'session']", 'shutdown-deadline': 'uint32 5'});
        await libvirt.define(machineXml('debian'));
        await virsh.define(DEAF);
        await panel.open();
        await panel.waitForState('deaf', 'Off', 15_000);
        await panel.close();
    }, 60_000);

    afterAll(async () => {
        await virsh.removeAll();
        await panel.stop();
    });

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        expect(panel.shell.faults()).toEqual([]);
    });

    it('tells of a start and a stop, each in the place of the one before', async () => {
        await libvirt.start('debian');
        await appears('debian started');
        await libvirt.destroy('debian');
        await appears('debian stopped');
        expect(await titles()).toEqual(['debian stopped']);
    });

    it('says nothing when it is turned off, or while the menu is open', async () => {
        await panel.set('notifications', 'false');
        await libvirt.start('debian');
        await panel.open();
        await panel.waitForState('debian', 'Running');
        await panel.set('notifications', 'true');
        await libvirt.destroy('debian');
        await panel.waitForState('debian', 'Off');
        expect(await titles()).toEqual([]);
        await panel.close();
        await libvirt.start('debian');
        await appears('debian started');
        await libvirt.destroy('debian');
        await appears('debian stopped');
    });

    it('offers force when a guest does not shut down, and forces it off', async () => {
        await virsh.run(['start', 'deaf']);
        await panel.open();
        await panel.waitForState('deaf', 'Running');
        await panel.shell.clickActor(Panel.button(Panel.row('deaf'), '\u2068Shut down'));
        await panel.waitForState('deaf', 'Stopping…');
        // There is nothing that the button would do now, and so it does not say so.
        const waiting = (await panel.rows()).find(row => plain(row.name).startsWith('deaf'));
        expect(waiting?.buttons.map(plain)).toEqual(['deaf, Stopping…']);
        await panel.close();
        await appears('deaf did not shut down', 15_000);
        const [notification] = await panel.shell.notifications();
        expect(notification?.actions).toEqual(['Force off', 'Details']);
        await waitFor('the icon', async () => (await panel.icon()) === 'attention');
        expect((await virsh.state('deaf')).state).toBe('running');
        await panel.open();
        await panel.shell.clickActor(`${Panel.row('deaf')}.label`);
        await panel.shell.waitFor(`${Panel.row('deaf')}.menu.isOpen`);
        const sentence = `${Panel.row('deaf')}.menu._getMenuItems()[0]`;
        expect(await panel.shell.eval(`${sentence}.can_focus && ${sentence}.accessible_name`)).toMatch(
            /did not shut down|does not react|force/i,
        );
        await panel.close();
        expect(await titles()).toEqual(['deaf did not shut down']);
        await press('Force off');
        await appears('deaf stopped');
        expect((await virsh.state('deaf')).state).toBe('shut off');
        expect(await titles()).toEqual(['deaf stopped']);
        await waitFor('idle icon', async () => (await panel.icon()) !== 'attention');
    }, 60_000);

    it('takes away what the user has dismissed in the menu', async () => {
        await virsh.run(['start', 'deaf']);
        await appears('deaf started');
        await panel.open();
        await panel.shell.clickActor(Panel.button(Panel.row('deaf'), '\u2068Shut down'));
        await appears('deaf did not shut down', 15_000);
        await panel.shell.clickActor(`${Panel.row('deaf')}.label`);
        await panel.shell.waitFor(`${Panel.row('deaf')}.menu.isOpen`);
        await panel.shell.clickActor(Panel.submenuItem('deaf', 'Dismiss'));
        await waitFor('no more', async () => (await titles()).length === 0);
        await virsh.run(['destroy', 'deaf']);
        await appears('deaf stopped');
    }, 60_000);

    it('offers to start again what has crashed', async () => {
        await virsh.run(['start', 'deaf']);
        await appears('deaf started');
        await session.signal('qemu-system-x86', 'KILL');
        await appears('deaf crashed');
        const [notification] = await panel.shell.notifications();
        expect(notification?.actions).toEqual(['Start again', 'Health']);
        await press('Start again');
        await appears('deaf started', 10_000);
        expect((await virsh.state('deaf')).state).toBe('running');
        expect(await titles()).toEqual(['deaf started']);
    }, 60_000);

    it('takes back what has been overtaken, also when it has nothing new to say', async () => {
        const crash = async (): Promise<void> => {
            await session.signal('qemu-system-x86', 'KILL');
            await appears('deaf crashed');
        };
        const isEmpty = (): Promise<boolean> => waitFor('no more', async () => (await titles()).length === 0);
        await crash();
        await panel.open();
        await virsh.run(['start', 'deaf']);
        await panel.waitForState('deaf', 'Running');
        await isEmpty();
        await panel.close();

        await crash();
        await panel.set('notifications', 'false');
        await virsh.run(['start', 'deaf']);
        await isEmpty();
        await panel.set('notifications', 'true');

        await crash();
        await virsh.run(['start', 'deaf']);
        await appears('deaf started');
        await virsh.run(['suspend', 'deaf']);
        await isEmpty();

        await virsh.run(['resume', 'deaf']);
        await crash();
        await virsh.run(['undefine', 'deaf']);
        await isEmpty();
        await virsh.define(DEAF);
    }, 60_000);

    it('groups machines by host when several have some', async () => {
        await panel.open();
        await panel.waitForState('debian', 'Off');
        // The computer that runs the tests may have no KVM, which the menu tells.
        const rows = (await panel.rows()).filter(({type}) => type !== 'HandoverFindingsItem');
        expect(rows.map(row => row.texts[0] ?? '')).toEqual([
            'Test',
            'debian',
            'test',
            'User session',
            'deaf',
            '',
            'Open Handover',
            'Settings',
        ]);
    });

    it('goes with the extension', async () => {
        await libvirt.start('debian');
        await appears('debian started');
        await panel.shell.disableExtension('handover@handover.github.io');
        expect(await panel.shell.eval('Main.messageTray.getSources().length')).toBe(0);
        await panel.shell.enableExtension('handover@handover.github.io');
    });
});
