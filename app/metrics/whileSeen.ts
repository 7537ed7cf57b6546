// SPDX-License-Identifier: GPL-3.0-or-later
import Gtk from 'gi://Gtk?version=4.0';

/**
 * Does something while a widget can be seen: it is on the page that is shown, and its window is on a screen.
 *
 * @param begin called when it comes into sight
 * @param end called when it is out of sight
 */
export function whileSeen(widget: Gtk.Widget, begin: () => void, end: () => void): void {
    let window: Gtk.Window | null = null;
    let suspended = 0;
    let seen = false;
    const look = (): void => {
        const sees = window !== null && !window.suspended;
        if (sees === seen) return;
        seen = sees;
        if (sees) begin();
        else end();
    };
    widget.connect('map', () => {
        const root = widget.get_root();
        window = root instanceof Gtk.Window ? root : null;
        suspended = window?.connect('notify::suspended', look) ?? 0;
        look();
    });
    widget.connect('unmap', () => {
        if (suspended !== 0) window?.disconnect(suspended);
        suspended = 0;
        window = null;
        look();
    });
}
