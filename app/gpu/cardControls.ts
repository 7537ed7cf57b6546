// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import type {Gpu} from '../../shared/gpu/gpu.js';
import {stepLabel} from '../../shared/lending/words.js';
import {_, oneLine} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {OperationProgress} from '../widgets/operationProgress.js';
import {type CardOffer, cardOffer, offerLabel} from './cardOffer.js';
import type {CardTaskKind} from './cardTasks.js';
import type {Operation} from '../../shared/operations/operation.js';

/** What a card's controls ask for. */
export interface CardRequests {
    /** Does what the button offers. */
    run(gpu: Gpu, action: NonNullable<CardOffer['action']>): void;
    showDetails(gpu: Gpu, failure: unknown): void;
}

/** The obvious thing to do with a card, what is being done with it, and what of that went wrong. */
export class CardControls extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverCardControls'}, this);
    }

    readonly #problem = makeText('heading');
    readonly #problemText = makeText('');
    readonly #hint = makeText('dimmed');
    readonly #button = new Gtk.Button({halign: Gtk.Align.CENTER, css_classes: ['pill']});
    readonly #details = new Gtk.Button({
        label: _('Details'),
        halign: Gtk.Align.CENTER,
        css_classes: ['pill'],
    });
    readonly #progress = new OperationProgress({step: stepLabel, cancel: () => _('Cancel')}, 0);
    #action: CardOffer['action'] = null;
    #failure: unknown = null;

    constructor(
        private readonly gpu: Gpu,
        requests: CardRequests,
    ) {
        super({orientation: Gtk.Orientation.VERTICAL, spacing: 12, halign: Gtk.Align.FILL});
        this.#button.connect('clicked', () => this.#action && requests.run(gpu, this.#action));
        this.#details.connect('clicked', () => requests.showDetails(gpu, this.#failure));
        this.#problem.add_css_class('error');
        // Buttons that do not fit beside each other stand one below the other: in German they do not.
        const buttons = new Gtk.Box({spacing: 12, halign: Gtk.Align.CENTER});
        buttons.append(this.#button);
        buttons.append(this.#details);
        for (const child of [this.#problem, this.#problemText, this.#hint, buttons, this.#progress])
            this.append(child);
    }

    /**
     * Shows what can be done now.
     *
     * @param operation what is being done with the card
     * @param failure what the last one failed with
     */
    sync(lendable: boolean, operation: Operation<CardTaskKind> | null, failure: unknown): void {
        const {owner, name} = this.gpu;
        const offer = cardOffer(this.gpu, lendable, failure);
        this.#failure = failure;
        this.#action = offer.action;
        this.#progress.operation = operation;
        const problem = failure === null ? null : describeProblem(failure);
        setText(this.#problem, problem?.title ?? '');
        setText(this.#problemText, problem?.body ?? '');
        setText(this.#hint, operation ? '' : offer.hint);
        this.#details.visible = problem !== null && problem.detail !== '' && !operation;
        this.#button.visible = offer.action !== null && !operation;
        if (offer.action === null) return;
        const label = offerLabel(offer.action, owner.kind === 'machine' ? owner.name : '');
        this.#button.label = label;
        // On a page with several cards the label alone does not say of which.
        this.#button.update_property([Gtk.AccessibleProperty.DESCRIPTION], [oneLine(name)]);
        if (offer.action === 'force-back') this.#button.add_css_class('destructive-action');
        else this.#button.remove_css_class('destructive-action');
    }
}

function setText(label: Gtk.Label, text: string): void {
    label.label = text;
    label.visible = text !== '';
}

function makeText(style: string): Gtk.Label {
    return new Gtk.Label({
        wrap: true,
        wrap_mode: Pango.WrapMode.WORD_CHAR,
        justify: Gtk.Justification.CENTER,
        visible: false,
        css_classes: style === '' ? [] : [style],
    });
}
