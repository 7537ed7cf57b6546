// SPDX-License-Identifier: GPL-3.0-or-later
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

/**
 * Brings the window of a process to the front, on whatever workspace it is.
 *
 * @returns false when it has none
 */
export function raiseWindowOf(pid: number): boolean {
    for (const actor of global.get_window_actors()) {
        const window = actor.meta_window;
        if (window?.get_pid() !== pid) continue;
        Main.activateWindow(window);
        return true;
    }
    return false;
}
