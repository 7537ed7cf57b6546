// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gdk from 'gi://Gdk?version=4.0';
import Graphene from 'gi://Graphene';
import Gsk from 'gi://Gsk?version=4.0';
import type Gtk from 'gi://Gtk?version=4.0';

import {
    type GraphPoint,
    type GraphSpan,
    type LinePoint,
    piecesOf,
    type TimeFrame,
    xOf,
    yOf,
} from './graphScale.js';
import {dotPath, strokeOf} from './swatch.js';

/** What a graph shows. */
export interface GraphLook {
    readonly points: readonly GraphPoint[];
    readonly lines: number;
    readonly span: GraphSpan;
    /** The moment at its edge. */
    readonly nowMs: number;
    /** The value at its upper edge, and how that is written. */
    readonly top: number;
    readonly topText: string;
    /** How much time lies between two upright lines. */
    readonly gridMs: number;
}

/** The widget that is drawn. */
interface Canvas extends Gtk.Widget {
    readonly colors: readonly Gdk.RGBA[];
}

/** How strongly things are drawn. */
interface Strength {
    readonly thickness: number;
    readonly area: number;
    readonly grid: number;
    readonly text: number;
}

const USUAL: Strength = {thickness: 1.5, area: 0.15, grid: 0.1, text: 0.55};
const HIGH_CONTRAST: Strength = {thickness: 2.5, area: 0.25, grid: 0.35, text: 1};
/** Parts of the height that have a line across. */
const ACROSS = [0.5];
const DOT = 3.5;
/** Nothing is drawn on the very edge: half of it would be cut off. */
const EDGE = 2;
const TEXT_MARGIN = 4;

/** Draws a graph with what GTK's renderers know best: areas, strokes and plain rectangles. */
export function drawGraph(
    canvas: Canvas,
    snapshot: Gtk.Snapshot,
    look: GraphLook | null,
    frame: TimeFrame,
    read: GraphPoint | null,
): void {
    const height = canvas.get_height();
    const {high_contrast: highContrast} = Adw.StyleManager.get_for_display(canvas.get_display());
    const strength = highContrast ? HIGH_CONTRAST : USUAL;
    const ink = canvas.get_parent()?.get_color() ?? canvas.get_color();
    drawGrid(snapshot, frame, height, look, withAlpha(ink, strength.grid));
    if (!look) return;

    const {colors} = canvas;
    const place = (value: number): number => EDGE + yOf(value, look.top, height - 2 * EDGE);
    // The first line is drawn last: it is the one with an area, and lies above the others.
    for (let line = look.lines - 1; line >= 0; line--) {
        const color = colors[line] ?? canvas.get_color();
        for (const piece of piecesOf(look.points, line, look.span.gapMs))
            drawPiece(snapshot, piece, frame, place, height, {line, color, strength});
    }
    drawText(canvas, snapshot, look.topText, frame, withAlpha(ink, strength.text));
    if (read) drawCursor(snapshot, read, frame, place, height, colors, ink);
}

/** Lines that stand still: each so long ago. */
function drawGrid(
    snapshot: Gtk.Snapshot,
    frame: TimeFrame,
    height: number,
    look: GraphLook | null,
    color: Gdk.RGBA,
): void {
    for (const part of ACROSS) fillRect(snapshot, 0, Math.round(height * part), frame.width, 1, color);
    if (!look) return;
    for (let agoMs = look.gridMs; agoMs < frame.spanMs; agoMs += look.gridMs)
        fillRect(snapshot, Math.round(xOf(frame.nowMs - agoMs, frame)), 0, 1, height, color);
}

function drawPiece(
    snapshot: Gtk.Snapshot,
    piece: readonly LinePoint[],
    frame: TimeFrame,
    place: (value: number) => number,
    height: number,
    {line, color, strength}: {line: number; color: Gdk.RGBA; strength: Strength},
): void {
    const [first] = piece;
    const last = piece.at(-1);
    if (!first || !last) return;
    if (first === last) {
        // A single moment between two gaps is no line, and no reason to hide it.
        snapshot.append_fill(
            dotPath(xOf(first.atMs, frame), place(first.value), strength.thickness),
            Gsk.FillRule.WINDING,
            color,
        );
        return;
    }
    if (line === 0) {
        const area = new Gsk.PathBuilder();
        area.move_to(xOf(first.atMs, frame), height);
        for (const {atMs, value} of piece) area.line_to(xOf(atMs, frame), place(value));
        area.line_to(xOf(last.atMs, frame), height);
        area.close();
        snapshot.append_fill(area.to_path(), Gsk.FillRule.WINDING, withAlpha(color, strength.area));
    }
    const path = new Gsk.PathBuilder();
    path.move_to(xOf(first.atMs, frame), place(first.value));
    for (const {atMs, value} of piece.slice(1)) path.line_to(xOf(atMs, frame), place(value));
    const stroke = path.to_path();
    snapshot.append_stroke(stroke, strokeOf(line, strength.thickness), color);
}

/** What the upper edge stands for, at the side of the oldest moments. */
function drawText(
    canvas: Canvas,
    snapshot: Gtk.Snapshot,
    text: string,
    {width, rightToLeft}: TimeFrame,
    color: Gdk.RGBA,
): void {
    const layout = canvas.create_pango_layout(text);
    const [textWidth] = layout.get_pixel_size();
    snapshot.save();
    const x = rightToLeft ? width - textWidth - TEXT_MARGIN : TEXT_MARGIN;
    snapshot.translate(new Graphene.Point({x, y: TEXT_MARGIN / 2}));
    snapshot.append_layout(layout, color);
    snapshot.restore();
}

function drawCursor(
    snapshot: Gtk.Snapshot,
    {atMs, values}: GraphPoint,
    frame: TimeFrame,
    place: (value: number) => number,
    height: number,
    colors: readonly Gdk.RGBA[],
    ink: Gdk.RGBA,
): void {
    const x = xOf(atMs, frame);
    const upright = Math.min(frame.width - 1, Math.max(0, Math.round(x)));
    fillRect(snapshot, upright, 0, 1, height, ink);
    values.forEach((value, line) => {
        if (value === null) return;
        const within = Math.min(frame.width - DOT, Math.max(DOT, x));
        const color = colors[line] ?? ink;
        snapshot.append_fill(dotPath(within, place(value), DOT), Gsk.FillRule.WINDING, color);
    });
}

function fillRect(
    snapshot: Gtk.Snapshot,
    x: number,
    y: number,
    width: number,
    height: number,
    color: Gdk.RGBA,
): void {
    const rect = new Graphene.Rect();
    rect.init(x, y, width, height);
    snapshot.append_color(color, rect);
}

function withAlpha({red, green, blue, alpha}: Gdk.RGBA, part: number): Gdk.RGBA {
    return new Gdk.RGBA({red, green, blue, alpha: alpha * part});
}
