// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';
import {type Boot, slowBootIn, slowBootSentence} from '../../shared/metrics/boot.js';
import type {Boots} from '../../shared/metrics/boots.js';
import {localTime} from '../../shared/platform/clock.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {bootText, durationText} from './graphWords.js';

/** How long a machine's last starts took; nothing is shown of one of which none has been seen. */
export class BootsGroup extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverBootsGroup'}, this);
    }

    readonly #last = new Adw.ExpanderRow({use_markup: false});
    readonly #slow = new Gtk.Image({
        icon_name: 'dialog-warning-symbolic',
        accessible_role: Gtk.AccessibleRole.PRESENTATION,
        css_classes: ['warning'],
    });
    #rows: Adw.ActionRow[] = [];
    #machine: Machine | null = null;
    #release: () => void = () => undefined;
    /** Counts the looks, so that a slow one does not overwrite a later one. */
    #looks = 0;

    constructor(properties?: Partial<Adw.PreferencesGroup.ConstructorProps>) {
        super({title: _('Starts'), visible: false, ...properties});
        this.#last.add_suffix(this.#slow);
        this.add(this.#last);
    }

    /** Shows the starts of a machine, or nothing. */
    follow(machine: Machine | null, boots: Boots): void {
        if (machine === this.#machine) return;
        this.#release();
        this.#release = () => undefined;
        this.#machine = machine;
        this.visible = false;
        this.#last.expanded = false;
        this.#looks++;
        if (!machine) return;
        this.#release = boots.onKept(one => {
            if (one === machine) void this.#look(machine, boots);
        });
        void this.#look(machine, boots);
    }

    async #look(machine: Machine, boots: Boots): Promise<void> {
        const turn = ++this.#looks;
        let kept: readonly Boot[] = [];
        try {
            kept = await boots.boots(machine);
        } catch (error) {
            // The page says elsewhere what is wrong with the machine; a file that cannot be read is no start.
            if (!(error instanceof HandoverError)) throw error;
            console.debug(`No starts of ${machine.key}: ${describeProblem(error).detail}`);
        }
        if (turn === this.#looks) this.#sync(kept);
    }

    /** @param boots the oldest first */
    #sync(boots: readonly Boot[]): void {
        const last = boots.at(-1);
        this.visible = last !== undefined;
        for (const row of this.#rows.splice(0)) this.#last.remove(row);
        if (!last) return;
        const slow = slowBootIn(boots);
        this.#slow.visible = slow !== null;
        this.#last.title = bootText(last);
        const when = fill(_('Last start: {time}'), {time: localTime(last.startedAtMs, '%x %X')});
        this.#last.subtitle = slow ? `${when}\n${slowBootSentence(slow)}` : when;
        this.#rows = boots.toReversed().map(makeRow);
        for (const row of this.#rows) this.#last.add_row(row);
    }
}

function makeRow(boot: Boot): Adw.ActionRow {
    const row = new Adw.ActionRow({use_markup: false});
    row.title = bootText(boot);
    const agent =
        boot.readyMs === null || boot.agentMs === null
            ? ''
            : ` · ${fill(_('guest agent after {time}'), {time: durationText(boot.agentMs)})}`;
    row.subtitle = `${localTime(boot.startedAtMs, '%x %X')}${agent}`;
    return row;
}
