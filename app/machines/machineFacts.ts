// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';
import {makeFactRow} from '../widgets/factRow.js';
import {type FactGroup, factsOf} from './facts.js';
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
    for (const fact of facts) group.add(makeFactRow(fact));
    return group;
}
