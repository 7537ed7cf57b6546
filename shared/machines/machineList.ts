// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import type {StateAndReason} from '../libvirt/domainState.js';
import {DEFINED_RENAMED, DomainEvent, stateFromEvent, UNDEFINED_RENAMED} from '../libvirt/domainState.js';
import type {Host, HostFollower} from '../libvirt/host.js';
import {LibvirtError} from '../libvirt/libvirtErrors.js';
import {HandoverError} from '../platform/errors.js';
import {Limiter} from '../platform/limiter.js';
import type {Happening} from './happening.js';
import {Machine} from './machine.js';
import {eventOfSignal, type MachineEvent, SignalEvent} from './machineEvent.js';
import {MachineOrder} from './machineOrder.js';
import type {MachineOwner} from './machineOwner.js';
import type {Preparation} from './preparation.js';

/** More changes than this in one reconciliation are announced as one. */
const MOST_SINGLE_CHANGES = 16;

/**
 * The machines of one host, sorted by name; a `Gio.ListModel` that GTK and the Shell can both follow.
 *
 * Filling it takes one call, whatever their number. A machine's object path becomes known when an event first
 * brings it, or when something is asked of the machine.
 */
export class MachineList extends GObject.Object implements HostFollower, MachineOwner {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverMachineList',
                Implements: [Gio.ListModel],
                Properties: {
                    'n-machines': GObject.ParamSpec.uint(
                        'n-machines',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        0,
                        0xffffffff,
                        0,
                    ),
                    'n-active': GObject.ParamSpec.uint(
                        'n-active',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        0,
                        0xffffffff,
                        0,
                    ),
                    filled: GObject.ParamSpec.boolean(
                        'filled',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        false,
                    ),
                },
                Signals: {
                    // machine, happening
                    happened: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_JSOBJECT]},
                    // machine: any of its state or transition changed
                    changed: {param_types: [GObject.TYPE_OBJECT]},
                },
            },
            this,
        );
    }

    declare items_changed: Gio.ListModel['items_changed'];

    defaultDeadlineMs = 60_000;
    preparation: Preparation | null = null;

    readonly #order = new MachineOrder();
    readonly #byName = new Map<string, Machine>();
    readonly #byPath = new Map<string, Machine>();
    /** Events of domains whose name is being asked for, in the order they came. */
    readonly #nameless = new Map<string, MachineEvent[]>();
    /** What an event makes us ask for: a few at a time, since a burst is not to be answered by a burst. */
    readonly #lookups = new Limiter(2);
    /** Names that went after a reconciliation was asked for, with the serial of the event that told. */
    readonly #removedAt = new Map<string, number>();
    /** Whether there were events of domains that had gone before they could be asked for their names. */
    #ghosts = false;
    #active = 0;
    #filled = false;
    #unfollow: (() => void) | null;

    /** Follows the host from now on; `close()` ends that. */
    constructor(readonly host: Host) {
        super();
        this.#unfollow = host.follow(this);
    }

    /** How many machines there are. */
    get nMachines(): number {
        return this.machines.length;
    }

    /** How many of them run, are paused, or are otherwise there as a guest. */
    get nActive(): number {
        return this.#active;
    }

    /** True from the first answer on. */
    get filled(): boolean {
        return this.#filled;
    }

    get machines(): readonly Machine[] {
        return this.#order.items;
    }

    /** The machine of a name. */
    byName(name: string): Machine | undefined {
        return this.#byName.get(name);
    }

    /** Ends following, and waiting for whatever is under way; the machines stay as they are. */
    close(): void {
        this.#unfollow?.();
        this.#unfollow = null;
        for (const machine of this.machines) machine.operation?.abandon();
    }

    vfunc_get_item_type(): GObject.GType {
        return Machine.$gtype;
    }

    vfunc_get_n_items(): number {
        return this.machines.length;
    }

    vfunc_get_item(position: number): Machine | null {
        return this.machines[position] ?? null;
    }

    // MachineOwner

    happened(machine: Machine, happening: Happening): void {
        machine.troubles.take(happening);
        this.emit('happened', machine, happening);
    }

    machineChanged(machine: Machine): void {
        this.emit('changed', machine);
    }

    activeChanged(machine: Machine): void {
        this.#active += machine.active ? 1 : -1;
        this.notify('n-active');
    }

    pathKnown(machine: Machine, path: string): void {
        this.#byPath.set(path, machine);
    }

    // HostFollower

    reconcile(domains: ReadonlyMap<string, StateAndReason>, askedAt: number, missed: boolean): void {
        const gone = this.machines.filter(machine => !domains.has(machine.name) && machine.seenAt <= askedAt);
        const added: Machine[] = [];
        if (missed) this.#byPath.clear();

        for (const [name, state] of domains) {
            const machine = this.#byName.get(name);
            if (!machine) {
                if ((this.#removedAt.get(name) ?? 0) <= askedAt)
                    added.push(new Machine(this.host, this, name, state, askedAt));
            } else {
                if (machine.stateAt <= askedAt) machine.applyState(state, askedAt);
                if (missed) machine.forget();
            }
        }
        this.#removedAt.clear();

        if (gone.length + added.length > MOST_SINGLE_CHANGES) {
            this.#replace(gone, added);
        } else {
            for (const machine of gone) this.#remove(machine);
            for (const machine of added) this.#insert(machine);
        }
        if (this.#filled) {
            for (const machine of added) machine.tell('defined');
        } else {
            this.#filled = true;
            this.notify('filled');
        }
    }

    domainEvent(path: string, event: number, detail: number, serial: number): void {
        this.#follow(path, {event, detail, serial});
    }

    domainSignal(path: string, member: string, serial: number, parameters: GLib.Variant): void {
        const event = eventOfSignal(member, parameters);
        if (event !== undefined) this.#follow(path, {event, detail: 0, serial});
        // What was read of a machine was read by its path, so a path that is not known has nothing to read again.
        else if (member === 'MetadataChange' || member.startsWith('Device') || member === 'DiskChange')
            this.#byPath.get(path)?.invalidate();
    }

    #follow(path: string, lifecycle: MachineEvent): void {
        const machine = this.#byPath.get(path);
        if (machine) {
            this.#apply(machine, path, lifecycle);
            return;
        }
        const waiting = this.#nameless.get(path);
        if (waiting) {
            waiting.push(lifecycle);
            return;
        }
        this.#nameless.set(path, [lifecycle]);
        void this.#lookups.run(() => this.#resolve(path));
    }

    async #resolve(path: string): Promise<void> {
        if (this.#unfollow === null) return;
        let name: string | null;
        try {
            name = await this.host.nameOf(path);
        } catch (error) {
            if (!(error instanceof HandoverError)) throw error;
            name = null;
            // It has gone already, so nothing tells which one it was; any other failure is the host's to see to.
            if (error instanceof LibvirtError) this.#ghosts = true;
        }
        const events = this.#nameless.get(path) ?? [];
        this.#nameless.delete(path);
        if (this.#ghosts && this.#nameless.size === 0) {
            this.#ghosts = false;
            void this.host.refresh();
        }
        if (name === null || this.#unfollow === null) return;

        let machine = this.#byName.get(name);
        for (const event of events) {
            if (!machine) {
                if (event.event === DomainEvent.UNDEFINED || event.event < 0) continue;
                machine = this.#adopt(path, name, event);
            } else {
                machine.setPath(path);
                this.#apply(machine, path, event);
            }
            if (machine.isGone) machine = undefined;
        }
    }

    /** A machine that we see for the first time. */
    #adopt(path: string, name: string, event: MachineEvent): Machine {
        const state = stateFromEvent(event.event, event.detail) ?? {state: 'shutoff', reason: 'unknown'};
        const machine = new Machine(
            this.host,
            this,
            name,
            {state: 'shutoff', reason: 'unknown'},
            event.serial,
        );
        machine.setPath(path);
        this.#insert(machine);
        if (event.event === DomainEvent.DEFINED) {
            machine.setPersistent(true);
            machine.tell('defined');
            // Which of the others it was before cannot be known from here.
            if (event.detail === DEFINED_RENAMED) void this.host.refresh();
        } else {
            machine.applyState(state, event.serial);
        }
        return machine;
    }

    #apply(machine: Machine, path: string, {event, detail, serial}: MachineEvent): void {
        switch (event) {
            case DomainEvent.DEFINED:
                machine.seen(serial);
                machine.setPersistent(true);
                if (detail === DEFINED_RENAMED) void this.#rename(machine, path);
                else machine.invalidate();
                return;
            case DomainEvent.UNDEFINED:
                if (detail === UNDEFINED_RENAMED) return;
                if (serial <= machine.seenAt) {
                    // A reconciliation was quicker, and still had one of that name: whether it is kept is open again.
                    machine.forget();
                    return;
                }
                machine.seen(serial);
                machine.setPersistent(false);
                if (!machine.active) this.#remove(machine);
                return;
            case SignalEvent.Reboot:
                machine.seen(serial);
                machine.announceReboot();
                return;
            default: {
                if (event < 0) {
                    machine.seen(serial);
                    machine.troubles.takeSignal(event);
                    this.machineChanged(machine);
                    return;
                }
                const state = stateFromEvent(event, detail);
                if (!state || serial <= machine.stateAt) return;
                machine.applyState(state, serial);
                if (event === DomainEvent.STOPPED) this.#removeIfTransient(machine);
            }
        }
    }

    async #rename(machine: Machine, path: string): Promise<void> {
        try {
            const name = await this.host.nameOf(path);
            if (machine.isGone) return;
            this.#byName.delete(machine.name);
            machine.rename(name);
            this.#byName.set(name, machine);
            this.#take(machine);
            this.#put(machine);
        } catch (error) {
            if (!(error instanceof HandoverError)) throw error;
            void this.host.refresh();
        }
    }

    /** A transient machine ceases to exist when it stops, and no event tells that. */
    #removeIfTransient(machine: Machine): void {
        if (machine.knownPersistent === false) this.#remove(machine);
        else if (machine.knownPersistent === null)
            void this.#lookups.run(() => this.#askWhetherTransient(machine));
    }

    async #askWhetherTransient(machine: Machine): Promise<void> {
        if (machine.path === null || machine.active || this.#unfollow === null) return;
        try {
            machine.setPersistent(await this.host.domain(machine.path).persistent());
        } catch (error) {
            if (!(error instanceof HandoverError)) throw error;
            // It may be gone, or libvirt itself may be: a reconciliation tells, and removes it then.
            if (error instanceof LibvirtError) void this.host.refresh();
        }
    }

    #insert(machine: Machine): void {
        const there = this.#byName.get(machine.name);
        if (there) this.#remove(there);
        this.#admit(machine);
        this.#put(machine);
        this.#countsChanged();
    }

    #remove(machine: Machine): void {
        if (machine.isGone) return;
        this.#dismiss(machine);
        this.#take(machine);
        machine.markGone();
        this.#countsChanged();
    }

    #replace(gone: readonly Machine[], added: readonly Machine[]): void {
        const before = this.machines.length;
        for (const machine of gone) this.#dismiss(machine);
        for (const machine of added) this.#admit(machine);
        this.#order.replace(gone, added);
        this.items_changed(0, before, this.machines.length);
        for (const machine of gone) machine.markGone();
        this.#countsChanged();
    }

    #admit(machine: Machine): void {
        this.#byName.set(machine.name, machine);
        if (machine.active) this.#active++;
        if (machine.path !== null) this.#byPath.set(machine.path, machine);
    }

    #dismiss(machine: Machine): void {
        if (this.#byName.get(machine.name) === machine) this.#byName.delete(machine.name);
        if (machine.path !== null) this.#byPath.delete(machine.path);
        if (this.host.asking) this.#removedAt.set(machine.name, machine.seenAt);
        if (machine.active) this.#active--;
    }

    #put(machine: Machine): void {
        this.items_changed(this.#order.insert(machine), 0, 1);
    }

    #take(machine: Machine): void {
        const position = this.#order.remove(machine);
        if (position >= 0) this.items_changed(position, 1, 0);
    }

    #countsChanged(): void {
        this.notify('n-active');
        this.notify('n-machines');
    }
}
