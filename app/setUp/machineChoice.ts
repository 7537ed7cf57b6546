// SPDX-License-Identifier: GPL-3.0-or-later
import type Adw from 'gi://Adw?version=1';
import Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {oneLine} from '../../shared/platform/i18n.js';

/** A row in which a machine is chosen; it follows the machines that there are. */
export class MachineChoice {
    #machines: readonly Machine[] = [];
    #machine: Machine | null = null;
    #filling = false;
    readonly #release: () => void;

    /**
     * @param none what stands for no machine; null when there has to be one
     * @param chosen is told when a person has chosen another
     */
    constructor(
        private readonly row: Adw.ComboRow,
        private readonly hosts: HostList,
        private readonly none: string | null,
        private readonly chosen: () => void,
    ) {
        const handlers = [
            hosts.connect('changed', () => this.#fill()),
            row.connect('notify::selected', () => this.#take()),
        ] as const;
        this.#release = () => {
            hosts.disconnect(handlers[0]);
            row.disconnect(handlers[1]);
        };
        this.#fill();
    }

    /** The machine that is chosen; null for none. */
    get machine(): Machine | null {
        return this.#machine;
    }

    choose(machine: Machine | null): void {
        this.#machine = machine;
        this.#fill();
    }

    close(): void {
        this.#release();
    }

    get #first(): number {
        return this.none === null ? 0 : 1;
    }

    #fill(): void {
        const machines = this.hosts.machines.filter(machine => machine.persistent);
        const same =
            machines.length === this.#machines.length &&
            machines.every((machine, index) => machine === this.#machines[index]);
        if (!same || !this.row.model) {
            this.#filling = true;
            this.#machines = machines;
            const many = this.hosts.lists.length > 1;
            const names = machines.map(({name, host}) => oneLine(many ? `${name} · ${host.label}` : name));
            this.row.model = Gtk.StringList.new([...(this.none === null ? [] : [this.none]), ...names]);
            this.#filling = false;
        }
        this.#select();
    }

    #select(): void {
        if (this.none === null && !this.#machine) this.#machine = this.#machines[0] ?? null;
        const at = this.#machine ? this.#machines.indexOf(this.#machine) : -1;
        if (at < 0) this.#machine = null;
        const selected = at < 0 ? 0 : at + this.#first;
        this.#filling = true;
        if (this.row.selected !== selected && this.row.model.get_n_items() > 0) this.row.selected = selected;
        this.#filling = false;
    }

    #take(): void {
        if (this.#filling) return;
        this.#machine = this.#machines[this.row.selected - this.#first] ?? null;
        this.chosen();
    }
}
