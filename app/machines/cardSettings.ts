// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import {withManaged} from '../../shared/definition/hostDeviceEdit.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {Machine} from '../../shared/machines/machine.js';
import {readKept, redefine} from '../../shared/machines/redefinition.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import type {AppCards} from '../gpu/appCards.js';
import {Followed} from './follow.js';

/** What can be said of how a machine gets its cards, from the definition that is kept of it. */
interface Handling {
    readonly machine: Machine;
    readonly cards: readonly Gpu[];
    /** Addresses of the cards' functions that the machine has. */
    readonly addresses: readonly string[];
    /** Whether libvirt moves any of them by itself. */
    readonly managed: boolean;
    readonly helperThere: boolean;
}

/** How a machine gets its graphics card: nothing is shown of a machine that gets none. */
export class CardSettings extends Adw.PreferencesGroup {
    static {
        GObject.registerClass({GTypeName: 'HandoverCardSettings'}, this);
    }

    /** Called when the definition could not be changed. */
    onFailed: (problem: Problem) => void = () => undefined;

    readonly #row = new Adw.SwitchRow({title: _('Have libvirt check the card'), subtitle_lines: 0});
    readonly #followed = new Followed(
        ['notify::details-loaded', 'notify::persistent', 'notify::active'],
        () => void this.#look(),
    );
    #cards: AppCards | null = null;
    #shown: Handling | null = null;
    #syncing = false;
    /** Counts the looks, so that a slow one does not overwrite a later one. */
    #looks = 0;

    constructor() {
        super({title: _('Graphics card'), visible: false});
        this.add(this.#row);
        this.#row.connect('notify::active', () => this.#convert());
    }

    /** Shows how a machine gets its card, or nothing. */
    follow(machine: Machine | null, cards: AppCards): void {
        this.#cards = cards;
        if (!this.#followed.set(machine)) return;
        this.visible = false;
        this.#shown = null;
        void this.#look();
    }

    async #look(): Promise<void> {
        const {machine} = this.#followed;
        const turn = ++this.#looks;
        let handling: Handling | null = null;
        try {
            if (machine?.detailsLoaded && machine.persistent) handling = await this.#handlingOf(machine);
        } catch (error) {
            // The page says elsewhere what is wrong with the machine.
            if (!(error instanceof HandoverError)) throw error;
        }
        if (turn !== this.#looks) return;
        this.#shown = handling;
        this.visible = handling !== null;
        if (handling) this.#sync(handling);
    }

    async #handlingOf(machine: Machine): Promise<Handling | null> {
        // Most machines have no device of the host at all: nothing more is read for them.
        if (!this.#cards || (machine.definition?.pciAddresses.length ?? 0) === 0) return null;
        const {cards, helper} = await this.#cards.open();
        if (!cards.list.filled) await cards.list.refresh();
        const kept = await readKept(machine);
        const wanted = new Set(kept.pciAddresses);
        const taken = cards.list.gpus.filter(({facts}) =>
            facts.functions.some(({address}) => wanted.has(address)),
        );
        if (taken.length === 0) return null;
        const addresses = taken
            .flatMap(({facts}) => facts.functions.map(({address}) => address))
            .filter(address => wanted.has(address));
        const managed = kept.hostDevices.some(
            device => device.pciAddress !== null && addresses.includes(device.pciAddress) && device.managed,
        );
        const helperThere = (await helper?.isThere()) ?? false;
        return {machine, cards: taken, addresses, managed, helperThere};
    }

    #sync({machine, cards, managed, helperThere}: Handling): void {
        this.#syncing = true;
        this.#row.active = !managed;
        // Without the helper nobody else would make the card ready, and the machine could not start.
        this.#row.sensitive = helperThere || !managed;
        const what = !helperThere
            ? _(
                  'This needs Handover’s helper, which is not installed: without it, libvirt moves the card by itself.',
              )
            : managed
              ? _(
                    'Off: libvirt moves the card by itself. On is recommended: libvirt then refuses to start the machine with a card that Handover has not made ready.',
                )
              : _(
                    'Recommended. libvirt refuses to start the machine with a card that Handover has not made ready.',
                );
        this.#row.subtitle = machine.active ? `${what} ${_('Changes apply from the next start on.')}` : what;
        this.description = fill(_('It gets {cards}.'), {cards: cards.map(({name}) => name).join(', ')});
        this.#syncing = false;
    }

    #convert(): void {
        const shown = this.#shown;
        if (this.#syncing || !shown) return;
        const managed = !this.#row.active;
        redefine(shown.machine, definition => withManaged(definition, shown.addresses, managed))
            .catch((error: unknown) => this.onFailed(describeProblem(error)))
            .finally(() => void this.#look());
    }
}
