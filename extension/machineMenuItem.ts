// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import St from 'gi://St';
import {Spinner} from 'resource:///org/gnome/shell/ui/animation.js';
import {PopupMenuItem, PopupSubMenuMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {Machine} from '../shared/machines/machine.js';
import {actionIcon, actionLabel, stateLabel} from '../shared/machines/words.js';
import {_, fill, oneLine} from '../shared/platform/i18n.js';
import {stepInside} from './keyFocus.js';
import {MachineSubmenu, type SubmenuParts} from './machineSubmenu.js';
import {STYLES} from './styles.js';

/** More of a name (characters) does not fit into the menu, and is not worth laying out. */
const LONGEST_NAME = 80;
const SPINNER_SIZE = 16;

/** A machine in the menu: its name, its state, the one obvious thing to do, and a submenu with the rest. */
export class MachineMenuItem extends PopupSubMenuMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverMachineMenuItem'}, this);
    }

    readonly #state: St.Label;
    readonly #warning: St.Icon;
    readonly #button: St.Button;
    readonly #buttonIcon: St.Icon;
    readonly #spinner: Spinner;
    readonly #submenu: MachineSubmenu;

    constructor(
        readonly machine: Machine,
        parts: SubmenuParts,
    ) {
        super('', false);
        this.style = STYLES.machine;
        const center = Clutter.ActorAlign.CENTER;

        this.#warning = new St.Icon({
            icon_name: 'dialog-warning-symbolic',
            style_class: 'popup-menu-icon',
            y_align: center,
        });
        this.#state = new St.Label({style: STYLES.machineState, y_align: center});
        this.#buttonIcon = new St.Icon({style_class: 'popup-menu-icon'});
        this.#button = new St.Button({
            style_class: 'icon-button flat',
            style: STYLES.machineButton,
            child: this.#buttonIcon,
            can_focus: true,
            y_align: center,
        });
        this.#button.connect('clicked', () => parts.commands.toggle(machine));
        this.#spinner = new Spinner(SPINNER_SIZE, {animate: false, hideOnStop: true});
        this.#spinner.set({x_align: center, y_align: center, x_expand: true, y_expand: true});
        const slot = new St.Widget({
            style: STYLES.machineSlot,
            layout_manager: new Clutter.BinLayout(),
            y_align: center,
        });
        slot.add_child(this.#button);
        slot.add_child(this.#spinner);

        const arrow = this.get_last_child();
        for (const child of [this.#warning, this.#state, slot]) this.insert_child_below(child, arrow);

        // A menu without items does not open, so the first look at it needs one to begin with.
        this.menu.addMenuItem(new PopupMenuItem(''));
        this.#submenu = new MachineSubmenu(this.menu, parts);
        this.menu.connect('open-state-changed', (_menu, open): undefined => {
            if (open) this.#syncMenu();
        });
        const handler = machine.connect('notify::short-name', () => this.sync());
        this.connect('destroy', () => machine.disconnect(handler));
        this.sync();
    }

    /** Shows the machine as it is now. */
    sync(): void {
        const {machine} = this;
        const name = oneLine(machine.shortName, LONGEST_NAME);
        const state = stateLabel(machine);
        this.label.text = name;
        this.#state.text = state;
        this.accessible_name = fill(_('{name}, {state}'), {name, state});
        this.#warning.visible = machine.failing;

        const action = machine.obvious;
        if (action) this.#buttonIcon.icon_name = actionIcon(action);
        this.#button.accessible_name = action
            ? fill(_('{action}: {name}'), {action: actionLabel(action), name})
            : this.accessible_name;
        // Not hidden, so that it keeps the key focus while there is nothing to do but wait.
        this.#button.set({reactive: action !== null, opacity: action ? 255 : 0});
        if (machine.transition) this.#spinner.play();
        else this.#spinner.stop();

        if (this.menu.isOpen) this.#syncMenu();
    }

    /** The button is a step of its own for Tab, although it lies inside something that takes the focus. */
    override vfunc_navigate_focus(from: Clutter.Actor | null, direction: St.DirectionType): boolean {
        const inside = this.machine.obvious ? [this.#button] : [];
        return stepInside(this, inside, from, direction) || super.vfunc_navigate_focus(from, direction);
    }

    #syncMenu(): void {
        if (this.#submenu.update(this.machine)) this.grab_key_focus();
    }
}
