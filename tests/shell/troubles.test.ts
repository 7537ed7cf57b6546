// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {APP_ID} from '../../shared/names.js';
import {BusTraffic} from '../bench/busTraffic.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Panel, screenshotPath} from './panel.js';

/** A disk that is soon full; tools/sysroot/enter.sh makes it. */
const SMALL = '/run/small';
const SLOW_UUID = '7f1d2c3b-0000-4000-8000-000000000001';

describe('trouble with a machine', () => {
    const virsh = new VirshClient();
    const session = new SessionLibvirt();
    let panel: Panel;

    const plain = (text: string): string => text.replace(/[\u2066-\u2069]/g, '');
    const told = async (): Promise<{title: string; body: string; actions: string[]}[]> =>
        (await panel.shell.notifications()).map(({title, body, actions}) => ({
            title: plain(title),
            body: plain(body ?? ''),
            actions,
        }));
    const start = async (guest: Guest): Promise<void> => {
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        await guest.waitForAgent(virsh);
    };
    const end = async (guest: Guest): Promise<void> => {
        await virsh.run(['destroy', guest.name]);
        await virsh.run(['undefine', guest.name]);
        // Of what is there no more nothing is told.
        await waitFor('the end', async () => (await told()).length === 0);
    };
    const warns = (label: string): Promise<boolean> =>
        panel.shell.eval<boolean>(`(() => {
            let found = false;
            handoverTest.walk(${Panel.row(label)}, one => {
                if (one.icon_name === 'dialog-warning-symbolic') found = true;
            });
            return found;
        })()`);
    const press = (label: string): Promise<unknown> =>
        panel.shell.eval(
            `Main.messageTray.getSources().flatMap(source => source.notifications).at(-1)
                .actions.find(action => action.label === ${JSON.stringify(label)}).activate(); null`,
        );

    beforeAll(async () => {
        await session.start();
        panel = await Panel.start({hosts: "['session']"});
    }, 60_000);

    afterAll(async () => {
        await virsh.removeAll();
        await panel.stop();
    });

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        // mutter 48 says this of windows of GTK's, of the app's own among them.
        const faults = panel.shell.faults().filter(line => !line.includes('surface_state_changed'));
        expect(faults).toEqual([]);
    });

    it('is told once, and its row says what it is: a full disk', async () => {
        const image = `${SMALL}/grows.qcow2`;
        await runProgram(['qemu-img', 'create', '-f', 'qcow2', image, '64M']);
        const guest = new Guest({
            name: 'full',
            devices: `<disk type='file'><driver name='qemu' type='qcow2' error_policy='stop'/>
                <source file='${image}'/><target dev='vda' bus='virtio'/></disk>`,
        });
        await start(guest);
        await guest.run(
            virsh,
            '(sleep 3; dd if=/dev/zero of=/dev/vda bs=64k count=400 oflag=direct) >/dev/null 2>&1 &',
        );
        await waitFor('the pause', async () => (await virsh.state('full')).state === 'paused', {
            within: 30_000,
        });
        await waitFor('the notice', async () => (await told())[0]?.title === 'full is paused');
        const [notice, ...others] = await told();
        expect(others).toEqual([]);
        expect(notice?.body).toContain('disk');
        expect(notice?.actions).toEqual(['Health']);

        await panel.open();
        await panel.waitForState('full', 'Paused: disk error');
        expect(await warns('full')).toBe(true);
        expect(await panel.icon()).toBe('attention');
        await panel.shell.eval(`${Panel.row('full')}.menu.open(); null`);
        expect((await panel.submenu('full'))[0]).toBe('Resume');
        const [sentence] = await panel.shell.eval<string[]>(
            `handoverTest.describe(${Panel.row('full')}.menu._getMenuItems()[0]).texts`,
        );
        expect(sentence).toBe('A disk error has paused it.');
        await pause(300);
        await panel.shell.screenshot(screenshotPath('unwell-dark'));
        await panel.close();

        const app = await BusTraffic.to([APP_ID]);
        await press('Health');
        await waitFor('the app to be asked', () => app.members().includes('ActivateAction'));
        await app.stop();
        await end(guest);
        GLib.unlink(image);
    }, 90_000);

    it('is told once: a watchdog that fires', async () => {
        const guest = new Guest({name: 'stuck', devices: "<watchdog model='i6300esb' action='pause'/>"});
        await start(guest);
        await guest.run(virsh, '(sleep 3; watchdog -F -T 1 -t 600 /dev/watchdog) >/dev/null 2>&1 &');
        await waitFor('the notice', async () => (await told())[0]?.title === 'stuck is paused', {
            within: 30_000,
        });
        const [notice, ...others] = await told();
        expect(others).toEqual([]);
        expect(notice?.body).toContain('watchdog');
        expect(notice?.actions).toEqual(['Health']);
        await end(guest);
    }, 60_000);

    it('is told once: a guest that panics', async () => {
        const guest = new Guest({name: 'panics', onCrash: 'preserve'});
        await start(guest);
        await virsh.run(['inject-nmi', 'panics']);
        await waitFor('the notice', async () => (await told())[0]?.title === 'panics crashed', {
            within: 20_000,
        });
        const [notice, ...others] = await told();
        expect(others).toEqual([]);
        expect(notice?.actions).toEqual(['Start again', 'Health']);
        await panel.open();
        await panel.waitForState('panics', 'Crashed');
        expect(await warns('panics')).toBe(true);
        await end(guest);
    }, 60_000);

    it('is no notice of its own: a start that is slower than usual', async () => {
        const folder = GLib.build_filenamev([GLib.get_user_state_dir(), 'handover', 'boots', 'session']);
        GLib.mkdir_with_parents(folder, 0o700);
        const boots = [1, 2, 3].map(at => ({
            startedAtMs: at * 1e6,
            agentMs: 900,
            readyMs: null,
            readyKind: null,
        }));
        GLib.file_set_contents(`${folder}/${SLOW_UUID}.json`, JSON.stringify({version: 1, boots}));
        const guest = new Guest({name: 'sleepy', uuid: SLOW_UUID});
        await virsh.define(guest.xml, {start: true});
        // At once: its agent must not have answered by then.
        await session.signal('qemu-system-x86', 'STOP');
        await waitFor('the notice', async () => (await told())[0]?.title === 'sleepy started');
        await pause(6500);
        await session.signal('qemu-system-x86', 'CONT');
        await waitFor('the remark', async () => (await told()).some(({body}) => body !== ''), {
            within: 30_000,
        });
        const [notice, ...others] = await told();
        expect(others).toEqual([]);
        expect(notice?.title).toBe('sleepy started');
        expect(notice?.body).toMatch(/^The last start took \d+ s; 1 s is usual\.$/);
        await end(guest);
    }, 90_000);
});
