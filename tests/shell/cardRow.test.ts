// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {CARD, LendingPanel, plain, SOUND} from './lendingPanel.js';
import {Panel, screenshotPath} from './panel.js';

const ON_LINUX = {[CARD]: 'amdgpu', [SOUND]: 'snd_hda_intel'};

describe('the row of a card', () => {
    let lab: LendingPanel;
    let panel: Panel;

    beforeAll(async () => {
        lab = await LendingPanel.start();
        panel = lab.panel;
    }, 60_000);

    afterAll(() => lab.stop());

    beforeEach(async () => {
        await panel.open();
        await panel.shell.waitFor(LendingPanel.row);
    });

    afterEach(async () => {
        await panel.close();
        await panel.shell.dismissNotifications();
        expect(panel.shell.faults()).toEqual([]);
    });

    const press = (label: string): Promise<void> =>
        panel.shell.clickActor(Panel.button(LendingPanel.row, label));
    const bindings = async (): Promise<Record<string, string>> =>
        (await lab.caller.control('Bindings', ['0000:03']))[0];
    const titles = async (): Promise<string[]> =>
        (await panel.shell.notifications()).map(({title}) => plain(title));
    /** Opens its submenu and reads it. */
    const submenu = async (): Promise<string[]> => {
        const menu = `${LendingPanel.row}.menu`;
        await panel.shell.eval(`${menu}.open(); null`);
        await pause(200);
        const texts = await panel.shell.eval<string[]>(
            `${menu}._getMenuItems().map(item => item.label_actor?.text ?? '').filter(text => text !== '')`,
        );
        return texts.map(plain);
    };
    /** Waits until its submenu has these rows: what can be done follows a moment after what the row says. */
    const submenuIs = async (...wanted: string[]): Promise<void> => {
        let seen: string[] = [];
        const isThere = async (): Promise<boolean> => {
            seen = await submenu();
            return JSON.stringify(seen) === JSON.stringify(wanted);
        };
        const is = await waitFor(`the submenu ${wanted.join(', ')}`, isThere).catch((error: unknown) => {
            throw new Error(`${String(error)}; it has ${seen.join(', ')}`, {cause: error});
        });
        expect(is).toBe(true);
    };
    const choose = (label: string): Promise<void> =>
        panel.shell.clickActor(
            `${LendingPanel.row}.menu._getMenuItems().find(item => item.label?.text === ${JSON.stringify(label)})`,
        );

    it('takes it from Linux and returns it', async () => {
        await lab.cardIs('Linux (amdgpu)');
        await submenuIs('Take for a machine', 'Show in Handover');
        await press('\u2068Take for a machine');
        await lab.cardIs('vfio-pci, free');
        await submenuIs('Return to Linux', 'Force back…', 'Show in Handover');
        await panel.shell.screenshot(screenshotPath('card-lent'));
        await press('\u2068Return to Linux');
        await lab.cardIs('Linux (amdgpu)');
        expect(await bindings()).toEqual(ON_LINUX);
        expect(await titles()).toEqual([]);
    }, 30_000);

    it('works with the keyboard alone', async () => {
        await panel.close();
        await panel.shell.eval(`${LendingPanel.row}; ${Panel.indicator}.toggleMenu(); null`);
        const focused = (): Promise<string> =>
            panel.shell.eval<string>('global.stage.get_key_focus()?.accessible_name ?? ""').then(plain);
        await waitFor('the button', async () => {
            if ((await focused()).startsWith('Take for a machine: Radeon RX 7900')) return true;
            await panel.shell.pressKeys('Tab');
            return false;
        });
        await panel.shell.pressKeys('Return');
        await lab.cardIs('vfio-pci, free');
        await waitFor('what the button does now', async () =>
            (await focused()).startsWith('Return to Linux: Radeon'),
        );
        await panel.shell.pressKeys('Return');
        await lab.cardIs('Linux (amdgpu)');
    }, 30_000);

    it('names the step while it is moved, and calls it off', async () => {
        await lab.caller.control('Gate', [true]);
        await press('\u2068Take for a machine');
        // The first step that asks the kernel for something.
        await lab.cardIs('Loading vfio-pci');
        await pause(100);
        await panel.shell.screenshot(screenshotPath('card-moving'));
        await submenuIs('Cancel', 'Show in Handover');
        await press('Cancel');
        await lab.caller.control('Gate', [false]);
        await lab.cardIs('Linux (amdgpu)');
        expect(await bindings()).toEqual(ON_LINUX);
    }, 30_000);

    it('shows the step of a handover that somebody else asked for', async () => {
        await lab.caller.control('Gate', [true]);
        const taken = lab.caller.outcome('Take', CARD);
        await lab.cardIs('Being taken from Linux…');
        expect((await lab.row()).buttons.filter(name => name.startsWith('Cancel'))).toEqual([]);
        await lab.caller.control('Gate', [false]);
        expect((await taken).kind).toBe('done');
        await lab.cardIs('vfio-pci, free');
        await press('\u2068Return to Linux');
        await lab.cardIs('Linux (amdgpu)');
    }, 30_000);

    it('asks about programs that hold it', async () => {
        const pid = await lab.hold('blender');
        await press('\u2068Take for a machine');
        const {buttons, texts} = await lab.dialog();
        expect(buttons).toEqual(['Close blender and take', 'Cancel']);
        expect(texts).toContain('blender');
        await panel.shell.pressKeys('Escape');
        await lab.dialogGone();
        expect(await bindings()).toEqual(ON_LINUX);
        await lab.letGo(pid);
    }, 30_000);

    it('says why it was not allowed', async () => {
        lab.polkit.verdicts['hand-over'] = 'no';
        await press('\u2068Take for a machine');
        await panel.shell.waitFor(`${Panel.indicator} && ${LendingPanel.row}.menu`);
        await waitFor('the sentence', async () =>
            (await submenu()).some(text => text.startsWith('The system does not allow it')),
        );
        expect(await submenu()).toContain('Dismiss');
        // It stands in the menu that is open.
        expect(await titles()).toEqual([]);
        await choose('Dismiss');
        lab.polkit.allow();
    }, 30_000);

    it('climbs the ladder rung by rung when it does not come back', async () => {
        await press('\u2068Take for a machine');
        await lab.cardIs('vfio-pci, free');
        await lab.caller.control('Misbehave', [`^probe ${CARD}`, 'No such device']);
        await press('\u2068Return to Linux');
        await lab.cardIs('Could not be brought back');
        await waitFor('its icon', async () => (await panel.icon()) === 'attention');
        await pause(200);
        expect((await submenu())[0]).toMatch(/Force it back/);
        await panel.shell.screenshot(screenshotPath('card-not-back'));
        await press('\u2068Force back');
        const {buttons, texts} = await lab.dialog();
        expect(buttons).toEqual(['Cancel', 'Remove and find again']);
        expect(texts[0]).toMatch(/^Force Radeon .* back\?$/);
        await panel.shell.screenshot(screenshotPath('card-force'));
        await lab.answer('Remove and find again');
        await panel.open();
        await lab.cardIs('Linux (amdgpu)');
        expect(await bindings()).toEqual(ON_LINUX);
        await waitFor('its icon', async () => (await panel.icon()) === 'running');
    }, 40_000);

    it('says that only a restart helps when the kernel is stuck', async () => {
        await lab.caller.control('Misbehave', ['unbind amdgpu', '']);
        await press('\u2068Take for a machine');
        await lab.cardIs('Stuck: the kernel does not answer', 15_000);
        expect(await panel.icon()).toBe('attention');
        await waitFor('the sentence', async () =>
            (await submenu()).some(text => text.includes('restart the computer')),
        );
        await panel.shell.screenshot(screenshotPath('card-stuck'));
        await choose('Dismiss');
        await waitFor('it is dismissed', async () => !(await submenu()).includes('Dismiss'));
        // Nobody is offered to try again, and it is said all the same.
        const [sentence, ...offered] = await submenu();
        expect(sentence).toContain('restart the computer');
        expect(offered).toEqual(['Show in Handover']);
        expect((await lab.row()).buttons).toEqual([(await lab.row()).name]);
    }, 40_000);
});
