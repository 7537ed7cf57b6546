// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import {unwell} from '../../shared/health/unwell.js';
import type {Machine} from '../../shared/machines/machine.js';
import {machineLabel, stateLabel} from '../../shared/machines/words.js';
import {_, fill, oneLine} from '../../shared/platform/i18n.js';
import {showState, stateWarns} from './stateLook.js';

/** What a filled row is made of. */
interface Content {
    readonly icon: Gtk.Image;
    readonly name: Gtk.Label;
    readonly state: Gtk.Label;
    readonly box: Gtk.Box;
}

/**
 * A machine in the sidebar.
 *
 * It is an empty row with an accessible name until it comes into view: of a thousand machines twenty are seen, and
 * five widgets for each cost more time than everything else at the start.
 */
export class MachineRow extends Gtk.ListBoxRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverMachineRow'}, this);
    }

    #content: Content | null = null;
    #warning: Gtk.Image | null = null;
    #described = '';

    constructor(readonly machine: Machine) {
        super();
        this.add_css_class('machine');
        this.syncName();
    }

    /** Whether it was in view already. */
    get filled(): boolean {
        return this.#content !== null;
    }

    /** What the machine is called here: its title, once it was read, or its name. */
    get label(): string {
        return oneLine(machineLabel(this.machine));
    }

    /**
     * The second line: the state, and the name where the first line has a title. Two machines may have one title, or
     * one the title that is another's name; and the list is in the order of names.
     */
    get #caption(): string {
        const {name} = this.machine;
        const state = stateLabel(this.machine);
        return machineLabel(this.machine) === name ? state : fill(_('{state} · {name}'), {state, name});
    }

    /** Whether a search for these words, in lower case, finds it. */
    matches(words: readonly string[]): boolean {
        const text = `${this.machine.name}\n${this.machine.title}\n${this.machine.shortName}`.toLowerCase();
        return words.every(word => text.includes(word));
    }

    /**
     * Makes its widgets, unless they are there.
     *
     * @param withIcon whether the icon is shown at once, or with the next `sync()`
     */
    fill(withIcon = true): void {
        if (this.#content) return;
        const icon = new Gtk.Image({pixel_size: 16, accessible_role: Gtk.AccessibleRole.PRESENTATION});
        const name = new Gtk.Label({xalign: 0, ellipsize: Pango.EllipsizeMode.END});
        const state = new Gtk.Label({xalign: 0, ellipsize: Pango.EllipsizeMode.END});
        state.add_css_class('caption');
        state.add_css_class('dimmed');
        const lines = new Gtk.Box({
            orientation: Gtk.Orientation.VERTICAL,
            valign: Gtk.Align.CENTER,
            hexpand: true,
            spacing: 2,
        });
        lines.append(name);
        lines.append(state);
        const box = new Gtk.Box({spacing: 12});
        box.append(icon);
        box.append(lines);
        this.#content = {icon, name, state, box};
        this.set_child(box);
        this.sync(withIcon);
    }

    /** The name as a screen reader says it, before there is a label. */
    syncName(): void {
        this.update_property([Gtk.AccessibleProperty.LABEL], [this.label]);
    }

    /** Renders the machine as it is; of a row that is empty there is the name alone. */
    sync(withIcon = true): void {
        if (!this.#content) {
            this.syncName();
            return;
        }
        const {icon, name, state} = this.#content;
        const label = this.label;
        const caption = this.#caption;
        if (withIcon) showState(icon, this.machine);
        if (name.label !== label) {
            name.label = label;
            this.syncName();
        }
        if (state.label !== caption) state.label = caption;
        const trouble = unwell(this.machine);
        if (withIcon) this.#warn(trouble);
        const description = trouble === null ? caption : `${caption}. ${trouble}`;
        if (description === this.#described) return;
        this.#described = description;
        this.update_property([Gtk.AccessibleProperty.DESCRIPTION], [description]);
    }

    /** What is wrong, in the tooltip; and a sign, unless the icon of the state is one. */
    #warn(trouble: string | null): void {
        const sign = trouble !== null && !stateWarns(this.machine);
        if ((this.tooltip_text ?? '') !== (trouble ?? '')) this.set_tooltip_text(trouble);
        if (sign && !this.#warning) {
            this.#warning = new Gtk.Image({
                icon_name: 'dialog-warning-symbolic',
                accessible_role: Gtk.AccessibleRole.PRESENTATION,
            });
            this.#warning.add_css_class('warning');
            this.#content?.box.append(this.#warning);
        }
        if (this.#warning) this.#warning.visible = sign;
    }
}
