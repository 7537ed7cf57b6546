// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gdk from 'gi://Gdk?version=4.0';
import Gtk from 'gi://Gtk?version=4.0';

import {drawGraph, type GraphLook} from './drawGraph.js';
import {type GraphPoint, nearestTo, type TimeFrame, timeAtX} from './graphScale.js';

const NATURAL_WIDTH = 240;
const LEAST_WIDTH = 120;
const HEIGHT = 76;
/** A description that changes more often (ms) keeps a screen reader from saying anything else. */
const DESCRIBE_EVERY_MS = 5000;
/** How many points Page Up and Page Down go. */
const PAGE = 10;

/** What reads a point: the pointer at a place of the graph, or the keys at a moment. */
type Cursor = {readonly x: number} | {readonly atMs: number};

/**
 * The lines of a graph. It draws when it is given something else to show, and when somebody reads a point of it;
 * nothing moves by itself.
 */
export class Graph extends Gtk.Widget {
    static {
        GObject.registerClass({GTypeName: 'HandoverGraph', CssName: 'graph'}, this);
    }

    /** Called with the point that is read, or null when none is any more. */
    onRead: (point: GraphPoint | null) => void = () => undefined;
    /** What is said of a point that somebody goes to by keyboard. */
    words: (point: GraphPoint) => string = () => '';
    /** The colours of the lines after the first, which has the widget's own. */
    otherColors: () => readonly Gdk.RGBA[] = () => [];

    #look: GraphLook | null = null;
    #cursor: Cursor | null = null;
    #read: GraphPoint | null = null;
    #describedMs = -Infinity;

    constructor() {
        super({
            accessible_role: Gtk.AccessibleRole.IMG,
            focusable: true,
            hexpand: true,
            overflow: Gtk.Overflow.HIDDEN,
        });
        const motion = new Gtk.EventControllerMotion();
        motion.connect('motion', (_motion, x: number) => this.#point({x}));
        motion.connect('leave', () => this.#cursor && 'x' in this.#cursor && this.#point(null));
        this.add_controller(motion);
        // A finger does not hover.
        const click = new Gtk.GestureClick();
        click.connect('pressed', (_click, _count, x: number) => {
            this.grab_focus();
            this.#point({x});
            if (this.#read) this.#point({atMs: this.#read.atMs});
        });
        this.add_controller(click);
        const keys = new Gtk.EventControllerKey();
        keys.connect('key-pressed', (_keys, key: number, _code, state: Gdk.ModifierType) =>
            this.#press(key, state),
        );
        this.add_controller(keys);
        const focus = new Gtk.EventControllerFocus();
        focus.connect('leave', () => this.#point(null));
        this.add_controller(focus);
    }

    /** Shows something else. */
    showLook(look: GraphLook): void {
        this.#look = look;
        this.#find();
        this.queue_draw();
    }

    /**
     * Describes itself to who does not see it, no more often than every few seconds.
     *
     * @param text called when it is time
     */
    describe(text: () => string): void {
        const nowMs = GLib.get_monotonic_time() / 1000;
        if (nowMs - this.#describedMs < DESCRIBE_EVERY_MS) return;
        this.#describedMs = nowMs;
        this.update_property([Gtk.AccessibleProperty.DESCRIPTION], [text()]);
    }

    override vfunc_measure(orientation: Gtk.Orientation): [number, number, number, number] {
        return orientation === Gtk.Orientation.HORIZONTAL
            ? [LEAST_WIDTH, NATURAL_WIDTH, -1, -1]
            : [HEIGHT, HEIGHT, -1, -1];
    }

    override vfunc_snapshot(snapshot: Gtk.Snapshot): void {
        drawGraph(this, snapshot, this.#look, this.#frame, this.#read);
    }

    /** The colours of its lines. */
    get colors(): readonly Gdk.RGBA[] {
        return [this.get_color(), ...this.otherColors()];
    }

    get #frame(): TimeFrame {
        return {
            nowMs: this.#look?.nowMs ?? 0,
            spanMs: this.#look?.span.spanMs ?? 1,
            width: this.get_width(),
            rightToLeft: this.get_direction() === Gtk.TextDirection.RTL,
        };
    }

    #point(cursor: Cursor | null): void {
        if (cursor === null && this.#cursor === null) return;
        this.#cursor = cursor;
        this.#find();
        this.queue_draw();
    }

    /** Finds the point that the cursor is at, among those that there are now. */
    #find(): void {
        const points = this.#look?.points ?? [];
        const cursor = this.#cursor;
        const before = this.#read;
        this.#read =
            cursor === null
                ? null
                : (points[nearestTo(points, 'x' in cursor ? timeAtX(cursor.x, this.#frame) : cursor.atMs)] ??
                  null);
        if (before || this.#read) this.onRead(this.#read);
    }

    #press(key: number, state: Gdk.ModifierType): boolean {
        const other = Gdk.ModifierType.CONTROL_MASK | Gdk.ModifierType.ALT_MASK | Gdk.ModifierType.SUPER_MASK;
        if ((state & other) !== 0) return false;
        if (key === Gdk.KEY_Escape) {
            if (this.#cursor === null) return false;
            this.#point(null);
            return true;
        }
        const to = this.#placeFor(key);
        const point = to === null ? undefined : this.#look?.points[to];
        if (!point) return false;
        this.#point({atMs: point.atMs});
        this.announce(this.words(point), Gtk.AccessibleAnnouncementPriority.MEDIUM);
        return true;
    }

    /** Where a key goes to; null for one that does not read. The first one goes to the newest point. */
    #placeFor(key: number): number | null {
        const points = this.#look?.points ?? [];
        const last = points.length - 1;
        const [older, newer] = this.#frame.rightToLeft ? [RIGHT, LEFT] : [LEFT, RIGHT];
        const at = this.#read ? points.indexOf(this.#read) : -1;
        const by = (step: number): number => (at < 0 ? last : Math.min(last, Math.max(0, at + step)));
        if (older.includes(key)) return by(-1);
        if (newer.includes(key)) return by(1);
        if (key === Gdk.KEY_Page_Up) return by(-PAGE);
        if (key === Gdk.KEY_Page_Down) return by(PAGE);
        if (key === Gdk.KEY_Home || key === Gdk.KEY_KP_Home) return 0;
        if (key === Gdk.KEY_End || key === Gdk.KEY_KP_End) return last;
        return null;
    }
}

const LEFT: readonly number[] = [Gdk.KEY_Left, Gdk.KEY_KP_Left];
const RIGHT: readonly number[] = [Gdk.KEY_Right, Gdk.KEY_KP_Right];
