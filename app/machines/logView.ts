// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';
import {happeningLabel} from '../../shared/machines/words.js';
import {APP_PATH} from '../../shared/names.js';
import {localTime} from '../../shared/platform/clock.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {MachineLog} from './machineLog.js';

/** What happened to the machine, the newest first, as it happens. */
export class LogView extends Adw.Bin {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverLogView',
                Template: `resource://${APP_PATH}/machines/logView.ui`,
                InternalChildren: ['stack', 'empty', 'scroller', 'list'],
            },
            this,
        );
    }

    declare private readonly _stack: Gtk.Stack;
    declare private readonly _empty: Adw.StatusPage;
    declare private readonly _scroller: Gtk.ScrolledWindow;
    declare private readonly _list: Gtk.ListBox;

    #release: () => void = () => undefined;

    /** Shows the log of a machine, or nothing. */
    follow(machine: Machine | null, log: MachineLog): void {
        this.#release();
        this._list.remove_all();
        this._stack.visible_child = this._empty;
        if (!machine) return;
        for (const happening of log.of(machine)) this.#add(happening);
        this.#release = log.onHappened((one, happening) => {
            if (one === machine) this.#add(happening);
        });
    }

    #add(happening: Happening): void {
        const time = localTime(happening.atMs, '%X');
        const problem = happening.error === undefined ? null : describeProblem(happening.error);
        const row = new Adw.ActionRow({use_markup: false, subtitle_lines: 3});
        row.title = happeningLabel(happening);
        row.subtitle = problem?.body ?? '';
        const label = new Gtk.Label({label: time});
        label.add_css_class('log-time');
        label.add_css_class('dimmed');
        row.add_suffix(label);
        this._list.prepend(row);
        this._stack.visible_child = this._scroller;
    }
}
