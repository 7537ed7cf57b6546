// SPDX-License-Identifier: GPL-3.0-or-later
import type Gdk from 'gi://Gdk?version=4.0';
import GObject from 'gi://GObject';
import Graphene from 'gi://Graphene';
import Gsk from 'gi://Gsk?version=4.0';
import Gtk from 'gi://Gtk?version=4.0';

const WIDTH = 16;
const HEIGHT = 12;
const THICKNESS = 2;
/** Lines differ by more than their colour. In pixels: drawn, left out. */
const DASHES = [4, 3];

/** The strokes with which the lines of a graph are drawn: the first through, the second in dashes. */
export function strokeOf(line: number, thickness: number): Gsk.Stroke {
    const stroke = new Gsk.Stroke(thickness);
    stroke.set_line_join(Gsk.LineJoin.ROUND);
    if (line > 0) stroke.set_dash(DASHES);
    else stroke.set_line_cap(Gsk.LineCap.ROUND);
    return stroke;
}

/** A sample of a graph's line, beside what it is called; the style sheet gives both their colour. */
export class Swatch extends Gtk.Widget {
    static {
        GObject.registerClass({GTypeName: 'HandoverSwatch', CssName: 'swatch'}, this);
    }

    /** @param line which of the graph's lines it stands for */
    constructor(private readonly line: number) {
        super({
            accessible_role: Gtk.AccessibleRole.PRESENTATION,
            valign: Gtk.Align.CENTER,
            css_classes: line === 0 ? [] : ['second'],
        });
    }

    get color(): Gdk.RGBA {
        return this.get_color();
    }

    override vfunc_measure(orientation: Gtk.Orientation): [number, number, number, number] {
        const size = orientation === Gtk.Orientation.HORIZONTAL ? WIDTH : HEIGHT;
        return [size, size, -1, -1];
    }

    override vfunc_snapshot(snapshot: Gtk.Snapshot): void {
        const middle = this.get_height() / 2;
        const path = new Gsk.PathBuilder();
        path.move_to(1, middle);
        path.line_to(this.get_width() - 1, middle);
        snapshot.append_stroke(path.to_path(), strokeOf(this.line, THICKNESS), this.get_color());
    }
}

/** A point's place, marked. */
export function dotPath(x: number, y: number, radius: number): Gsk.Path {
    const path = new Gsk.PathBuilder();
    path.add_circle(new Graphene.Point({x, y}), radius);
    return path.to_path();
}
