// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import type {Operation} from '../../shared/operations/operation.js';
import {_, fill} from '../../shared/platform/i18n.js';

/** How an operation is shown. */
export interface ProgressWords {
    /** What the step that runs is called; empty where nobody needs to know. */
    step(id: string): string;
    /** What the button says that calls it off. */
    cancel(operation: Operation): string;
}

/** What an operation does now, how long it has taken, and the way to call it off, or why there is none. */
export class OperationProgress extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverOperationProgress'}, this);
    }

    readonly #label = new Gtk.Label({
        wrap: true,
        wrap_mode: Pango.WrapMode.WORD_CHAR,
        justify: Gtk.Justification.CENTER,
        css_classes: ['numeric'],
    });
    readonly #cancel = new Gtk.Button({halign: Gtk.Align.CENTER, valign: Gtk.Align.CENTER});
    readonly #refusal = new Gtk.Label({
        wrap: true,
        justify: Gtk.Justification.CENTER,
        css_classes: ['caption', 'dimmed'],
    });
    #operation: Operation | null = null;
    /** It has been called off, and what it does now is to put things back. */
    #calledOff = false;
    #second = 0;
    #said = '';
    #release: () => void = () => undefined;

    /** @param afterSeconds it shows itself so long after the start, so that nothing flickers */
    constructor(
        private readonly words: ProgressWords,
        private readonly afterSeconds = 1,
    ) {
        super({
            orientation: Gtk.Orientation.VERTICAL,
            spacing: 12,
            halign: Gtk.Align.CENTER,
            visible: false,
        });
        const line = new Gtk.Box({spacing: 12, halign: Gtk.Align.CENTER});
        line.append(new Adw.Spinner({accessible_role: Gtk.AccessibleRole.PRESENTATION}));
        line.append(this.#label);
        this.append(line);
        this.append(this.#refusal);
        this.append(this.#cancel);
        this.#cancel.add_css_class('pill');
        this.#cancel.connect('clicked', () => {
            this.#calledOff = this.#operation?.cancel() ?? false;
            this.#show();
        });
    }

    get operation(): Operation | null {
        return this.#operation;
    }

    set operation(operation: Operation | null) {
        if (operation === this.#operation) return;
        this.#release();
        this.#operation = operation;
        this.#said = '';
        this.#calledOff = false;
        const handlers = operation
            ? ['notify::step', 'notify::can-cancel'].map(signal =>
                  operation.connect(signal, () => this.#show()),
              )
            : [];
        this.#release = () => {
            for (const handler of handlers) operation?.disconnect(handler);
        };
        if (this.#second !== 0) GLib.Source.remove(this.#second);
        this.#second = 0;
        this.#show();
        if (!operation) return;
        this.#second = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 1, () => {
            this.#show();
            return GLib.SOURCE_CONTINUE;
        });
    }

    #show(): void {
        const operation = this.#operation;
        const seconds = Math.floor((operation?.elapsedMs ?? 0) / 1000);
        this.visible = operation !== null && seconds >= this.afterSeconds;
        if (!operation || !this.visible) return;
        const step = operation.step === '' ? '' : this.words.step(operation.step);
        const time = clockTime(seconds);
        this.#label.label =
            step === '' ? fill(_('{time} so far'), {time}) : fill(_('{step} · {time}'), {step, time});
        this.#cancel.visible = operation.canCancel;
        this.#cancel.label = this.#calledOff ? _('Cancelling…') : this.words.cancel(operation);
        this.#cancel.sensitive = !this.#calledOff;
        const reason = operation.cancelRefusal;
        this.#refusal.visible = reason !== null;
        if (reason !== null) this.#refusal.label = fill(_('It cannot be cancelled: {reason}'), {reason});
        // The clock is not read out every second; what is done next is.
        if (step !== '' && step !== this.#said && this.get_mapped())
            this.announce(step, Gtk.AccessibleAnnouncementPriority.MEDIUM);
        this.#said = step;
    }
}

/** Seconds as a clock shows them: `0:07`, `12:30`. */
export function clockTime(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
