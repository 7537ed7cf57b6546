// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import {_, fill, oneLine} from '../../shared/platform/i18n.js';
import type {Preferences} from '../../shared/settings/preferences.js';
import {IdleCall} from '../idleCall.js';

/** Chooses one machine out of those that there are. */
export class ChosenMachineRow extends Adw.ComboRow {
    static {
        GObject.registerClass({GTypeName: 'HandoverPrefsChosenMachineRow'}, this);
    }

    readonly #preferences: Preferences;
    readonly #hosts: HostList;
    /** The keys of the machines in the order of the model; the first stands for none. */
    #keys: string[] = [];

    constructor(preferences: Preferences, hosts: HostList) {
        super({
            title: _('Machine'),
            enable_search: true,
            expression: Gtk.PropertyExpression.new(Gtk.StringObject.$gtype, null, 'string'),
        });
        this.#preferences = preferences;
        this.#hosts = hosts;

        const change = new IdleCall(() => this.#fill());
        const handler = hosts.connect('changed', () => change.queue());
        const unfollow = preferences.onChanged('chosen-machine', () => change.queue());
        this.connect('destroy', () => {
            change.cancel();
            hosts.disconnect(handler);
            unfollow();
        });
        this.#fill();
        this.connect('notify::selected', () => {
            const key = this.#keys[this.selected];
            if (key !== undefined && key !== preferences.chosenMachine) preferences.chosenMachine = key;
        });
    }

    #fill(): void {
        const chosen = this.#preferences.chosenMachine;
        const machines = this.#hosts.machines;
        const keys = ['', ...machines.map(machine => machine.key)];
        const names = [
            _('None'),
            ...machines.map(machine =>
                fill(_('{name} ({host})'), {name: machine.name, host: machine.host.label}),
            ),
        ];
        // It may be on a host that cannot be reached now.
        if (!keys.includes(chosen)) {
            keys.push(chosen);
            names.push(oneLine(chosen));
        }
        if (keys.length !== this.#keys.length || keys.some((key, index) => key !== this.#keys[index])) {
            // While the model changes, the selection is nobody's choice.
            this.#keys = [];
            this.model = Gtk.StringList.new(names);
            this.#keys = keys;
        }
        this.selected = keys.indexOf(chosen);
    }
}
