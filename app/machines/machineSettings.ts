// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {delay} from '../../shared/platform/clock.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {oneLine} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import {Followed} from './follow.js';

/** Whoever turns the deadline up and down is waited for this long (ms) before it is written. */
const TURNING_MS = 600;

/** What belongs to the machine and is kept by libvirt: every client on every computer sees it. */
export class MachineSettings extends Adw.PreferencesGroup {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverMachineSettings',
                Template: `resource://${APP_PATH}/machines/machineSettings.ui`,
                InternalChildren: [
                    'autostart',
                    'titleRow',
                    'shortName',
                    'description',
                    'ownDeadline',
                    'deadline',
                ],
            },
            this,
        );
    }

    declare private readonly _autostart: Adw.SwitchRow;
    declare private readonly _titleRow: Adw.EntryRow;
    declare private readonly _shortName: Adw.EntryRow;
    declare private readonly _description: Adw.EntryRow;
    declare private readonly _ownDeadline: Adw.SwitchRow;
    declare private readonly _deadline: Adw.SpinRow;

    /** Called when something could not be written. */
    onFailed: (problem: Problem) => void = () => undefined;

    readonly #followed = new Followed(
        ['notify::details-loaded', 'notify::autostart', 'notify::persistent'],
        () => this.#sync(),
    );
    #syncing = false;
    #turning: Gio.Cancellable | null = null;

    constructor() {
        super();
        this._autostart.connect('notify::active', () =>
            this.#write(machine => machine.setAutostart(this._autostart.active)),
        );
        this._titleRow.connect('apply', () =>
            this.#write(machine => machine.setTitle(oneLine(this._titleRow.text))),
        );
        this._description.connect('apply', () =>
            this.#write(machine => machine.setDescription(this._description.text.trim())),
        );
        this._shortName.connect('apply', () => {
            const shortName = oneLine(this._shortName.text);
            this.#write(machine =>
                machine.setMetadata({...machine.metadata, shortName: shortName === '' ? null : shortName}),
            );
        });
        this._ownDeadline.connect('notify::active', () => this.#writeDeadline());
        this._deadline.connect('notify::value', () => void this.#turned());
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (!this.#followed.set(machine)) return;
        this.#turning?.cancel();
        this.#sync();
    }

    #sync(): void {
        const {machine} = this;
        this.sensitive = machine?.detailsLoaded ?? false;
        if (!machine) return;
        this.#syncing = true;
        this._autostart.active = machine.autostart;
        // A machine that is gone when it stops cannot be started with the computer.
        this._autostart.visible = machine.persistent;
        setText(this._titleRow, machine.title);
        setText(this._shortName, machine.metadata.shortName ?? '');
        setText(this._description, machine.description);
        const seconds = machine.metadata.shutdownDeadlineSeconds;
        this._ownDeadline.active = seconds !== null;
        this._deadline.value = seconds ?? machine.shutdownDeadlineMs / 1000;
        this.#syncing = false;
    }

    async #turned(): Promise<void> {
        if (this.#syncing) return;
        this.#turning?.cancel();
        this.#turning = new Gio.Cancellable();
        try {
            await delay(TURNING_MS, this.#turning);
            this.#writeDeadline();
        } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
        }
    }

    #writeDeadline(): void {
        const shutdownDeadlineSeconds = this._ownDeadline.active ? Math.round(this._deadline.value) : null;
        this.#write(machine => machine.setMetadata({...machine.metadata, shutdownDeadlineSeconds}));
    }

    /** Writes, and shows what is there when that fails. */
    #write(write: (machine: Machine) => Promise<void>): void {
        const {machine} = this;
        if (this.#syncing || !machine) return;
        write(machine).catch((error: unknown) => {
            if (machine === this.machine) this.#sync();
            this.onFailed(describeProblem(error));
        });
    }
}

/** What somebody is typing is left alone. */
function setText(row: Adw.EntryRow, text: string): void {
    const editing = row.get_state_flags() & Gtk.StateFlags.FOCUS_WITHIN;
    if (row.text !== text && !editing) row.text = text;
}
