// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HELPER_BUS_NAME} from '../../shared/names.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {Caller, ownerOf} from '../helper/helperProcess.js';
import {Panel, type Row} from './panel.js';

/** The card that is lent in these tests, and its sound. */
export const CARD = '0000:03:00.0';
export const SOUND = '0000:03:00.1';

/** Names without the marks that keep their direction from leaking. */
export function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

/** The panel beside a helper that moves the cards of a pretended machine. */
export class LendingPanel {
    private constructor(
        readonly panel: Panel,
        readonly polkit: FakePolkit,
        readonly caller: Caller,
        private readonly helper: RunningProgram,
    ) {}

    static async start(): Promise<LendingPanel> {
        const polkit = await FakePolkit.start();
        polkit.allow();
        const program = '/src/build/tests/shell/programs/helperOnFakes.js';
        const helper = new RunningProgram(['gjs', '-m', program, '600000']);
        await waitFor('the helper', () => ownerOf(HELPER_BUS_NAME) || !helper.running);
        if (!helper.running) throw new Error(`The helper has ended: ${helper.log()}`);
        const caller = new Caller();
        const [facts] = await caller.control('Facts', []);
        const folder = GLib.path_get_dirname(facts['sys']!);
        const panel = await Panel.start({}, {env: {HANDOVER_SYSROOT: folder}});
        return new LendingPanel(panel, polkit, caller, helper);
    }

    async stop(): Promise<void> {
        await this.panel.stop();
        this.caller.close();
        await this.helper.stop();
        this.polkit.stop();
    }

    /** What the helper said; for those who look why something failed. */
    helperLog(): string {
        return this.helper.log();
    }

    /** A program opens the card's node. @returns its number */
    async hold(comm: string): Promise<number> {
        const [pid] = await this.caller.control('Hold', ['/dev/dri/card1', '226:1', comm]);
        return pid;
    }

    /** The same under the number of a program that really runs. */
    async holdAs(comm: string, pid: number, cgroup = '/'): Promise<void> {
        await this.caller.control('HoldAs', ['/dev/dri/card1', '226:1', comm, pid, cgroup]);
    }

    async letGo(pid: number): Promise<void> {
        await this.caller.control('LetGo', [pid]);
    }

    /** An expression for the row of the card that is lent here. */
    static readonly row = `handoverTest.rows(${Panel.menu}).find(item => item.gpu?.address === '${CARD}')`;

    /** The row of the card that is lent here. */
    async row(): Promise<Row> {
        return this.panel.shell.eval<Row>(`handoverTest.describe(${LendingPanel.row})`);
    }

    /** Waits until the card's row has this in its name. */
    async cardIs(text: string, within = 8000): Promise<void> {
        let name = '';
        await waitFor(
            `card: ${text}`,
            async () => {
                name = plain((await this.row()).name);
                return name.includes(text);
            },
            {within},
        ).catch((error: unknown) => {
            throw new Error(`${String(error)}\nit is: ${name}\n${this.helperLog()}`);
        });
    }

    /** An expression for our dialog; undefined when there is none. */
    static readonly dialog = `Main.layoutManager.modalDialogGroup.get_children().find(
        one => one.constructor.$gtype.name.startsWith('Handover') && one.state === 0)`;

    /** What our dialog says, once it is open. */
    async dialog(): Promise<{texts: string[]; buttons: string[]; name: string}> {
        await this.panel.shell.waitFor(LendingPanel.dialog);
        const found = await this.panel.shell.eval<Row>(`handoverTest.describe(${LendingPanel.dialog})`);
        return {
            texts: found.texts.map(plain),
            // A scroll bar has buttons without names.
            buttons: found.buttons.filter(name => name !== '').map(plain),
            name: plain(found.name),
        };
    }

    /** Presses a button of our dialog. */
    async answer(label: string): Promise<void> {
        const button = `(${LendingPanel.dialog})?.buttonLayout.get_children().find(
            one => one.label.replace(/[\\u2068\\u2069]/g, '') === ${JSON.stringify(label)})`;
        let before = '';
        // A dialog that has just opened still finds its place.
        await waitFor('a dialog that stands still', async () => {
            const now = await this.panel.shell.eval<string>(
                `JSON.stringify((${button})?.get_transformed_extents().origin.y ?? null)`,
            );
            const still = now === before && now !== 'null';
            before = now;
            return still;
        });
        await this.panel.shell.clickActor(button);
        await this.dialogGone();
    }

    async dialogGone(): Promise<void> {
        await this.panel.shell.waitFor(`!(${LendingPanel.dialog})`);
    }
}
