// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Machine} from './machine.js';

/** Machines as people sort them: by the locale, and `vm-9` before `vm-10`. */
export class MachineOrder {
    #items: Machine[] = [];
    /** Of each machine in it, or about to be. */
    readonly #keys = new Map<Machine, string>();

    get items(): readonly Machine[] {
        return this.#items;
    }

    /** Puts a machine in. @returns its position */
    insert(machine: Machine): number {
        let low = 0;
        let high = this.#items.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.#compare(this.#items[middle]!, machine) < 0) low = middle + 1;
            else high = middle;
        }
        this.#items.splice(low, 0, machine);
        return low;
    }

    /** Takes a machine out, by the name that it had when it came. @returns its position, -1 when it was not in */
    remove(machine: Machine): number {
        const position = this.#items.indexOf(machine);
        if (position >= 0) this.#items.splice(position, 1);
        this.#keys.delete(machine);
        return position;
    }

    /** Exchanges many at once. */
    replace(gone: readonly Machine[], added: readonly Machine[]): void {
        const leaving = new Set(gone);
        this.#items = [...this.#items.filter(machine => !leaving.has(machine)), ...added].sort((a, b) =>
            this.#compare(a, b),
        );
        for (const machine of gone) this.#keys.delete(machine);
    }

    #compare(a: Machine, b: Machine): number {
        const one = this.#keyOf(a);
        const other = this.#keyOf(b);
        return one < other ? -1 : one > other ? 1 : 0;
    }

    #keyOf(machine: Machine): string {
        let key = this.#keys.get(machine);
        if (key === undefined) {
            key = GLib.utf8_collate_key_for_filename(machine.name, -1);
            this.#keys.set(machine, key);
        }
        return key;
    }
}
