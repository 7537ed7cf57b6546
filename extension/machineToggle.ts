// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import St from 'gi://St';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';
import {QuickMenuToggle} from 'resource:///org/gnome/shell/ui/quickSettings.js';

import type {Machine} from '../shared/machines/machine.js';
import {stateLabel} from '../shared/machines/words.js';
import {oneLine} from '../shared/platform/i18n.js';
import {MachineSubmenu, type SubmenuParts} from './machineSubmenu.js';
import type {StateIcons} from './stateIcons.js';

/** More of a name (characters) does not fit into a toggle. */
const LONGEST_NAME = 40;

/** The Quick Settings toggle of one machine: on while the machine is. */
export class MachineToggle extends QuickMenuToggle {
    static {
        GObject.registerClass({GTypeName: 'HandoverMachineToggle'}, this);
    }

    readonly #submenu: MachineSubmenu;
    readonly #icons: StateIcons;
    #machine: Machine | null = null;

    constructor(parts: SubmenuParts, icons: StateIcons) {
        super({gicon: icons.get('idle'), visible: false});
        this.#submenu = new MachineSubmenu(this.menu, parts);
        this.#icons = icons;
        this.connect('clicked', () => parts.commands.toggle(this.#machine));
        // Its menu lies in another part of the Quick Settings, where nobody else takes it away.
        this.connect('destroy', () => this.menu.destroy());
        this.menu.connectObject('activate', () => Main.panel.closeQuickSettings(), this);
    }

    /** Shows a machine as it is now; without one there is no toggle. */
    sync(machine: Machine | null): void {
        this.#machine = machine;
        this.visible = machine !== null;
        if (!machine) return;
        const title = oneLine(machine.shortName, LONGEST_NAME);
        const subtitle = stateLabel(machine);
        const gicon = this.#icons.get(machine.active ? 'running' : 'idle');
        this.set({title, subtitle, gicon, checked: machine.active});
        this.menu.setHeader(gicon, title, subtitle);
        if (this.#submenu.update(machine))
            this.menu.actor.navigate_focus(null, St.DirectionType.TAB_FORWARD, false);
    }
}
