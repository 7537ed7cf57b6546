// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import type {Host} from '../../shared/libvirt/host.js';
import {describeProblem} from '../../shared/problems/problem.js';

/** The heading above a host's machines. */
export class HostRow extends Gtk.ListBoxRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverHostRow'}, this);
    }

    constructor(readonly host: Host) {
        super({selectable: false, activatable: false, focusable: false});
        this.add_css_class('host');
        const label = new Gtk.Label({label: host.label, xalign: 0, ellipsize: Pango.EllipsizeMode.END});
        label.add_css_class('heading');
        label.add_css_class('dimmed');
        this.set_child(label);
        this.update_property([Gtk.AccessibleProperty.LABEL], [host.label]);
    }
}

/** Stands above the machines of a host that is lost, and leads to the page that says why. */
export class HostProblemRow extends Gtk.ListBoxRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverHostProblemRow'}, this);
    }

    readonly #label: Gtk.Label;

    constructor(readonly host: Host) {
        super();
        this.add_css_class('machine');
        const icon = new Gtk.Image({
            icon_name: 'dialog-warning-symbolic',
            accessible_role: Gtk.AccessibleRole.PRESENTATION,
        });
        icon.add_css_class('warning');
        this.#label = new Gtk.Label({
            xalign: 0,
            hexpand: true,
            wrap: true,
            lines: 2,
            ellipsize: Pango.EllipsizeMode.END,
        });
        const box = new Gtk.Box({spacing: 12});
        box.append(icon);
        box.append(this.#label);
        this.set_child(box);
        this.sync();
    }

    /** Says why the host is lost. */
    sync(): void {
        const {title} = describeProblem(this.host.error);
        this.#label.label = title;
        this.update_property([Gtk.AccessibleProperty.LABEL], [`${this.host.label}: ${title}`]);
    }
}
