// SPDX-License-Identifier: GPL-3.0-or-later
import type Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Gpu} from '../../shared/gpu/gpu.js';
import {isActive} from '../../shared/libvirt/domainState.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {History} from '../../shared/metrics/history.js';
import type {Insight} from '../../shared/metrics/insight.js';
import {agentLossSentence} from '../../shared/metrics/words.js';
import {APP_PATH} from '../../shared/names.js';
import {localTime} from '../../shared/platform/clock.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {AppCards} from '../gpu/appCards.js';
import {Followed} from '../machines/follow.js';
import {type AppFigures, CARD_TICKS} from './appFigures.js';
import {figuresOf, type Figures, GUEST_COLUMNS, guestFrames, guestGpu, linuxCard} from './figures.js';
import {lastTimeOf, pointsOf, type SpanId, spanOf} from './graphPoints.js';
import {GraphTile} from './graphTile.js';
import {pressureSentence} from './graphWords.js';
import {LiveFigures} from './liveFigures.js';
import {Sight} from './sight.js';

const WARNING = 'dialog-warning-symbolic';
/** More cards than these are another page's matter. */
const MOST_CARDS = 2;

/** The live graphs of a running machine, and what holds it back. Nothing is asked or drawn while it is not seen. */
export class GraphGroup extends Gtk.Box {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverGraphGroup',
                Template: `resource://${APP_PATH}/metrics/graphGroup.ui`,
                InternalChildren: ['spans', 'sign', 'sentence', 'hostSentence', 'tiles'],
            },
            this,
        );
    }

    declare private readonly _spans: Adw.ToggleGroup;
    declare private readonly _sign: Gtk.Image;
    declare private readonly _sentence: Gtk.Label;
    declare private readonly _hostSentence: Gtk.Label;
    declare private readonly _tiles: Adw.WrapBox;

    readonly #followed = new Followed(['notify::state'], () => this.#syncVisible());
    readonly #tileOf = new Map<string, GraphTile>();
    #figures: AppFigures | null = null;
    #live: LiveFigures | null = null;
    #gpus: readonly Gpu[] = [];
    readonly #sight = new Sight(
        this,
        () => this.#open(),
        () => this.#close(),
    );

    constructor(properties?: Partial<Gtk.Box.ConstructorProps>) {
        super(properties);
        this._spans.active_name = 'minutes';
        this._spans.connect('notify::active-name', () => this.#sync());
    }

    override vfunc_snapshot(snapshot: Gtk.Snapshot): void {
        this.#sight.drawn();
        super.vfunc_snapshot(snapshot);
    }

    /** Shows the graphs of a machine while it runs, or nothing. */
    follow(machine: Machine | null, figures: AppFigures, cards: AppCards): void {
        if (!this.#followed.set(machine)) return;
        this.#close();
        this.#figures = figures;
        this.#clear();
        // Names of cards come from who follows them anyway.
        void cards.opened.then(({cards: {list}}) => (this.#gpus = list.gpus));
        this.#syncVisible();
        if (this.#sight.seen) this.#open();
    }

    #syncVisible(): void {
        const {machine} = this.#followed;
        this.visible = machine !== null && isActive(machine.state);
    }

    #open(): void {
        const {machine} = this.#followed;
        if (this.#live || !machine || !this.#figures) return;
        this.#live = new LiveFigures(machine, this.#figures, () => this.#sync());
        this.#sync();
    }

    #close(): void {
        this.#live?.close();
        this.#live = null;
    }

    /** Another machine has other graphs: none of the one before is left. */
    #clear(): void {
        for (const tile of this.#tileOf.values()) this._tiles.remove(tile);
        this.#tileOf.clear();
        this._tiles.visible = false;
        this._hostSentence.visible = false;
        this.#say('content-loading-symbolic', _('Looking…'));
    }

    get #span(): SpanId {
        return this._spans.active_name === 'hour' ? 'hour' : 'minutes';
    }

    #sync(): void {
        const live = this.#live;
        if (!live) return;
        const wanted = this.#wanted(live);
        for (const [id, tile] of this.#tileOf)
            if (!wanted.has(id)) {
                this._tiles.remove(tile);
                this.#tileOf.delete(id);
            }
        let before: GraphTile | null = null;
        for (const [id, {figures, history, columns, intervalMs}] of wanted) {
            let tile = this.#tileOf.get(id);
            if (!tile) {
                tile = new GraphTile(figures);
                this.#tileOf.set(id, tile);
                // The guest may have told its figures before libvirt has.
                this._tiles.insert_child_after(tile, before);
            }
            before = tile;
            tile.showLook({
                figures,
                points: pointsOf(history, columns, this.#span),
                spanId: this.#span,
                span: spanOf(this.#span, intervalMs),
                nowMs: lastTimeOf(history) ?? 0,
            });
        }
        this._tiles.visible = wanted.size > 0;
        this.#syncSentence(live);
        this.#sight.draw();
    }

    /** The graphs that there is something for, in their order. */
    #wanted(live: LiveFigures): Map<string, Wanted> {
        const wanted = new Map<string, Wanted>();
        const intervalMs = this.#figures?.metrics.intervalMs ?? 0;
        const {sample, report} = live;
        for (const figures of sample ? figuresOf(sample) : [])
            wanted.set(figures.id, {figures, history: live.history, columns: figures.columns, intervalMs});
        const guest = (id: keyof typeof GUEST_COLUMNS, figure: number | null, figures: Figures): void => {
            // Once it has told it may fall silent: that is a gap, and no reason to move the others.
            if (figure === null && !this.#tileOf.has(`guest-${id}`)) return;
            const columns = [GUEST_COLUMNS[id]];
            wanted.set(`guest-${id}`, {figures, history: live.guestHistory, columns, intervalMs});
        };
        guest('gpu', report?.gpuPercent ?? null, guestGpu());
        guest('frames', report?.framesPerSecond ?? null, guestFrames(report));
        for (const {address, engines} of live.cards.slice(0, MOST_CARDS)) {
            const gpu = this.#gpus.find(({facts}) => facts.functions.some(one => one.address === address));
            wanted.set(`linux-${address}`, {
                figures: linuxCard(gpu?.name ?? address, engines[0]?.[0] ?? ''),
                history: this.#figures!.cardHistory(address),
                columns: [0],
                intervalMs: intervalMs * CARD_TICKS,
            });
        }
        return wanted;
    }

    #syncSentence({sample, problem, insight, reportProblem}: LiveFigures): void {
        this._hostSentence.label = '';
        if (problem !== null) {
            this.#say(WARNING, describeProblem(problem).title);
            return;
        }
        if (sample && this.#tileOf.size === 0) {
            this.#say('dialog-information-symbolic', _('libvirt tells no figures of this machine.'));
            return;
        }
        if (!insight) return;
        const {bottleneck} = insight;
        const icons: Partial<Record<typeof bottleneck.kind, string>> = {
            nothing: 'object-select-symbolic',
            unknown: 'dialog-question-symbolic',
        };
        this.#say(icons[bottleneck.kind] ?? WARNING, bottleneck.sentence);
        this._hostSentence.label = besides(insight, reportProblem);
        // Its line stays once it is there: what is below does not move up and down with it.
        if (this._hostSentence.label !== '') this._hostSentence.visible = true;
    }

    #say(icon: string, sentence: string): void {
        this._sign.icon_name = icon;
        if (icon === WARNING) this._sign.add_css_class('warning');
        else this._sign.remove_css_class('warning');
        this._sentence.label = sentence;
    }
}

/** What explains the sentence, or should be known besides; a line each, none for most machines. */
function besides(
    {bottleneck, pressure, lastIoErrorMs, lastAgentLossMs}: Insight,
    reportProblem: string | null,
): string {
    return [
        pressureSentence(bottleneck.kind, pressure),
        lastIoErrorMs === null
            ? ''
            : fill(_('A disk met an error at {time}.'), {time: localTime(lastIoErrorMs, '%X')}),
        lastAgentLossMs === null ? '' : agentLossSentence(lastAgentLossMs),
        // In the place of the graphs that there would be.
        reportProblem ?? '',
    ]
        .filter(line => line !== '')
        .join('\n');
}

/** A graph that is to be shown, and where its points are. */
interface Wanted {
    readonly figures: Figures;
    readonly history: History;
    readonly columns: readonly number[];
    readonly intervalMs: number;
}
