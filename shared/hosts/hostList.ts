// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import {driverById} from '../libvirt/drivers.js';
import {Host} from '../libvirt/host.js';
import {LibvirtService} from '../libvirt/libvirtService.js';
import type {Machine} from '../machines/machine.js';
import {MachineList} from '../machines/machineList.js';
import type {Preparation} from '../machines/preparation.js';
import type {BusKind} from '../platform/bus.js';

/**
 * The hosts that are followed, each as the list of its machines: a `Gio.ListModel` of `MachineList`.
 *
 * Hosts on one bus share one connection and one subscription.
 */
export class HostList extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverHostList',
                Implements: [Gio.ListModel],
                Signals: {
                    // machine, happening
                    happened: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_JSOBJECT]},
                    // machine: its state, transition or failure is another one
                    'machine-changed': {param_types: [GObject.TYPE_OBJECT]},
                    // anything at all: hosts, their state, the machines of one, or one machine
                    changed: {},
                },
            },
            this,
        );
    }

    declare items_changed: Gio.ListModel['items_changed'];

    readonly #services = new Map<BusKind, Promise<LibvirtService>>();
    #lists: MachineList[] = [];
    #defaultDeadlineMs = 60_000;
    #preparation: Preparation | null = null;

    /** How long a guest may take to shut down where its machine does not say, in milliseconds. */
    get defaultDeadlineMs(): number {
        return this.#defaultDeadlineMs;
    }

    set defaultDeadlineMs(milliseconds: number) {
        this.#defaultDeadlineMs = milliseconds;
        for (const list of this.#lists) list.defaultDeadlineMs = milliseconds;
    }

    /** What a machine's start and stop have to do besides; null when there is nothing. */
    get preparation(): Preparation | null {
        return this.#preparation;
    }

    set preparation(preparation: Preparation | null) {
        this.#preparation = preparation;
        for (const list of this.#lists) list.preparation = preparation;
    }

    get lists(): readonly MachineList[] {
        return this.#lists;
    }

    /** All machines of all hosts. */
    get machines(): Machine[] {
        return this.#lists.flatMap(list => list.machines);
    }

    /** The machine that `HOST/NAME` names. */
    byKey(key: string): Machine | undefined {
        const slash = key.indexOf('/');
        const list = this.byId(key.slice(0, slash));
        return list?.byName(key.slice(slash + 1));
    }

    byId(id: string): MachineList | undefined {
        return this.#lists.find(list => list.host.id === id);
    }

    /**
     * Follows these hosts and no others; those that were followed before stay as they are.
     *
     * @param ids ids of drivers, in the order they are to be shown; unknown ones are passed over
     */
    setHosts(ids: readonly string[]): void {
        const before = this.#lists;
        const after = [...new Set(ids)]
            .map(id => before.find(list => list.host.id === id) ?? this.#make(id))
            .filter(list => list !== null);
        if (after.length === before.length && after.every((list, index) => list === before[index])) return;
        this.#lists = after;
        for (const list of before) if (!after.includes(list)) this.#end(list);
        this.items_changed(0, before.length, after.length);
        for (const list of after) if (!before.includes(list)) list.host.open();
        this.emit('changed');
    }

    /** Asks every host that is lost once more. */
    retry(): void {
        for (const list of this.#lists) if (list.host.state === 'lost') list.host.retry();
    }

    /** Ends everything, at once. */
    close(): void {
        this.setHosts([]);
        for (const service of this.#services.values())
            service.then(
                one => one.close(),
                () => undefined,
            );
        this.#services.clear();
    }

    vfunc_get_item_type(): GObject.GType {
        return MachineList.$gtype;
    }

    vfunc_get_n_items(): number {
        return this.#lists.length;
    }

    vfunc_get_item(position: number): MachineList | null {
        return this.#lists[position] ?? null;
    }

    #make(id: string): MachineList | null {
        const driver = driverById(id);
        if (!driver) return null;
        const host = new Host(driver, kind => this.#service(kind));
        const list = new MachineList(host);
        list.defaultDeadlineMs = this.#defaultDeadlineMs;
        list.preparation = this.#preparation;
        list.connect('happened', (_list, machine: Machine, happening: unknown) =>
            this.emit('happened', machine, happening),
        );
        list.connect('changed', (_list, machine: Machine) => {
            this.emit('machine-changed', machine);
            this.emit('changed');
        });
        list.connect('items-changed', () => this.emit('changed'));
        host.connect('notify::state', () => this.emit('changed'));
        return list;
    }

    #end(list: MachineList): void {
        list.close();
        list.host.close();
    }

    #service(kind: BusKind): Promise<LibvirtService> {
        let service = this.#services.get(kind);
        if (!service) {
            service = LibvirtService.open(kind);
            this.#services.set(kind, service);
            // A bus that was not there is looked for again the next time.
            service.catch(() => this.#services.delete(kind));
        }
        return service;
    }
}
