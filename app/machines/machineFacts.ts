// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';
import {_, oneLine} from '../../shared/platform/i18n.js';
import {type Fact, type FactGroup, factsOf} from './facts.js';
import {Followed} from './follow.js';

/** What the machine's definition says, in groups of rows. */
export class MachineFacts extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverMachineFacts'}, this);
    }

    readonly #followed = new Followed(['notify::details-loaded'], () => this.#sync());
    readonly #groups: Adw.PreferencesGroup[] = [];

    constructor(properties?: Partial<Gtk.Box.ConstructorProps>) {
        super({orientation: Gtk.Orientation.VERTICAL, spacing: 24, ...properties});
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (this.#followed.set(machine)) this.#sync();
    }

    #sync(): void {
        for (const group of this.#groups.splice(0)) this.remove(group);
        const {machine} = this;
        if (!machine?.definition) return;
        for (const facts of factsOf(machine, machine.definition)) {
            const group = makeGroup(facts);
            this.#groups.push(group);
            this.append(group);
        }
    }
}

function makeGroup({title, facts}: FactGroup): Adw.PreferencesGroup {
    const group = new Adw.PreferencesGroup({title});
    for (const fact of facts) group.add(makeRow(fact));
    return group;
}

/** Nothing of a definition is markup: names and paths may hold anything. */
function makeRow({label, value, copyable, icon}: Fact): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false, subtitle_lines: 4, subtitle_selectable: true});
    row.add_css_class('property');
    // Not in the constructor: what is set there reaches the labels in any order, and they begin with markup.
    row.title = oneLine(label);
    row.subtitle = oneLine(value, 500);
    if (icon)
        row.add_prefix(new Gtk.Image({icon_name: icon, accessible_role: Gtk.AccessibleRole.PRESENTATION}));
    if (copyable) {
        const button = new Gtk.Button({
            icon_name: 'edit-copy-symbolic',
            tooltip_text: _('Copy'),
            valign: Gtk.Align.CENTER,
        });
        button.add_css_class('flat');
        button.update_property([Gtk.AccessibleProperty.LABEL], [`${_('Copy')} ${label}`]);
        button.connect('clicked', () => row.get_clipboard().set(value));
        row.add_suffix(button);
    }
    return row;
}
