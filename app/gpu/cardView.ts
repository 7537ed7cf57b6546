// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';
import Pango from 'gi://Pango';

import type {CardDetails} from '../../shared/gpu/cardDetails.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {needsAttention, ownerLabel} from '../../shared/gpu/words.js';
import {_, fill, oneLine} from '../../shared/platform/i18n.js';
import {rivalNote} from '../../shared/problems/rivalNote.js';
import type {Fact} from '../widgets/fact.js';
import {makeFactRow} from '../widgets/factRow.js';
import {CardControls, type CardRequests} from './cardControls.js';
import {cardFacts, functionFact} from './cardFacts.js';
import type {CardTasks} from './cardTasks.js';
import {type HolderRequests, holdersGroup} from './holdersGroup.js';

/** What a view of a card can have done. */
export interface ViewRequests extends CardRequests {
    /** What can be done with the holders of the card. */
    holders(gpu: Gpu): HolderRequests;
}

/** A card on the page: its name and owner, who uses it, and its facts in groups. */
export class CardView extends Gtk.Box {
    static {
        GObject.registerClass({GTypeName: 'HandoverCardView'}, this);
    }

    readonly #icon = new Gtk.Image({
        icon_name: 'handover-gpu-symbolic',
        halign: Gtk.Align.CENTER,
        accessible_role: Gtk.AccessibleRole.PRESENTATION,
    });
    readonly #name = makeLabel('title-2');
    readonly #owner = makeLabel('dimmed');
    #seen: {details: CardDetails; holders: HolderReport} | null = null;
    #groups: Adw.PreferencesGroup[] = [];
    /** What the groups were made from, to leave them alone while nothing is different. */
    #made = '';
    readonly #controls: CardControls;

    constructor(
        readonly gpu: Gpu,
        private readonly tasks: CardTasks,
        private readonly requests: ViewRequests,
    ) {
        super({
            orientation: Gtk.Orientation.VERTICAL,
            spacing: 24,
            accessible_role: Gtk.AccessibleRole.GROUP,
        });
        this.#icon.add_css_class('state-icon');
        const heading = new Gtk.Box({orientation: Gtk.Orientation.VERTICAL, spacing: 6});
        for (const child of [this.#icon, this.#name, this.#owner]) heading.append(child);
        this.append(heading);
        this.#controls = new CardControls(gpu, requests);
        this.append(this.#controls);
    }

    /**
     * Shows who has the card now, and what can be done with it.
     *
     * @param allAsked whether every host has told of its machines
     * @param lendable whether somebody may want to lend it
     */
    sync(allAsked: boolean, lendable: boolean): void {
        const {gpu, tasks} = this;
        this.#controls.sync(lendable, tasks.operationOf(gpu), tasks.failureOf(gpu));
        const owner = oneLine(ownerLabel(gpu.owner, allAsked));
        this.#name.label = oneLine(gpu.name);
        this.#owner.label = owner;
        this.#icon.icon_name = needsAttention(gpu) ? 'dialog-warning-symbolic' : 'handover-gpu-symbolic';
        this.update_property([Gtk.AccessibleProperty.LABEL], [`${oneLine(gpu.name)}, ${owner}`]);
        this.#makeGroups();
    }

    /** Shows what was found out about it. */
    take(details: CardDetails, holders: HolderReport): void {
        this.#seen = {details, holders};
        this.#makeGroups();
    }

    #makeGroups(): void {
        if (!this.#seen) return;
        const {gpu} = this;
        const {details, holders} = this.#seen;
        const requests = this.requests.holders(gpu);
        const closing = holders.processes.map(one => [requests.mayClose(one), requests.mayForce(one)]);
        const doable = [closing, requests.busy, requests.showAll !== null];
        const made = JSON.stringify([gpu.facts, gpu.owner, gpu.claims, details, holders, doable]);
        if (made === this.#made) return;
        this.#made = made;
        const hadFocus = this.#groups.some(group => group.get_focus_child() !== null);
        for (const group of this.#groups) this.remove(group);
        this.#groups = [
            ...(gpu.owner.kind === 'linux' || holders.processes.length > 0
                ? [holdersGroup(holders, requests)]
                : []),
            ...rivalsGroup(holders),
            ...this.#claimsGroup(),
            factsGroup(_('Card'), cardFacts(gpu, details)),
            ...this.#functionsGroup(),
            this.#iommuGroup(),
        ];
        for (const group of this.#groups) this.append(group);
        // Whoever pressed a button of a row that has gone goes on from there with the keyboard.
        if (hadFocus) this.#groups[0]?.child_focus(Gtk.DirectionType.TAB_FORWARD);
    }

    #claimsGroup(): Adw.PreferencesGroup[] {
        const {claims} = this.gpu;
        if (claims.length === 0) return [];
        const facts = claims.map(({name, machine, running}) => ({
            label: name,
            value: running
                ? _('Has it now')
                : fill(_('Takes it when it starts, on {host}'), {
                      host: machine.slice(0, machine.indexOf('/')),
                  }),
        }));
        const group = factsGroup(_('Machines with this card'), facts);
        if (claims.length > 1)
            group.description = _('Several machines take this card. Only one of them can run at a time.');
        return [group];
    }

    #functionsGroup(): Adw.PreferencesGroup[] {
        const others = this.gpu.facts.functions.slice(1);
        if (others.length === 0) return [];
        const group = factsGroup(_('Other functions'), others.map(functionFact));
        group.description = _('They go wherever the card goes.');
        return [group];
    }

    #iommuGroup(): Adw.PreferencesGroup {
        const {group, strangers, functions} = this.gpu.facts;
        if (!group) {
            const none = new Adw.PreferencesGroup({title: _('IOMMU group')});
            none.description = _('None: the IOMMU is off, so the card cannot be lent to a machine.');
            return none;
        }
        const own = new Set(functions.map(({address}) => address));
        const others = group.members.filter(({address}) => !own.has(address));
        const made = factsGroup(
            fill(_('IOMMU group {id}'), {id: Number(group.id)}),
            others.map(functionFact),
        );
        if (strangers.length > 0)
            made.description = _('What is no bridge here would have to be lent together with the card.');
        else made.description = _('Nothing else would have to be lent together with the card.');
        return made;
    }
}

function makeLabel(style: string): Gtk.Label {
    const label = new Gtk.Label({
        wrap: true,
        wrap_mode: Pango.WrapMode.WORD_CHAR,
        justify: Gtk.Justification.CENTER,
        lines: 3,
        ellipsize: Pango.EllipsizeMode.END,
    });
    label.add_css_class(style);
    return label;
}

function factsGroup(title: string, facts: readonly Fact[]): Adw.PreferencesGroup {
    const group = new Adw.PreferencesGroup({title});
    for (const fact of facts) group.add(makeFactRow(fact));
    return group;
}

/** Other programs that move cards; they are known once the helper has looked. */
function rivalsGroup({rivals = []}: HolderReport): Adw.PreferencesGroup[] {
    if (rivals.length === 0) return [];
    const facts = rivals.map(rivalNote).flatMap(({title, body, command}) => [
        {label: title, value: body},
        {label: _('To turn it off'), value: command, copyable: true},
    ]);
    return [factsGroup(_('Other programs that move cards'), facts)];
}
