// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from './bus.js';
import {waitFor} from './deadline.js';
import {RunningProgram} from './program.js';

const SHELL = ['org.gnome.Shell', '/org/gnome/Shell', 'org.gnome.Shell'] as const;
const EXTENSIONS = ['org.gnome.Shell', '/org/gnome/Shell', 'org.gnome.Shell.Extensions'] as const;
const SCREENSHOT = [
    'org.gnome.Shell.Screenshot',
    '/org/gnome/Shell/Screenshot',
    'org.gnome.Shell.Screenshot',
] as const;

/** ExtensionState of the Shell's misc/extensionUtils.js. */
const ACTIVE = 1;
const ERROR = 3;

/** Log lines that tell of a fault in JavaScript or of a misused object. */
const fault =
    /JS ERROR|JS WARNING|Unhandled promise|-CRITICAL|already disposed|has been already (disposed|finalized)/;

/** How the Shell is started. */
export interface ShellOptions {
    /** Size of the one monitor, such as `1280x800`. */
    monitor?: string;
    /** Variables to add; undefined takes one away. */
    env?: Record<string, string | undefined>;
}

/** A real GNOME Shell without a screen, on this run's session bus. One at a time. */
export class HeadlessShell {
    readonly #program: RunningProgram;

    private constructor(program: RunningProgram) {
        this.#program = program;
    }

    /**
     * Starts it and waits until it answers, shows an empty desktop and is idle.
     * @throws {DeadlineError} when it is not up in time; its log is in the message
     */
    static async start({monitor = '1280x800', env = {}}: ShellOptions = {}): Promise<HeadlessShell> {
        const program = new RunningProgram(
            [
                'gnome-shell',
                '--headless',
                '--wayland',
                '--no-x11',
                '--virtual-monitor',
                monitor,
                '--unsafe-mode',
            ],
            {env: {XDG_SESSION_TYPE: 'wayland', XDG_CURRENT_DESKTOP: 'GNOME', ...env}},
        );
        const shell = new HeadlessShell(program);
        try {
            await waitFor(
                'GNOME Shell',
                async () => {
                    if (!program.running) throw new Error('it ended');
                    return (await shell.eval<boolean>('!Main.layoutManager._startingUp')) === true;
                },
                {within: 20_000, every: 50},
            );
            await shell.#settle();
        } catch (error) {
            const log = program.log();
            await program.stop();
            throw new Error(`GNOME Shell did not start: ${String(error)}\n${log}`, {cause: error});
        }
        // Programs that this test starts show their windows here.
        GLib.setenv('WAYLAND_DISPLAY', 'wayland-0', true);
        GLib.setenv('XDG_SESSION_TYPE', 'wayland', true);
        GLib.setenv('XDG_CURRENT_DESKTOP', 'GNOME', true);
        return shell;
    }

    /** An empty desktop that holds still: no overview, no animation, no greeting. */
    async #settle(): Promise<void> {
        await this.eval(`(async () => {
            const {default: St} = await import('gi://St');
            St.Settings.get().inhibit_animations();
            // The pointer starts in the corner, whose barrier would hold it and open the overview.
            new Gio.Settings({schema_id: 'org.gnome.desktop.interface'}).set_boolean('enable-hot-corners', false);
            Main.overview.hide();
        })()`);
        await this.waitFor('!Main.overview.visible');
        // Programs that start from now on find a pointer and a keyboard, and miss nothing of their first use.
        await this.#input('');
        await this.dismissNotifications();
    }

    get pid(): number {
        return this.#program.pid;
    }

    /**
     * Evaluates JavaScript in the Shell; a promise is awaited. In scope are Main, Gio, GLib,
     * Meta, Shell and, by `await import('gi://…')`, everything else.
     * @param code an expression, or statements whose last value counts
     * @param timeout in milliseconds
     * @returns the value, gone through JSON
     * @throws when the code throws
     */
    async eval<T = unknown>(code: string, timeout = 10_000): Promise<T> {
        const [success, text] = (await callBus(SHELL, 'Eval', new GLib.Variant('(s)', [code]), timeout)) as [
            boolean,
            string,
        ];
        if (!success) throw new Error(`In the Shell: ${text}\n${code}`);
        return (text === '' ? undefined : JSON.parse(text)) as T;
    }

    /** @param code an expression that becomes true  @throws {DeadlineError} when it does not */
    async waitFor(code: string, within = 20_000): Promise<void> {
        await waitFor(code, () => this.eval<boolean>(`!!(${code})`), {within});
    }

    /**
     * Enables an extension that is installed, and waits until it is active.
     * @throws when it fails, with its own error
     */
    async enableExtension(uuid: string): Promise<void> {
        await callBus(EXTENSIONS, 'EnableExtension', new GLib.Variant('(s)', [uuid]));
        const look = `Main.extensionManager.lookup(${JSON.stringify(uuid)})`;
        await waitFor(`extension ${uuid}`, async () => {
            const state = await this.eval<number | undefined>(`${look}?.state`);
            return state === ACTIVE || state === ERROR;
        });
        const error = await this.eval<string>(`${look}.state === ${ERROR} ? String(${look}.error) : ''`);
        if (error !== '') throw new Error(`The extension failed: ${error}\n${this.faults().join('\n')}`);
    }

    /** Disables an extension, and waits until it is. */
    async disableExtension(uuid: string): Promise<void> {
        await callBus(EXTENSIONS, 'DisableExtension', new GLib.Variant('(s)', [uuid]));
        await this.waitFor(`Main.extensionManager.lookup(${JSON.stringify(uuid)})?.state !== ${ACTIVE}`);
    }

    /** @param path where the PNG of the whole screen goes; its folder is made */
    async screenshot(path: string): Promise<void> {
        GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o777);
        const [success] = await callBus(
            SCREENSHOT,
            'Screenshot',
            new GLib.Variant('(bbs)', [false, false, path]),
            15_000,
        );
        if (success !== true) throw new Error(`No screenshot at ${path}`);
    }

    /** Takes every notification away. */
    async dismissNotifications(): Promise<void> {
        await this.eval('Main.messageTray.getSources().forEach(source => source.destroy())');
    }

    /**
     * @returns every notification in the tray, oldest first
     */
    notifications(): Promise<{source: string; title: string; body: string; actions: string[]}[]> {
        return this.eval(`Main.messageTray.getSources().flatMap(source => source.notifications.map(n => ({
            source: source.title, title: n.title, body: n.body ?? '', actions: n.actions.map(a => a.label),
        })))`);
    }

    /** Moves the pointer, in pixels of the screen, and leaves it there. */
    async point(x: number, y: number): Promise<void> {
        await this.#input(`
            pointer.notify_absolute_motion(time(), ${x}, ${y});
            await beat();`);
    }

    /** Moves the pointer, in pixels of the screen, and presses its first button once. */
    async click(x: number, y: number): Promise<void> {
        await this.#input(`
            pointer.notify_absolute_motion(time(), ${x}, ${y});
            await beat();
            pointer.notify_button(time(), Clutter.BUTTON_PRIMARY, Clutter.ButtonState.PRESSED);
            await beat();
            pointer.notify_button(time(), Clutter.BUTTON_PRIMARY, Clutter.ButtonState.RELEASED);
            await beat();`);
    }

    /** @param actor an expression for an actor that is on the screen: its middle is clicked */
    async clickActor(actor: string): Promise<void> {
        const [x, y] = await this.eval<[number, number]>(`(() => {
            const actor = ${actor};
            if (!actor.mapped) throw new Error('not on the screen');
            const [x, y] = actor.get_transformed_position();
            const [width, height] = actor.get_transformed_size();
            return [x + width / 2, y + height / 2];
        })()`);
        await this.click(x, y);
    }

    /**
     * Presses keys together, in this order, and lets go of them in the other.
     * @param keys names of Clutter keys, such as `Super_L`, `v`, `Escape`
     */
    async pressKeys(...keys: string[]): Promise<void> {
        const press = (key: string, state: string): string =>
            `keyboard.notify_keyval(time(), Clutter[${JSON.stringify(`KEY_${key}`)}], Clutter.KeyState.${state});
            await beat();`;
        const down = keys.map(key => press(key, 'PRESSED'));
        const up = keys.toReversed().map(key => press(key, 'RELEASED'));
        await this.#input([...down, ...up].join('\n'));
    }

    /** Runs code that has `pointer`, `keyboard`, `time()` and `beat()`, which lets the input arrive. */
    async #input(code: string): Promise<void> {
        await this.eval(`(async () => {
            const {default: Clutter} = await import('gi://Clutter');
            const seat = Clutter.get_default_backend?.()?.get_default_seat() ?? global.stage.context.get_backend().get_default_seat();
            globalThis.handoverTestInput ??= {
                pointer: seat.create_virtual_device(Clutter.InputDeviceType.POINTER_DEVICE),
                keyboard: seat.create_virtual_device(Clutter.InputDeviceType.KEYBOARD_DEVICE),
            };
            const {pointer, keyboard} = globalThis.handoverTestInput;
            const time = () => GLib.get_monotonic_time();
            const beat = () => new Promise(resolve => GLib.timeout_add(GLib.PRIORITY_DEFAULT, 20, () => {
                resolve();
                return GLib.SOURCE_REMOVE;
            }));
            ${code}
        })()`);
    }

    /** Everything that it has printed so far. */
    log(): string {
        return this.#program.log();
    }

    /** @returns log lines that tell of a fault in JavaScript, or of a misused object */
    faults(): string[] {
        const lines = this.log().split('\n');
        return lines.flatMap((line, at) => (fault.test(line) ? [lines.slice(at, at + 6).join('\n')] : []));
    }

    /** Ends it. */
    async stop(): Promise<void> {
        await this.#program.stop();
    }
}
