// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import St from 'gi://St';
import {Spinner} from 'resource:///org/gnome/shell/ui/animation.js';

import {STYLES} from './styles.js';

const SPINNER_SIZE = 16;

/** What a row's button does: its icon, and what a screen reader says of it. */
export interface SlotAction {
    readonly icon: string;
    readonly name: string;
}

/** The end of a row: the button with the one thing to do, or a spinner in its place, or beside it. */
export class ActionSlot extends St.BoxLayout {
    static {
        GObject.registerClass({GTypeName: 'HandoverActionSlot'}, this);
    }

    readonly button: St.Button;
    readonly #icon = new St.Icon({style_class: 'popup-menu-icon'});
    readonly #place: St.Widget;
    /** Beside the button, and in its place: they are made when they are needed first. */
    #spinners: {beside?: Spinner; instead?: Spinner} = {};

    /** @param clicked the button was pressed */
    constructor(clicked: () => void) {
        super({y_align: Clutter.ActorAlign.CENTER});
        this.button = new St.Button({
            style_class: 'icon-button flat',
            style: STYLES.machineButton,
            child: this.#icon,
            can_focus: true,
            y_align: Clutter.ActorAlign.CENTER,
        });
        this.button.connect('clicked', clicked);
        this.#place = new St.Widget({
            style: STYLES.machineSlot,
            layout_manager: new Clutter.BinLayout(),
            y_align: Clutter.ActorAlign.CENTER,
        });
        this.#place.add_child(this.button);
        this.add_child(this.#place);
    }

    /**
     * @param action what the button does; null when there is nothing to do but wait
     * @param busy whether something is under way
     * @param idleName what is said of the button while it does nothing
     */
    sync(action: SlotAction | null, busy: boolean, idleName: string): void {
        if (action) this.#icon.icon_name = action.icon;
        this.button.accessible_name = action?.name ?? idleName;
        // Not hidden, so that it keeps the key focus while there is nothing to do but wait.
        this.button.set({reactive: action !== null, opacity: action ? 255 : 0});
        this.#spin('beside', busy && action !== null);
        this.#spin('instead', busy && action === null);
    }

    #spin(where: 'beside' | 'instead', spinning: boolean): void {
        const there = this.#spinners[where];
        // To play it again would begin its turn anew.
        if (spinning === (there?.visible ?? false)) return;
        if (spinning) (there ?? this.#makeSpinner(where)).play();
        else there?.stop();
    }

    #makeSpinner(where: 'beside' | 'instead'): Spinner {
        const spinner = new Spinner(SPINNER_SIZE, {animate: false, hideOnStop: true});
        const center = Clutter.ActorAlign.CENTER;
        if (where === 'beside') {
            spinner.y_align = center;
            this.insert_child_at_index(spinner, 0);
        } else {
            spinner.set({x_align: center, y_align: center, x_expand: true, y_expand: true});
            this.#place.add_child(spinner);
        }
        this.#spinners[where] = spinner;
        return spinner;
    }
}
