// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {JournalEntry} from '../../shared/gpu/handover/handoverDesk.js';
import {userNames} from '../../shared/gpu/holders/holderProcess.js';
import {
    journalCallerLabel,
    journalDirectionLabel,
    journalDurationLabel,
    journalResultLabel,
} from '../../shared/gpu/journalWords.js';
import {stepLabel} from '../../shared/lending/words.js';
import {localTime} from '../../shared/platform/clock.js';
import {_, oneLine, severalLines} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {makeFactRow} from '../widgets/factRow.js';

/** Rows beyond these are made when somebody asks for them: most people look for the last ones. */
const ROWS_AT_A_TIME = 50;
const LONGEST_PROBLEM = 500;

/** The handovers of this computer: when, who, how long, what came of it, and the steps of each. */
export class JournalDialog extends Adw.Dialog {
    static {
        GObject.registerClass({GTypeName: 'HandoverJournalDialog'}, this);
    }

    readonly #stack = new Gtk.Stack();
    readonly #list = new Gtk.ListBox({
        selection_mode: Gtk.SelectionMode.NONE,
        valign: Gtk.Align.START,
        css_classes: ['boxed-list'],
    });
    readonly #more = new Gtk.Button({
        label: _('Show older'),
        halign: Gtk.Align.CENTER,
        css_classes: ['pill'],
    });
    readonly #userName = userNames();
    #entries: readonly JournalEntry[] = [];
    #shown = 0;

    /**
     * @param read asks the helper for the journal
     * @param nameOf finds a card's name by its address; null for one that is not there any more
     */
    constructor(
        private readonly read: () => Promise<readonly JournalEntry[]>,
        private readonly nameOf: (address: string) => string | null,
    ) {
        super({title: _('Past handovers'), content_width: 560, content_height: 600});
        const view = new Adw.ToolbarView({content: this.#stack});
        view.add_top_bar(new Adw.HeaderBar());
        this.child = view;
        this.#list.update_property([Gtk.AccessibleProperty.LABEL], [_('Past handovers')]);
        const box = new Gtk.Box({
            orientation: Gtk.Orientation.VERTICAL,
            spacing: 18,
            margin_top: 18,
            margin_bottom: 18,
            margin_start: 12,
            margin_end: 12,
        });
        box.append(this.#list);
        box.append(this.#more);
        this.#more.connect('clicked', () => this.#showMore());
        this.#stack.add_named(new Adw.Spinner(), 'reading');
        this.#stack.add_named(
            new Gtk.ScrolledWindow({
                hscrollbar_policy: Gtk.PolicyType.NEVER,
                child: new Adw.Clamp({child: box}),
            }),
            'list',
        );
        this.#read().catch((error: unknown) => this.#fail(error));
    }

    async #read(): Promise<void> {
        this.#entries = await this.read();
        if (this.#entries.length === 0) {
            this.#say(
                'document-open-recent-symbolic',
                _('No handovers yet'),
                _('When a card goes to a machine or comes back, it is listed here.'),
            );
            return;
        }
        this.#showMore();
        this.#stack.visible_child_name = 'list';
    }

    #fail(error: unknown): void {
        const {title, body} = describeProblem(error);
        this.#say('dialog-warning-symbolic', title, body);
    }

    #say(icon_name: string, title: string, description: string): void {
        const page = new Adw.StatusPage({icon_name});
        // What is set in the constructor reaches the labels in any order, and they begin with markup.
        page.title = GLib.markup_escape_text(title, -1);
        page.description = GLib.markup_escape_text(description, -1);
        this.#stack.add_named(page, 'words');
        this.#stack.visible_child_name = 'words';
    }

    #showMore(): void {
        for (const entry of this.#entries.slice(this.#shown, this.#shown + ROWS_AT_A_TIME))
            this.#list.append(this.#makeRow(entry));
        this.#shown = Math.min(this.#shown + ROWS_AT_A_TIME, this.#entries.length);
        this.#more.visible = this.#shown < this.#entries.length;
    }

    #makeRow(entry: JournalEntry): Adw.ExpanderRow {
        const good = entry.result === 'done' || entry.result === 'already';
        const row = new Adw.ExpanderRow({use_markup: false, title_lines: 2, subtitle_lines: 3});
        row.title = good
            ? journalDirectionLabel(entry.direction)
            : `${journalDirectionLabel(entry.direction)}: ${journalResultLabel(entry.result)}`;
        row.subtitle = [
            localTime(entry.startedAtMs, '%x %X'),
            journalDurationLabel(entry.ms),
            oneLine(this.nameOf(entry.address) ?? entry.address),
        ].join(' · ');
        row.add_prefix(
            new Gtk.Image({icon_name: iconOf(entry), accessible_role: Gtk.AccessibleRole.PRESENTATION}),
        );
        for (const fact of this.#facts(entry)) row.add_row(makeFactRow(fact));
        return row;
    }

    #facts({by, address, result, steps, problem}: JournalEntry): {label: string; value: string}[] {
        return [
            {label: _('Asked for by'), value: journalCallerLabel(by, this.#userName)},
            {label: _('Card'), value: address},
            {label: _('Result'), value: journalResultLabel(result)},
            ...(problem === null
                ? []
                : [{label: _('Problem'), value: severalLines(problem, LONGEST_PROBLEM)}]),
            ...steps.map(({id, ms}) => ({label: stepLabel(id), value: journalDurationLabel(ms)})),
        ];
    }
}

function iconOf({result}: JournalEntry): string {
    switch (result) {
        case 'done':
        case 'already':
            return 'object-select-symbolic';
        case 'cancelled':
        case 'refused':
            return 'action-unavailable-symbolic';
        case 'failed':
        case 'stuck':
            return 'dialog-warning-symbolic';
    }
}
