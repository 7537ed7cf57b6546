// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import {APP_PATH} from '../../shared/names.js';
import type {Figures} from './figures.js';
import {Graph} from './graph.js';
import type {SpanId} from './graphPoints.js';
import type {GraphPoint, GraphSpan} from './graphScale.js';
import {agoText, graphDescription, noFigure, pointText} from './graphWords.js';
import {Swatch} from './swatch.js';

/** Time between two upright lines. */
const GRID_MS: Readonly<Record<SpanId, number>> = {minutes: 60_000, hour: 600_000};

/** What a tile shows: the figures, their points, and the time that is looked at. */
export interface TileLook {
    readonly figures: Figures;
    readonly points: readonly GraphPoint[];
    readonly spanId: SpanId;
    readonly span: GraphSpan;
    readonly nowMs: number;
}

/** One graph with its name, and beside it the values of now, or of the moment that somebody reads. */
export class GraphTile extends Gtk.Box {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGraphTile',
                Template: `resource://${APP_PATH}/metrics/graphTile.ui`,
                InternalChildren: ['title', 'aside', 'lines'],
            },
            this,
        );
    }

    declare private readonly _title: Gtk.Label;
    declare private readonly _aside: Gtk.Label;
    declare private readonly _lines: Gtk.Box;

    readonly #graph = new Graph();
    readonly #captions: Gtk.Label[] = [];
    readonly #values: Gtk.Label[] = [];
    #look: TileLook | null = null;
    #read: GraphPoint | null = null;

    /** @param figures what it is of; what it shows has as many lines */
    constructor(figures: Figures) {
        super();
        const swatches: Swatch[] = [];
        for (const [line] of figures.lines.entries()) {
            const caption = new Gtk.Label({
                xalign: 0,
                ellipsize: Pango.EllipsizeMode.END,
                max_width_chars: 1,
                hexpand: true,
                css_classes: ['caption', 'dimmed'],
            });
            const value = new Gtk.Label({
                xalign: 0,
                ellipsize: Pango.EllipsizeMode.END,
                max_width_chars: 1,
                css_classes: ['graph-value', 'numeric'],
            });
            const head = new Gtk.Box({spacing: 6});
            if (figures.lines.length > 1) {
                const swatch = new Swatch(line);
                swatches.push(swatch);
                head.append(swatch);
            }
            head.append(caption);
            const column = new Gtk.Box({orientation: Gtk.Orientation.VERTICAL});
            column.append(head);
            column.append(value);
            this._lines.append(column);
            this.#captions.push(caption);
            this.#values.push(value);
        }
        this.#graph.otherColors = () => swatches.slice(1).map(swatch => swatch.color);
        this.#graph.onRead = point => {
            this.#read = point;
            this.#sync();
        };
        this.#graph.words = point =>
            this.#look ? pointText(this.#look.figures.lines, point, this.#look.nowMs) : '';
        this.append(this.#graph);
    }

    /** Shows what there is now. */
    showLook(look: TileLook): void {
        this.#look = look;
        const {figures, points, span, spanId, nowMs} = look;
        const top = figures.top(points);
        this.#graph.update_property([Gtk.AccessibleProperty.LABEL], [figures.title]);
        this.#graph.describe(() => graphDescription(figures.lines, points, spanId));
        this.#graph.showLook({
            points,
            lines: figures.lines.length,
            span,
            nowMs,
            top,
            topText: figures.lines[0]?.format(top) ?? '',
            gridMs: GRID_MS[spanId],
        });
        this.#sync();
    }

    #sync(): void {
        if (!this.#look) return;
        const {figures, nowMs, points} = this.#look;
        const point = this.#read ?? points.at(-1) ?? null;
        this._title.label = figures.title;
        this._title.tooltip_text = figures.title;
        this._aside.label = this.#read ? agoText(nowMs - this.#read.atMs) : figures.aside;
        figures.lines.forEach(({label, format}, line) => {
            const value = point?.values[line] ?? null;
            this.#captions[line]!.label = label;
            this.#values[line]!.label = value === null ? noFigure() : format(value);
        });
    }
}
