// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import St from 'gi://St';
import {PopupMenuItem, PopupSubMenuMenuItem} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import {unwell} from '../shared/health/unwell.js';
import type {Machine} from '../shared/machines/machine.js';
import {actionIcon, actionLabel} from '../shared/machines/words.js';
import {_, fill, oneLine} from '../shared/platform/i18n.js';
import {ActionSlot, type SlotAction} from './actionSlot.js';
import {stepInside} from './keyFocus.js';
import {cancellableOf, machineStateLabel} from './machineState.js';
import {MachineSubmenu, type SubmenuParts} from './machineSubmenu.js';
import {STYLES} from './styles.js';

/** More of a name (characters) does not fit into the menu, and is not worth laying out. */
const LONGEST_NAME = 80;

/**
 * A machine in the menu: its name, its state, how busy it is, the one obvious thing to do, and a submenu with the rest.
 */
export class MachineMenuItem extends PopupSubMenuMenuItem {
    static {
        GObject.registerClass({GTypeName: 'HandoverMachineMenuItem'}, this);
    }

    readonly #state: St.Label;
    /** Below its name, and as high as it will be from when the machine runs: no row moves when figures come. */
    readonly #figures = new St.Label({style: STYLES.machineFigures, visible: false});
    readonly #warning: St.Icon;
    readonly #slot: ActionSlot;
    readonly #submenu: MachineSubmenu;

    constructor(
        readonly machine: Machine,
        private readonly parts: SubmenuParts,
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
        this.#slot = new ActionSlot(() => {
            if (machine.obvious) parts.commands.toggle(machine);
            else cancellableOf(machine)?.cancel();
        });

        const arrow = this.get_last_child();
        const column = new St.BoxLayout({
            orientation: Clutter.Orientation.VERTICAL,
            style: STYLES.machineColumn,
            x_expand: true,
            y_align: center,
        });
        this.insert_child_below(column, this.label);
        this.remove_child(this.label);
        const line = new St.BoxLayout({style: STYLES.machineLine});
        this.label.x_expand = true;
        for (const child of [this.label, this.#warning, this.#state]) line.add_child(child);
        column.add_child(line);
        column.add_child(this.#figures);
        // What lies between the label and the arrow of other rows; the column takes that room here.
        for (const child of this.get_children())
            if ((child as St.Widget).has_style_class_name('popup-menu-item-expander')) child.hide();
        this.insert_child_below(this.#slot, arrow);

        // A menu without items does not open, so the first look at it needs one to begin with.
        this.menu.addMenuItem(new PopupMenuItem(''));
        this.#submenu = new MachineSubmenu(this.menu, parts);
        this.menu.connect('open-state-changed', (_menu, open): undefined => {
            if (!open) return;
            this.#syncMenu();
            this.#submenu.followBottleneck(machine);
        });
        // Only what is asked for is said: a description that changes at each tick would be read out each time.
        this.connect('key-focus-in', () => this.#describe());
        const handler = machine.connect('notify::short-name', () => this.sync());
        this.connect('destroy', () => {
            machine.disconnect(handler);
            this.#submenu.dispose();
        });
        this.sync();
    }

    /** Shows the machine as it is now. */
    sync(): void {
        const {machine} = this;
        const name = oneLine(machine.shortName, LONGEST_NAME);
        const state = machineStateLabel(machine);
        this.label.text = name;
        this.#state.text = state;
        this.accessible_name = fill(_('{name}, {state}'), {name, state});
        // What it is the state says, and the submenu.
        this.#warning.visible = machine.failing || unwell(machine) !== null;
        this.syncFigures();

        const busy = machine.transition !== '';
        this.#slot.sync(this.#action(name), busy, this.accessible_name);

        if (this.menu.isOpen) this.#syncMenu();
    }

    /** Shows how busy the machine is now. */
    syncFigures(): void {
        const {figures} = this.parts;
        this.#figures.text = figures.lineOf(this.machine);
        this.#figures.visible = figures.expects(this.machine);
        if (this.menu.isOpen) this.#submenu.followBottleneck(this.machine);
    }

    /** The button is a step of its own for Tab, although it lies inside something that takes the focus. */
    override vfunc_navigate_focus(from: Clutter.Actor | null, direction: St.DirectionType): boolean {
        const inside = this.#slot.button.reactive ? [this.#slot.button] : [];
        return stepInside(this, inside, from, direction) || super.vfunc_navigate_focus(from, direction);
    }

    #action(name: string): SlotAction | null {
        const {machine} = this;
        const action = machine.obvious;
        if (action)
            return {
                icon: actionIcon(action),
                name: fill(_('{action}: {name}'), {action: actionLabel(action), name}),
            };
        return cancellableOf(machine)
            ? {icon: 'process-stop-symbolic', name: fill(_('Cancel: {name}'), {name})}
            : null;
    }

    #describe(): void {
        this.get_accessible()?.set_description(this.parts.figures.lineOf(this.machine));
    }

    #syncMenu(): void {
        if (this.#submenu.update(this.machine)) this.grab_key_focus();
    }
}
