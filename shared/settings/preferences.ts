// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

import {DRIVERS} from '../libvirt/drivers.js';

/** Hosts that settings offer at once; the others are folded away. */
export const COMMON_HOSTS: readonly string[] = ['system', 'session', 'test'];

/** How many machines are remembered as recently used. */
const MOST_RECENT = 5;

/**
 * What one user prefers. What belongs to a machine is in its metadata instead.
 *
 * Machines are named by `Machine.key`.
 */
export class Preferences {
    /** @param settings an instance of the schema; the Shell and the app get theirs in different ways */
    constructor(readonly settings: Gio.Settings) {}

    /** Ids of the hosts to follow. */
    get hosts(): string[] {
        return this.settings.get_strv('hosts');
    }

    set hosts(ids: readonly string[]) {
        this.settings.set_strv('hosts', [...ids]);
    }

    /** Turns a host on or off. It gets its place in the order of the drivers; what we do not know stays, at the end. */
    setHost(id: string, on: boolean): void {
        const before = this.hosts;
        if (before.includes(id) === on) return;
        const wanted = on ? [...before, id] : before.filter(one => one !== id);
        const known = DRIVERS.map(driver => driver.id).filter(one => wanted.includes(one));
        this.hosts = [...known, ...wanted.filter(one => !known.includes(one))];
    }

    /** The machine that the key and the Quick Settings toggle are for; empty when none was chosen. */
    get chosenMachine(): string {
        return this.settings.get_string('chosen-machine');
    }

    set chosenMachine(key: string) {
        this.settings.set_string('chosen-machine', key);
    }

    get pinnedMachines(): string[] {
        return this.settings.get_strv('pinned-machines');
    }

    isPinned(key: string): boolean {
        return this.pinnedMachines.includes(key);
    }

    setPinned(key: string, pinned: boolean): void {
        const others = this.pinnedMachines.filter(one => one !== key);
        this.settings.set_strv('pinned-machines', pinned ? [...others, key] : others);
    }

    /** Machines used last, the latest first. */
    get recentMachines(): string[] {
        return this.settings.get_strv('recent-machines');
    }

    /** Puts a machine at the head of the recent ones. */
    noteUse(key: string): void {
        const recent = this.recentMachines;
        if (recent[0] === key) return;
        this.settings.set_strv(
            'recent-machines',
            [key, ...recent.filter(one => one !== key)].slice(0, MOST_RECENT),
        );
    }

    /** How long a guest may take to shut down before force is offered, in milliseconds. */
    get shutdownDeadlineMs(): number {
        return this.settings.get_uint('shutdown-deadline') * 1000;
    }

    get notifications(): boolean {
        return this.settings.get_boolean('notifications');
    }

    get quickSettingsToggle(): boolean {
        return this.settings.get_boolean('quick-settings-toggle');
    }

    /** Whether this is the first time that it is asked: whoever asks says that the user was welcomed. */
    welcome(): boolean {
        if (this.settings.get_boolean('welcomed')) return false;
        this.settings.set_boolean('welcomed', true);
        return true;
    }

    /** Calls back whenever a key changes; returns a function that ends it. */
    onChanged(key: string, callback: () => void): () => void {
        const id = this.settings.connect(`changed::${key}`, callback);
        return () => this.settings.disconnect(id);
    }
}
