// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import Meta from 'gi://Meta';
import Shell from 'gi://Shell';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

/** Keys of the settings that hold shortcuts. Mutter knows them by these names, which all extensions share. */
export type Shortcut = 'handover-toggle-machine' | 'handover-open-display' | 'handover-open-menu';

/** The keys that work everywhere; which ones they are is in the settings, and may change at any time. */
export class Keybindings {
    readonly #names: Shortcut[] = [];

    /**
     * @param settings where the shortcuts stand
     * @param handlers what each does
     */
    constructor(settings: Gio.Settings, handlers: Readonly<Record<Shortcut, () => void>>) {
        for (const [name, handler] of Object.entries(handlers) as [Shortcut, () => void][]) {
            const action = Main.wm.addKeybinding(
                name,
                settings,
                Meta.KeyBindingFlags.IGNORE_AUTOREPEAT,
                Shell.ActionMode.NORMAL | Shell.ActionMode.OVERVIEW | Shell.ActionMode.POPUP,
                () => handler(),
            );
            // One that was not taken is somebody else's, and stays.
            if (action === Meta.KeyBindingAction.NONE)
                console.warn(`The shortcut ${name} is taken by another extension`);
            else this.#names.push(name);
        }
    }

    dispose(): void {
        for (const name of this.#names.splice(0)) Main.wm.removeKeybinding(name);
    }
}
