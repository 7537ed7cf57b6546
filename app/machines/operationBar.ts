// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {Followed} from './follow.js';

/** How long the thing that is being done with the machine has taken, and the way to call it off. */
export class OperationBar extends Gtk.Box {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverOperationBar',
                Template: `resource://${APP_PATH}/machines/operationBar.ui`,
                InternalChildren: ['elapsed', 'cancel'],
            },
            this,
        );
    }

    declare private readonly _elapsed: Gtk.Label;
    declare private readonly _cancel: Gtk.Button;

    readonly #followed = new Followed(['notify::transition'], () => this.#sync());
    #second = 0;

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (this.#followed.set(machine)) this.#sync();
    }

    /** Most things are done within a second: the bar comes after the first one, so that nothing flickers. */
    #sync(): void {
        if (this.#second !== 0) GLib.Source.remove(this.#second);
        this.#second = 0;
        this.#show();
        if (!this.machine?.operation) return;
        this.#second = GLib.timeout_add_seconds(GLib.PRIORITY_DEFAULT, 1, () => {
            this.#show();
            return GLib.SOURCE_CONTINUE;
        });
    }

    #show(): void {
        const operation = this.machine?.operation;
        const seconds = Math.floor((operation?.elapsedMs ?? 0) / 1000);
        this.visible = seconds > 0;
        if (!operation || seconds === 0) return;
        this._elapsed.label = fill(_('{time} so far'), {time: clockTime(seconds)});
        this._cancel.visible = operation.canCancel;
        // The guest has been asked, and nobody can take that back.
        const asked = operation.kind === 'shutdown' || operation.kind === 'reboot';
        this._cancel.label = asked ? _('Stop waiting') : _('Cancel');
    }
}

/** Seconds as a clock shows them: `0:07`, `12:30`. */
function clockTime(seconds: number): string {
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
