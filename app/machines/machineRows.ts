// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import type Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Host} from '../../shared/libvirt/host.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {MachineList} from '../../shared/machines/machineList.js';
import {HostProblemRow, HostRow} from '../hosts/hostRow.js';
import {MachineRow} from './machineRow.js';

/** Rows that a list has at once when it is filled: more than a window shows. */
const FIRST_ROWS = 64;

/** The rows of one host. */
interface Section {
    readonly list: MachineList;
    /** Of all its machines, or of the first of them while `rest` waits. */
    readonly rows: MachineRow[];
    rest: boolean;
    heading: HostRow | null;
    problem: HostProblemRow | null;
    release(): void;
}

/**
 * Keeps a list box in step with the hosts and their machines.
 *
 * Not `bind_model`: a bound list box can neither filter nor have headings, and a filter model would make every row
 * anew at each letter of a search.
 */
export class MachineRows {
    #sections: Section[] = [];
    readonly #byMachine = new Map<Machine, MachineRow>();
    readonly #release: () => void;
    #idle = 0;

    /**
     * @param box empty; it is ours from now on
     * @param changed called after rows were added or taken away
     */
    constructor(
        private readonly box: Gtk.ListBox,
        private readonly hosts: HostList,
        private readonly changed: () => void,
    ) {
        const id = hosts.connect('items-changed', () => this.#syncHosts());
        this.#release = () => hosts.disconnect(id);
        this.#syncHosts();
    }

    /** Stops following; the rows stay. */
    close(): void {
        this.#release();
        for (const section of this.#sections) section.release();
        this.#sections = [];
        if (this.#idle !== 0) GLib.Source.remove(this.#idle);
        this.#idle = 0;
    }

    rowOf(machine: Machine): MachineRow | undefined {
        if (!this.#byMachine.has(machine)) this.#addRest();
        return this.#byMachine.get(machine);
    }

    problemRowOf(host: Host): HostProblemRow | null {
        return this.#sections.find(section => section.list.host === host)?.problem ?? null;
    }

    /** The rows of lost hosts, in order. */
    get problemRows(): HostProblemRow[] {
        return this.#sections.flatMap(section => section.problem ?? []);
    }

    /** The machines' rows, in order. */
    *[Symbol.iterator](): Generator<MachineRow> {
        this.#addRest();
        for (const section of this.#sections) yield* section.rows;
    }

    #syncHosts(): void {
        const before = this.#sections;
        const kept = new Map(before.map(section => [section.list, section]));
        const lists = this.hosts.lists;
        for (const section of before) if (!lists.includes(section.list)) this.#removeSection(section);
        const inOrder = lists.map(list => kept.get(list) ?? this.#makeSection(list));
        const sameOrder = before
            .filter(section => inOrder.includes(section))
            .every((section, index) => section === inOrder[index]);
        if (!sameOrder) for (const section of before) this.#takeRows(section);
        this.#sections = inOrder;
        for (const section of inOrder) {
            if (!kept.has(section.list) || !sameOrder) this.#insertRows(section, 0, section.list.machines);
            this.#syncHost(section);
        }
        this.changed();
    }

    #makeSection(list: MachineList): Section {
        const section: Section = {
            list,
            rows: [],
            rest: false,
            heading: null,
            problem: null,
            release: () => undefined,
        };
        const items = list.connect(
            'items-changed',
            (_list, position: number, removed: number, added: number) => {
                // What reaches into the rest is read from the list when the rest's turn comes.
                const inRest = section.rest && position + removed > section.rows.length;
                this.#removeRows(section, position, removed);
                if (!inRest)
                    this.#insertRows(section, position, list.machines.slice(position, position + added));
                this.#syncHost(section);
                this.changed();
            },
        );
        const state = list.host.connect('notify::state', () => {
            this.#syncHost(section);
            this.changed();
        });
        section.release = () => {
            list.disconnect(items);
            list.host.disconnect(state);
        };
        return section;
    }

    #removeSection(section: Section): void {
        section.release();
        this.#takeRows(section);
    }

    #takeRows(section: Section): void {
        this.#removeRows(section, 0, section.rows.length);
        section.rest = false;
        if (section.heading) this.box.remove(section.heading);
        if (section.problem) this.box.remove(section.problem);
        section.heading = null;
        section.problem = null;
    }

    #removeRows(section: Section, position: number, count: number): void {
        for (const row of section.rows.splice(position, count)) {
            this.#byMachine.delete(row.machine);
            this.box.remove(row);
        }
    }

    /**
     * A long list gets its first rows at once and the rest after the next frame: the window is there sooner, and
     * laying out a thousand rows does not keep it waiting.
     */
    #insertRows(section: Section, position: number, machines: readonly Machine[]): void {
        if (machines.length > FIRST_ROWS && section.rows.length === 0) {
            section.rest = true;
            this.#addRows(section, 0, machines.slice(0, FIRST_ROWS));
            // Behind GTK's own idle work: drawing, and making the window known to screen readers.
            if (this.#idle === 0)
                this.#idle = GLib.idle_add(GLib.PRIORITY_DEFAULT_IDLE + 10, () => {
                    this.#idle = 0;
                    this.#addRest();
                    this.changed();
                    return GLib.SOURCE_REMOVE;
                });
        } else {
            this.#addRows(section, position, machines);
        }
    }

    #addRest(): void {
        for (const section of this.#sections) {
            if (!section.rest) continue;
            section.rest = false;
            const {length} = section.rows;
            this.#addRows(section, length, section.list.machines.slice(length));
        }
    }

    #addRows(section: Section, position: number, machines: readonly Machine[]): void {
        const rows = machines.map(machine => new MachineRow(machine));
        const first = this.#startOf(section) + extraRows(section) + position;
        const atEnd = section === this.#sections.at(-1) && position === section.rows.length;
        section.rows.splice(position, 0, ...rows);
        rows.forEach((row, index) => {
            this.#byMachine.set(row.machine, row);
            if (atEnd) this.box.append(row);
            else this.box.insert(row, first + index);
        });
    }

    /** Heading and problem: the heading tells hosts apart, where there is more than one to be seen. */
    #syncHost(section: Section): void {
        const {host} = section.list;
        const lost = host.state === 'lost';
        if (lost && section.problem) section.problem.sync();
        if (lost && !section.problem) {
            section.problem = new HostProblemRow(host);
            this.box.insert(section.problem, this.#startOf(section) + (section.heading ? 1 : 0));
        } else if (!lost && section.problem) {
            this.box.remove(section.problem);
            section.problem = null;
        }
        const seen = this.#sections.length > 1 && (section.rows.length > 0 || lost);
        if (seen && !section.heading) {
            section.heading = new HostRow(host);
            this.box.insert(section.heading, this.#startOf(section));
        } else if (!seen && section.heading) {
            this.box.remove(section.heading);
            section.heading = null;
        }
    }

    #startOf(section: Section): number {
        let start = 0;
        for (const one of this.#sections) {
            if (one === section) break;
            start += extraRows(one) + one.rows.length;
        }
        return start;
    }
}

function extraRows(section: Section): number {
    return (section.heading ? 1 : 0) + (section.problem ? 1 : 0);
}
