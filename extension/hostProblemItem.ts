// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Pango from 'gi://Pango';
import St from 'gi://St';
import {PopupBaseMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import {_} from '../shared/platform/i18n.js';
import type {Problem} from '../shared/problems/problem.js';
import {stepInside} from './keyFocus.js';
import {STYLES} from './styles.js';

/** How long a button says that it was pressed. */
const COPIED_MS = 2000;

/** Says in a sentence why a host's machines cannot be shown, and has buttons that help. */
export class HostProblemItem extends PopupBaseMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverHostProblemItem'}, this);
    }

    readonly #buttons: St.Button[] = [];
    #waiting = 0;

    /**
     * @param heading what the problem is about
     * @param problem what it is
     * @param retry asks the host once more
     */
    constructor(heading: string, problem: Problem, retry: () => void) {
        super({activate: false, hover: false});
        // It takes the focus, so that a screen reader reads it.
        this.accessible_name = `${heading}\n${problem.body}`;
        // Nothing happens on a click, but it is there to be read, not dimmed.
        this.remove_style_class_name('popup-inactive-menu-item');
        this.add_child(
            new St.Icon({
                icon_name: 'dialog-warning-symbolic',
                style_class: 'popup-menu-icon',
                y_align: Clutter.ActorAlign.START,
            }),
        );
        const column = new St.BoxLayout({
            orientation: Clutter.Orientation.VERTICAL,
            style: STYLES.problemColumn,
            x_expand: true,
        });
        this.add_child(column);
        column.add_child(wrapped(heading, STYLES.problemTitle));
        column.add_child(wrapped(problem.body));

        const buttons = new St.BoxLayout({style: STYLES.problemButtons});
        column.add_child(buttons);
        const {command} = problem;
        if (command !== null) {
            const copy = addButton(buttons, _('Copy command'), () => {
                St.Clipboard.get_default().set_text(St.ClipboardType.CLIPBOARD, command);
                copy.label = _('Copied');
                this.#sayForAWhile(() => (copy.label = _('Copy command')));
            });
            this.#buttons.push(copy);
        }
        this.#buttons.push(addButton(buttons, _('Try again'), retry));
        this.connect('destroy', () => this.#stopWaiting());
    }

    /** The buttons are steps of their own for Tab, although they lie inside something that takes the focus. */
    override vfunc_navigate_focus(from: Clutter.Actor | null, direction: St.DirectionType): boolean {
        return (
            stepInside(this, this.#buttons, from, direction) || super.vfunc_navigate_focus(from, direction)
        );
    }

    #sayForAWhile(revert: () => void): void {
        this.#stopWaiting();
        this.#waiting = GLib.timeout_add(GLib.PRIORITY_DEFAULT, COPIED_MS, () => {
            this.#waiting = 0;
            revert();
            return GLib.SOURCE_REMOVE;
        });
    }

    #stopWaiting(): void {
        if (this.#waiting !== 0) GLib.Source.remove(this.#waiting);
        this.#waiting = 0;
    }
}

function wrapped(text: string, style = ''): St.Label {
    const label = new St.Label({text, style, x_expand: true});
    label.clutter_text.set({
        line_wrap: true,
        line_wrap_mode: Pango.WrapMode.WORD_CHAR,
        ellipsize: Pango.EllipsizeMode.NONE,
    });
    return label;
}

function addButton(box: St.BoxLayout, label: string, clicked: () => void): St.Button {
    const button = new St.Button({label, style_class: 'button', can_focus: true});
    button.connect('clicked', clicked);
    box.add_child(button);
    return button;
}
