// SPDX-License-Identifier: GPL-3.0-or-later
import {
    PopupMenuItem,
    PopupMenuSection,
    PopupSeparatorMenuItem,
    type PopupBaseMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import type {HostList} from '../shared/hosts/hostList.js';
import type {Machine} from '../shared/machines/machine.js';
import {shortlist} from '../shared/machines/shortlist.js';
import {HandoverError} from '../shared/platform/errors.js';
import {_, fill, ngettext} from '../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../shared/problems/problem.js';
import {HostProblemItem} from './hostProblemItem.js';
import {IdleCall} from './idleCall.js';
import {containsFocus} from './keyFocus.js';
import {MachineMenuItem} from './machineMenuItem.js';
import type {SubmenuParts} from './machineSubmenu.js';

/** How many machines the menu has room for. */
const MOST_MACHINES = 8;

/** One thing that the section is to show: what it is, how to make it, and how to bring it up to date. */
interface Entry {
    /** The same for the same thing. */
    readonly identity: unknown;
    readonly make: () => PopupBaseMenuItem;
    readonly update?: (item: PopupBaseMenuItem) => void;
}

const SEPARATOR: Entry = {identity: 'separator', make: () => new PopupSeparatorMenuItem()};

/** The machines in the menu, and in their place or beside them what keeps them from being there. */
export class MachineSection extends PopupMenuSection {
    #shown: {identity: unknown; item: PopupBaseMenuItem}[] = [];
    /** Machines whose details were asked for. */
    readonly #asked = new WeakSet<Machine>();
    /** Those of them that did not answer. */
    readonly #unread = new Set<Machine>();
    readonly #nextDetails = new IdleCall(() => this.#loadNextDetails());

    constructor(
        private readonly hosts: HostList,
        private readonly parts: SubmenuParts,
    ) {
        super();
    }

    override destroy(): void {
        this.#shown = [];
        this.#unread.clear();
        this.#nextDetails.cancel();
        super.destroy();
    }

    /** The menu opens: what could not be read the last time is asked for once more. */
    opens(): void {
        for (const machine of this.#unread) this.#asked.delete(machine);
        this.#unread.clear();
        this.sync();
    }

    /** The machines that have a row. */
    get machines(): Machine[] {
        return this.#rows().map(({machine}) => machine);
    }

    /** Shows how busy each machine is now. */
    syncFigures(): void {
        for (const row of this.#rows()) row.syncFigures();
    }

    /** Shows everything as it is now; what has not changed stays in its place. */
    sync(): void {
        const problems = this.#problems();
        const machines = this.#machines();
        const entries =
            problems.length > 0 && machines.length > 0
                ? [...problems, SEPARATOR, ...machines]
                : [...problems, ...machines];
        const wanted = new Set(entries.map(entry => entry.identity));
        const hadFocus = containsFocus(this.actor);
        this.#shown = this.#shown.filter(({identity, item}) => {
            if (wanted.has(identity)) return true;
            item.destroy();
            return false;
        });
        entries.forEach((entry, position) => this.#place(entry, position));
        this.#nextDetails.queue();
        // The focus must not stay on a row that has gone.
        if (hadFocus && !containsFocus(this.actor)) this.actor.get_parent()?.grab_key_focus();
    }

    #rows(): MachineMenuItem[] {
        return this.#shown.flatMap(({item}) => (item instanceof MachineMenuItem ? [item] : []));
    }

    #place({identity, make, update}: Entry, position: number): void {
        if (this.#shown[position]?.identity !== identity) {
            // A row does not take its submenu along when it is moved: it is made anew.
            const elsewhere = this.#shown.findIndex(shown => shown.identity === identity);
            if (elsewhere >= 0) this.#shown.splice(elsewhere, 1)[0]!.item.destroy();
            const item = make();
            this.addMenuItem(item, position);
            if (item instanceof MachineMenuItem) {
                const {menu} = item;
                // GNOME 48 and 49 would keep the submenu for ever; later ones do this themselves.
                item.connect('destroy', () => menu.disconnectObject(this));
            }
            this.#shown.splice(position, 0, {identity, item});
        }
        update?.(this.#shown[position]!.item);
    }

    /** Reads what the rows' names are made from, one machine after the other: the rows are there already. */
    #loadNextDetails(): void {
        const row = this.#shown.find(
            ({item}) => item instanceof MachineMenuItem && !this.#asked.has(item.machine),
        );
        if (!row) return;
        const {machine} = row.item as MachineMenuItem;
        this.#asked.add(machine);
        machine
            .loadDetails()
            .catch((error: unknown) => {
                // Without its details the row has the machine's name; what is wrong shows elsewhere.
                if (!(error instanceof HandoverError)) throw error;
                if (this.#shown.some(({identity}) => identity === machine)) this.#unread.add(machine);
                else this.#asked.delete(machine);
            })
            .finally(() => {
                if (this.#shown.length > 0) this.#nextDetails.queue();
            });
    }

    /** One entry for each problem, whatever the number of hosts that have it. */
    #problems(): Entry[] {
        const lost = this.hosts.lists.map(list => list.host).filter(host => host.state === 'lost');
        const byTitle = new Map<string, {problem: Problem; labels: string[]}>();
        for (const host of lost) {
            const problem = describeProblem(host.error);
            const same = byTitle.get(problem.title);
            if (same) same.labels.push(host.label);
            else byTitle.set(problem.title, {problem, labels: [host.label]});
        }
        const everywhere = lost.length === this.hosts.lists.length && byTitle.size === 1;
        return [...byTitle.values()].map(({problem, labels}) => {
            const heading = everywhere
                ? problem.title
                : fill(_('{hosts}: {problem}'), {hosts: labels.join(', '), problem: problem.title});
            return {
                identity: `problem ${heading}`,
                make: () => new HostProblemItem(heading, problem, () => this.hosts.retry()),
            };
        });
    }

    #machines(): Entry[] {
        const {preferences} = this.parts;
        const all = this.hosts.machines;
        if (all.length === 0) return this.#emptiness();
        const interests = {pinned: preferences.pinnedMachines, recent: preferences.recentMachines};
        const few = shortlist(all, interests, MOST_MACHINES);
        const populated = this.hosts.lists.filter(list => list.nMachines > 0);

        const entries: Entry[] = [];
        for (const {host} of populated) {
            const ofHost = few.filter(machine => machine.host === host);
            if (populated.length > 1 && ofHost.length > 0) {
                entries.push({
                    identity: `host ${host.id}`,
                    make: () => new PopupSeparatorMenuItem(host.label),
                });
            }
            for (const machine of ofHost) {
                entries.push({
                    identity: machine,
                    make: () => new MachineMenuItem(machine, this.parts),
                    update: item => (item as MachineMenuItem).sync(),
                });
            }
        }
        const more = all.length - few.length;
        if (more > 0) entries.push(this.#more(more));
        return entries;
    }

    #more(count: number): Entry {
        const label = fill(ngettext('{count} more in Handover', '{count} more in Handover', count), {count});
        return {
            identity: 'more',
            make: () => {
                const item = new PopupMenuItem('', {style_class: 'handover-more'});
                item.connect('activate', () => this.parts.app.open());
                return item;
            },
            update: item => ((item as PopupMenuItem).label.text = label),
        };
    }

    /** What stands where the machines would be; nothing when a problem says it already. */
    #emptiness(): Entry[] {
        const {lists} = this.hosts;
        let text: string;
        if (lists.length === 0) text = _('No connection is turned on in the settings');
        else if (lists.some(list => list.host.state === 'ready')) text = _('No virtual machines');
        else if (lists.some(list => list.host.state === 'connecting')) text = _('Connecting to libvirt…');
        else return [];
        return [
            {
                identity: text,
                make: () => new PopupMenuItem(text, {reactive: false, can_focus: false}),
            },
        ];
    }
}
