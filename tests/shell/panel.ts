// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {EXTENSION_UUID, SETTINGS_SCHEMA} from '../../shared/names.js';
import {pause, waitFor} from '../harness/deadline.js';
import {HeadlessShell, type ShellOptions} from '../harness/headlessShell.js';

/** A row of the menu as the Shell has it. */
export interface Row {
    /** The GType's name, such as `HandoverMachineMenuItem`. */
    type: string;
    /** What a screen reader says of the row. */
    name: string;
    /** Every text in the row, from left to right. */
    texts: string[];
    /** Accessible names of the visible buttons in it. */
    buttons: string[];
}

/** Helpers that live in the Shell, as `handoverTest`. */
const INSIDE = `
globalThis.handoverTest = {
    walk(actor, visit) {
        if (!actor.visible) return;
        visit(actor);
        for (const child of actor.get_children()) this.walk(child, visit);
    },
    describe(actor) {
        const texts = [], buttons = [];
        this.walk(actor, one => {
            const type = one.constructor.$gtype.name;
            if (type === 'StLabel' && one.text !== '') texts.push(one.text);
            if (type === 'StButton') buttons.push(one.accessible_name || one.label || '');
        });
        const type = actor.constructor.$gtype.name;
        return {type, name: actor.accessible_name || actor.label_actor?.text || '', texts, buttons};
    },
    rows(menu) {
        const found = [];
        for (const item of menu._getMenuItems())
            found.push(...(item._getMenuItems ? item._getMenuItems() : [item]));
        return found.filter(item => item.visible);
    },
};
`;

/** GNOME Shell with the extension, and what a test does with it. */
export class Panel {
    /** An expression for the indicator. */
    static readonly indicator = `Main.panel.statusArea[${JSON.stringify(EXTENSION_UUID)}]`;
    static readonly menu = `${Panel.indicator}.menu`;

    private constructor(readonly shell: HeadlessShell) {}

    /**
     * Starts a Shell with the extension enabled.
     * @param settings keys of the extension, as GVariant text
     */
    static async start(settings: Record<string, string> = {}, options: ShellOptions = {}): Promise<Panel> {
        const shell = await HeadlessShell.start(options);
        const panel = new Panel(shell);
        try {
            await shell.eval(INSIDE);
            await shell.eval(
                `globalThis.handoverSettings = new Gio.Settings({schema_id: '${SETTINGS_SCHEMA}'}); null`,
            );
            for (const [key, value] of Object.entries({hosts: "['test']", ...settings}))
                await panel.set(key, value);
            await shell.enableExtension(EXTENSION_UUID);
            // The first time its modules are loaded a few at a time, so that the Shell does not stop for them.
            await shell.waitFor(Panel.indicator);
        } catch (error) {
            await shell.stop();
            throw error;
        }
        return panel;
    }

    /** Ends the Shell. */
    stop(): Promise<void> {
        return this.shell.stop();
    }

    /** @param value the value as GVariant text */
    async set(key: string, value: string): Promise<void> {
        await this.shell.eval(
            `handoverSettings.set_value(${JSON.stringify(key)}, GLib.Variant.parse(null, ${JSON.stringify(value)}, null, null)); null`,
        );
    }

    /** @returns the value of a key, unpacked */
    get<T>(key: string): Promise<T> {
        return this.shell.eval<T>(`handoverSettings.get_value(${JSON.stringify(key)}).recursiveUnpack()`);
    }

    /** Opens the menu with the pointer. */
    async open(): Promise<void> {
        if (await this.isOpen()) return;
        await this.#waitForItsPlace();
        await this.shell.clickActor(Panel.indicator);
        await this.shell.waitFor(`${Panel.menu}.isOpen`);
    }

    /** Other indicators come and go after a start, and move ours away under the pointer. */
    async #waitForItsPlace(): Promise<void> {
        const look = `${Panel.indicator}.has_allocation() && ${Panel.indicator}.get_transformed_position()[0]`;
        let before: number | false = false;
        await this.shell.waitFor(`${Panel.indicator}.mapped`);
        await waitFor('an indicator that stands still', async () => {
            const now = await this.shell.eval<number | false>(look);
            const still = now !== false && now === before;
            before = now;
            if (!still) await pause(200);
            return still;
        });
    }

    async close(): Promise<void> {
        await this.shell.eval(`${Panel.menu}.close(); null`);
        await this.shell.waitFor(`!${Panel.menu}.actor.visible`);
    }

    isOpen(): Promise<boolean> {
        return this.shell.eval<boolean>(`${Panel.menu}.isOpen`);
    }

    /** @returns the rows of the menu, from top to bottom */
    rows(): Promise<Row[]> {
        return this.shell.eval<Row[]>(
            `handoverTest.rows(${Panel.menu}).map(item => handoverTest.describe(item))`,
        );
    }

    /** An expression for the row of a machine, by the text of its label. */
    static row(label: string): string {
        return `handoverTest.rows(${Panel.menu}).find(item => item.label?.text === ${JSON.stringify(label)})`;
    }

    /** An expression for a row's button, by the beginning of its name. */
    static button(row: string, name: string): string {
        return `(() => {
            let found;
            handoverTest.walk(${row}, one => {
                if (one.constructor.$gtype.name === 'StButton' && (one.accessible_name || one.label || '').startsWith(${JSON.stringify(name)})) found ??= one;
            });
            return found;
        })()`;
    }

    /** An expression for a row of a machine's open submenu. */
    static submenuItem(label: string, text: string): string {
        return `${Panel.row(label)}.menu._getMenuItems().find(item => item.label?.text === ${JSON.stringify(text)})`;
    }

    /** An expression for a button of the dialog that is open. */
    static dialogButton(label: string): string {
        return Panel.button('Main.layoutManager.modalDialogGroup', label);
    }

    /** @returns the texts of the rows of a machine's open submenu */
    submenu(label: string): Promise<string[]> {
        return this.shell.eval<string[]>(
            `${Panel.row(label)}.menu._getMenuItems().filter(item => item.visible && item.label).map(item => item.label.text).filter(text => text !== '')`,
        );
    }

    /** @returns the name of the state icon that the panel shows */
    icon(): Promise<string> {
        return this.shell.eval<string>(
            `${Panel.indicator}.get_first_child().gicon.get_file().get_basename().replace(/^handover-|-symbolic.svg$/g, '')`,
        );
    }

    /** Waits until a machine's row shows a state. */
    async waitForState(label: string, state: string, within = 20_000): Promise<void> {
        await this.shell.waitFor(
            `handoverTest.describe(${Panel.row(label)}).texts.includes(${JSON.stringify(state)})`,
            within,
        );
    }
}

/** Where this run's pictures go; the folder is kept. */
export function screenshotPath(name: string): string {
    return GLib.build_filenamev([
        GLib.get_current_dir(),
        'build',
        'screenshots',
        `shell-${GLib.getenv('HANDOVER_GNOME') ?? ''}-${name}.png`,
    ]);
}

/** Prints a measured figure, and keeps it in a file of its own for those who compare runs. */
export function keepFigure(name: string, figure: unknown): void {
    const version = GLib.getenv('HANDOVER_GNOME') ?? '';
    const text = JSON.stringify(figure);
    print(`GNOME ${version}, ${name}: ${text}`);
    const folder = GLib.build_filenamev([GLib.get_current_dir(), 'build', 'bench']);
    GLib.file_set_contents(GLib.build_filenamev([folder, `shell-${version}-${name}.json`]), `${text}\n`);
}
