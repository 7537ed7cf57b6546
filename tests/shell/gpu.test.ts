// SPDX-License-Identifier: GPL-3.0-or-later
import {FakePciTree} from '../fakes/fakePciTree.js';
import {defineHostdevMachine, startMachine, stopMachine} from '../fakes/hostdevMachine.js';
import {waitFor} from '../harness/deadline.js';
import {Panel, type Row, screenshotPath} from './panel.js';
import {TestDriver} from './testDriver.js';

const AMD = ['0000:03:00.0', '0000:03:00.1'];

/** Names without the marks that keep their direction from leaking. */
function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

describe('graphics cards in the panel', () => {
    const libvirt = new TestDriver();
    let panel: Panel | null = null;

    async function start(fake: FakePciTree): Promise<Panel> {
        panel = await Panel.start({}, {env: {HANDOVER_SYSROOT: fake.folder}});
        return panel;
    }

    async function cards(): Promise<Row[]> {
        const rows = await panel!.rows();
        return rows.filter(({type}) => type === 'HandoverGpuMenuItem');
    }

    /** Waits until the rows of cards say this, in their accessible names. */
    async function cardsAre(...names: (string | RegExp)[]): Promise<void> {
        await waitFor(`cards ${names.join(' / ')}`, async () => {
            const found = (await cards()).map(({name}) => plain(name));
            return (
                found.length === names.length &&
                names.every((name, at) =>
                    typeof name === 'string' ? found[at] === name : name.test(found[at] ?? ''),
                )
            );
        }).catch(async (error: unknown) => {
            throw new Error(`${String(error)}\n${JSON.stringify(await panel!.rows(), null, 1)}`);
        });
    }

    afterEach(async () => {
        const faults = panel?.shell.faults();
        await panel?.stop();
        panel = null;
        expect(faults).toEqual([]);
    });

    it('have a row with owner and use, which follows the kernel, machines and programs', async () => {
        const fake = new FakePciTree().withoutConsole().intelGraphics().amdCard();
        const {shell, open, close, icon} = bound(await start(fake));
        const name = /Radeon RX 7900 [^,]*/.source;
        await open();
        await cardsAre(new RegExp(`^${name}, Linux \\(amdgpu\\), Not in use$`));
        expect(await icon()).toBe('running');

        // Nobody looks while the menu is open: a program is seen the next time.
        const blender = fake.processes.start({
            comm: 'blender',
            cgroup: '/user.slice/user@1000.service/app.slice/app-gnome-org.blender.Blender-77.scope',
        });
        const descriptor = fake.use(blender, '/dev/dri/renderD129');
        await close();
        await open();
        await cardsAre(new RegExp(`^${name}, Linux \\(amdgpu\\), In use by blender$`));
        await shell.screenshot(screenshotPath('gpu-linux'));
        blender.close(descriptor);

        await fake.lend(...AMD);
        await cardsAre(new RegExp(`^${name}, vfio-pci, free$`));

        await defineHostdevMachine('Windows 11', AMD[0]!);
        await startMachine('Windows 11');
        await cardsAre(new RegExp(`^${name}, With Windows 11$`));
        await waitFor('its icon', async () => (await icon()) === 'gpu');
        await shell.screenshot(screenshotPath('gpu-machine'));
        expect(plain(await shell.eval<string>(`${Panel.indicator}.accessible_name`))).toMatch(
            /^Handover: Radeon RX 7900 .* is with Windows 11$/,
        );

        await close();
        await stopMachine('Windows 11');
        await fake.giveBack(...AMD);
        await waitFor('its icon', async () => (await icon()) === 'running');
        await open();
        await cardsAre(new RegExp(`^${name}, Linux \\(amdgpu\\), Not in use$`));
        await libvirt.undefine('Windows 11');
    }, 60_000);

    it('are not there without a second card, and come when it is plugged in', async () => {
        const fake = new FakePciTree().withoutConsole().intelGraphics();
        const {open} = bound(await start(fake));
        await open();
        await panel!.waitForState('test', 'Running');
        expect((await panel!.rows()).map(({name}) => plain(name))).toEqual([
            'test, Running',
            '',
            'Open Handover',
            'Settings',
        ]);
        fake.amdCard();
        await cardsAre(/Radeon/);
        fake.kernel.vanish(AMD[1]!);
        fake.kernel.vanish(AMD[0]!);
        await cardsAre();
    }, 40_000);

    it('may be many, with names that are not ours', async () => {
        const fake = new FakePciTree().intelGraphics();
        for (let bus = 1; bus <= 6; bus++)
            fake.device(`0000:0${bus}:00.0`, 0x030000, 'dead:beef', {group: String(bus), driver: 'nouveau'});
        const evil = fake.processes.start({comm: '<b>a</b>\n\u202eb'});
        fake.use(evil, '/dev/dri/card1');
        fake.processes.start({comm: 'secret', closed: true});
        const {shell, open} = bound(await start(fake));
        await open();
        const card = 'Indigita Corporation dead:beef, Linux (nouveau)';
        const rest = 'No use seen; 1 process could not be inspected';
        await cardsAre(
            `${card}, In use by <b>a</b> b`,
            `${card}, ${rest}`,
            `${card}, ${rest}`,
            `${card}, ${rest}`,
        );
        expect((await panel!.rows()).map(({name}) => plain(name))).toContain('2 more cards in Handover');
        await shell.screenshot(screenshotPath('gpu-many'));
    }, 40_000);

    it('say what is missing where there is no helper', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {shell, open} = bound(await start(fake));
        await open();
        await cardsAre(/Linux \(amdgpu\)/);
        const row = `handoverTest.rows(${Panel.menu}).find(item => item.gpu)`;
        await shell.clickActor(Panel.button(row, '\u2068Take for a machine'));
        await shell.eval(`${row}.menu.open(); null`);
        await shell.waitFor(
            `/^Without the helper a graphics card cannot be moved/.test(${row}.menu._getMenuItems()[0].label_actor?.text)`,
        );
        await cardsAre(/Linux \(amdgpu\)/);
    }, 40_000);

    it('are taken away with the extension, even while they are being looked for', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {shell, open} = bound(await start(fake));
        const uuid = await shell.eval<string>(
            `Object.keys(Main.panel.statusArea).find(key => key.startsWith('handover'))`,
        );
        await open();
        for (let round = 0; round < 3; round++) {
            await shell.disableExtension(uuid);
            await shell.enableExtension(uuid);
            await shell.waitFor(Panel.indicator);
        }
        await shell.waitFor(`${Panel.indicator}.mapped && !Main.panel.statusArea.quickSettings.menu.isOpen`);
        await fake.lend(...AMD);
        await open();
        await cardsAre(/vfio-pci, free$/);
    }, 40_000);
});

/** A panel's methods as functions of their own. */
function bound(panel: Panel): Pick<Panel, 'shell' | 'open' | 'close' | 'icon'> {
    return {
        shell: panel.shell,
        open: () => panel.open(),
        close: () => panel.close(),
        icon: () => panel.icon(),
    };
}
