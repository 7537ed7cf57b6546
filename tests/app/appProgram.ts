// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';
import {APP_ID, APP_PATH, SETTINGS_PATH} from '../../shared/names.js';
import {
    describe as describeTree,
    find,
    findAll,
    hasState,
    type Node,
    press,
    type Wanted,
    waitForApplication,
    waitForNode,
    waitUntilStill,
} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {waitFor} from '../harness/deadline.js';
import type {HeadlessShell} from '../harness/headlessShell.js';
import {RunningProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

/** Lines on standard error that tell of a fault; GTK, libadwaita and GJS all warn in this form. */
const FAULT = /-(?:WARNING|CRITICAL) \*\*|JS ERROR|Unhandled promise/;
/**
 * What the machine that runs the tests is to blame for: no portal, no GPU, frames that come late. And GTK 4.22: it
 * says that a role comes too late when a page comes back to its window that a screen reader has asked after while it
 * was in none (gtk_widget_root(), below adw_navigation_split_view_set_content()).
 */
const NOT_OURS =
    /dbind-WARNING|MESA|libEGL|org\.freedesktop\.portal|Vulkan|ZINK|glx:|gdk_frame_timings_presented|gtk_at_context_set_accessible_role: assertion '!self->realized'/;

/** An expression for its window in the Shell. */
const WINDOW = `global.get_window_actors().map(actor => actor.meta_window)
    .find(one => one.get_wm_class() === '${APP_ID}' || one.get_gtk_application_id() === '${APP_ID}')`;

/** How the app is started. */
export interface AppOptions {
    readonly hosts?: readonly string[];
    /** Other keys of the settings, as GVariant text. */
    readonly settings?: Readonly<Record<string, string>>;
    readonly env?: Readonly<Record<string, string | undefined>>;
}

/** The app as a person meets it: its window in a real Shell, its controls by name. */
export class AppProgram {
    /** The one that runs now; there is a single instance. */
    static #current: AppProgram | null = null;

    private constructor(
        readonly shell: HeadlessShell,
        readonly program: RunningProgram,
        readonly root: Node,
    ) {}

    /** Starts it and waits for its window. */
    static async start(
        shell: HeadlessShell,
        {hosts = ['test'], settings = {}, env = {}}: AppOptions = {},
    ): Promise<AppProgram> {
        const config = temporaryDirectory('config');
        const folder = GLib.build_filenamev([config, 'glib-2.0', 'settings']);
        GLib.mkdir_with_parents(folder, 0o700);
        // Nobody is welcomed: it is the first start only where a test says so.
        const keys = {
            hosts: `[${hosts.map(host => `'${host}'`).join(', ')}]`,
            welcomed: 'true',
            ...settings,
        };
        const lines = Object.entries(keys).map(([key, value]) => `${key}=${value}\n`);
        GLib.file_set_contents(
            GLib.build_filenamev([folder, 'keyfile']),
            `[${SETTINGS_PATH.replace(/^\/|\/$/g, '')}]\n${lines.join('')}`,
        );
        // The Shell's pointer and keyboard must be there before the app looks for them.
        await shell.click(1, 790);
        const program = new RunningProgram(['handover-app'], {
            // Drawn by the processor: the same picture every time, and sooner than by a GPU that is not there.
            env: {GSETTINGS_BACKEND: 'keyfile', GSK_RENDERER: 'cairo', XDG_CONFIG_HOME: config, ...env},
        });
        try {
            const root = await waitForApplication(APP_ID);
            await waitForNode(root, {role: /frame|window/});
            await AppProgram.#giveFocus(shell);
            const app = new AppProgram(shell, program, root);
            AppProgram.#current = app;
            return app;
        } catch (error) {
            await program.stop();
            throw new Error(`The app did not start: ${String(error)}\n${program.log()}`, {cause: error});
        }
    }

    /**
     * Waits until its window has the focus, without which keys go nowhere: it is mapped before the compositor gives it
     * the focus, and keeps it waiting where nobody has clicked on anything that starts it.
     */
    static async #giveFocus(shell: HeadlessShell): Promise<void> {
        const hasFocus = (): Promise<boolean> =>
            shell.eval<boolean>(`(() => {
                const window = ${WINDOW};
                if (!window || window.get_frame_rect().width <= 1) return false;
                if (global.display.focus_window === window) return true;
                window.activate(global.display.get_current_time_roundtrip());
                return false;
            })()`);
        await waitFor('the focus of the window', hasFocus, {every: 200});
    }

    /** Ends the one that a failed test has left. */
    static async stopCurrent(): Promise<void> {
        await AppProgram.#current?.stop();
        AppProgram.#current = null;
    }

    /** Ends it. @returns what it warned of */
    async stop(): Promise<string[]> {
        await this.program.stop();
        await waitFor('the app is gone', () => !this.program.running);
        return this.faults();
    }

    /** Lines of its log that tell of a fault of ours. */
    faults(): string[] {
        const lines = this.program.log().split('\n');
        return lines.flatMap((line, at) =>
            FAULT.test(line) && !NOT_OURS.test(line) ? [lines.slice(at, at + 6).join('\n')] : [],
        );
    }

    /** What is there and showing, or undefined. */
    find(wanted: Wanted): Node | undefined {
        return find(this.root, wanted);
    }

    /** Waits for something to be there and showing. */
    see(wanted: Wanted): Promise<Node> {
        return waitForNode(this.root, wanted);
    }

    /** Waits for something to be there, on the screen or scrolled out of it. */
    seeAnywhere(wanted: Wanted): Promise<Node> {
        return waitForNode(this.root, {...wanted, showing: false});
    }

    /** Waits for a button or menu item and does what a click on it would. */
    async press(name: string | RegExp, role: string | RegExp = /button|menu item/): Promise<void> {
        const canBePressed = (node: Node): boolean =>
            (node.get_action_iface()?.get_n_actions() ?? 0) > 0 && hasState(node, Atspi.StateType.SENSITIVE);
        const seen = await this.see({name, role});
        // A menu button is two: the one that is named, and within it the one that can be pressed. What can be pressed
        // is, and at once: a toast does not stay until the tree was walked through again.
        const able = canBePressed(seen)
            ? seen
            : await waitFor(
                  `something called ${String(name)} that can be pressed`,
                  () => findAll(this.root, {name, role}).find(canBePressed),
                  {every: 50},
              ).catch((error: unknown) => {
                  throw new Error(`${String(error)}\n${this.describe()}`, {cause: error});
              });
        press(able);
    }

    /** Shows the page of a machine of the test driver, as the panel has the app do it, and waits for it. */
    async choose(name: string, button = 'More actions'): Promise<void> {
        await this.activate('show-machine', new GLib.Variant('s', `test/${name}`));
        await this.see({name: button, role: 'button'});
        await this.see({name, role: 'label'});
    }

    /** Activates an action of the application over D-Bus. */
    async activate(action: string, parameter: GLib.Variant | null = null): Promise<void> {
        await callBus(
            [APP_ID, APP_PATH, 'org.gtk.Actions'],
            'Activate',
            new GLib.Variant('(sava{sv})', [action, parameter ? [parameter] : [], {}]),
        );
    }

    /** Clicks on something with the pointer; a menu opens for a person's click only. */
    async click(name: string | RegExp, role: string | RegExp = /button|menu item/): Promise<void> {
        const {x, y, width, height} = await waitUntilStill(await this.see({name, role}));
        const frame = await this.frame();
        await this.shell.click(frame.x + x + width / 2, frame.y + y + height / 2);
    }

    /** Opens the drop-down beside the obvious button and picks an action. */
    async pick(action: string | RegExp): Promise<void> {
        await this.click('More actions');
        await this.press(action, 'menu item');
    }

    /** The tree as text, for the message of a failure. */
    describe(): string {
        return describeTree(this.root);
    }

    /** Gives the window a size, in pixels. */
    async resize(width: number, height: number): Promise<void> {
        await this.shell.eval(`(() => {
            const window = ${WINDOW};
            window.unmaximize?.(3);
            window.move_resize_frame(false, 100, 60, ${width}, ${height});
        })()`);
        await waitFor(`a width of ${width}`, async () => Math.abs((await this.frame()).width - width) <= 1);
    }

    /** The window's frame on the screen, in pixels. */
    frame(): Promise<{x: number; y: number; width: number; height: number}> {
        return this.shell.eval(`(() => {
            const {x, y, width, height} = global.get_window_actors().at(-1).meta_window.get_frame_rect();
            return {x, y, width, height};
        })()`);
    }

    /** Keeps a picture of the window in build/screenshots. */
    async picture(name: string): Promise<void> {
        const gnome = GLib.getenv('HANDOVER_GNOME') ?? '';
        const path = GLib.build_filenamev([
            GLib.get_current_dir(),
            'build',
            'screenshots',
            `app-${gnome}-${name}.png`,
        ]);
        await this.shell.screenshot(path);
    }
}
