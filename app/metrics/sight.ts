// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import Gtk from 'gi://Gtk?version=4.0';

/** Drawings that were asked for and have not come: with more of them nobody sees the window. */
const MOST_UNDRAWN = 1;

/**
 * Tells whether a widget can be seen: it is on the page that is shown, and its window is on a screen.
 *
 * GDK says that a window is suspended while it lays its next frame out. A frame that was drawn when the window had
 * just gone is never shown, and the next one waits for that: GDK then says nothing at all. So a window that does not
 * draw what it was asked to draw counts as one that nobody sees, until it does.
 */
export class Sight {
    #window: Gtk.Window | null = null;
    #suspended = 0;
    #idle = 0;
    #undrawn = 0;
    #stalled = false;
    #seen = false;

    /**
     * @param begin called when the widget comes into sight
     * @param end called when it is out of sight
     */
    constructor(
        private readonly widget: Gtk.Widget,
        private readonly begin: () => void,
        private readonly end: () => void,
    ) {
        widget.connect('map', () => this.#map());
        widget.connect('unmap', () => this.#unmap());
    }

    /** Whether it can be seen now. */
    get seen(): boolean {
        return this.#seen;
    }

    /** There is something else to draw. */
    draw(): void {
        this.widget.queue_draw();
        this.#undrawn++;
        if (this.#undrawn <= MOST_UNDRAWN || this.#stalled) return;
        this.#stalled = true;
        this.#look();
    }

    /** It is being drawn: for the widget's own snapshot. */
    drawn(): void {
        this.#undrawn = 0;
        if (!this.#stalled || this.#idle !== 0) return;
        // Nothing may change while it is drawn.
        this.#idle = GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
            this.#idle = 0;
            this.#stalled = false;
            this.#look();
            return GLib.SOURCE_REMOVE;
        });
    }

    #map(): void {
        const root = this.widget.get_root();
        this.#window = root instanceof Gtk.Window ? root : null;
        this.#suspended = this.#window?.connect('notify::suspended', () => this.#look()) ?? 0;
        this.#undrawn = 0;
        this.#stalled = false;
        this.#look();
    }

    #unmap(): void {
        if (this.#suspended !== 0) this.#window?.disconnect(this.#suspended);
        if (this.#idle !== 0) GLib.Source.remove(this.#idle);
        this.#suspended = this.#idle = 0;
        this.#window = null;
        this.#look();
    }

    #look(): void {
        const seen = this.#window !== null && !this.#window.suspended && !this.#stalled;
        if (seen === this.#seen) return;
        this.#seen = seen;
        if (seen) this.begin();
        else this.end();
    }
}
