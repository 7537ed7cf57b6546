// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import St from 'gi://St';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';
import * as PanelMenu from 'resource:///org/gnome/shell/ui/panelMenu.js';
import {
    type PopupMenu,
    type PopupMenuSection,
    PopupSeparatorMenuItem,
} from 'resource:///org/gnome/shell/ui/popupMenu.js';

import {needsAttention as cardNeedsAttention, shortCardName} from '../shared/gpu/words.js';
import type {Gpu} from '../shared/gpu/gpu.js';
import type {HostList} from '../shared/hosts/hostList.js';
import type {Machine} from '../shared/machines/machine.js';
import type {MachineList} from '../shared/machines/machineList.js';
import {APP_NAME} from '../shared/names.js';
import {_, fill, ngettext} from '../shared/platform/i18n.js';
import type {CardCommands} from './cardCommands.js';
import {Disposer} from './disposer.js';
import {FindingsItem} from './findingsItem.js';
import {GpuSection} from './gpuSection.js';
import {IdleCall} from './idleCall.js';
import {MachineSection} from './machineSection.js';
import type {SubmenuParts} from './machineSubmenu.js';
import type {PanelCards} from './panelCards.js';
import type {PanelDoctor} from './panelDoctor.js';
import type {PanelState, StateIcons} from './stateIcons.js';
import {STYLES} from './styles.js';

interface Parts extends SubmenuParts {
    readonly hosts: HostList;
    readonly icons: StateIcons;
    readonly cards: PanelCards;
    readonly cardCommands: CardCommands;
    readonly doctor: PanelDoctor;
    readonly openPreferences: () => void;
}

/** The button in the panel. Its icon is always up to date; its menu is made when it is first opened. */
export class Indicator extends PanelMenu.Button {
    static {
        GObject.registerClass({GTypeName: 'HandoverIndicator'}, this);
    }

    declare menu: PopupMenu;

    readonly #parts: Parts;
    readonly #icon: St.Icon;
    readonly #change = new IdleCall(() => this.#sync());
    readonly #disposer = new Disposer();
    #section: MachineSection | null = null;
    #gpuSection: GpuSection | null = null;
    #findings: FindingsItem | null = null;
    readonly #end: PopupSeparatorMenuItem;
    readonly #cards: PanelCards;

    constructor(parts: Parts) {
        super(0.5, APP_NAME);
        this.#parts = parts;
        this.#cards = parts.cards;
        this.#icon = new St.Icon({style_class: 'system-status-icon'});
        this.add_child(this.#icon);

        this.menu.box.style = STYLES.menu;
        // First of all handlers, because the separator looks then whether there is something above it.
        this.menu.connect('open-state-changed', (_menu, open): undefined => {
            if (!open) {
                this.#cards.unwatch();
                parts.figures.watch([]);
                parts.doctor.unwatch();
                return;
            }
            this.#sync();
            this.#section?.opens();
            parts.doctor.watch();
        });
        this.#end = new PopupSeparatorMenuItem();
        this.menu.addMenuItem(this.#end);
        this.menu.addAction(_('Open Handover'), () => parts.app.open());
        this.menu.addAction(_('Settings'), () => parts.openPreferences());

        this.#disposer.add(() => this.#change.cancel());
        // The panel follows the menus of its indicators with a handler on itself that it never takes off again, and
        // that keeps the menu, the indicator and all that they hold (panel.js, _onMenuSet).
        this.#disposer.add(() => this.menu.disconnectObject(Main.panel));
        const {hosts, preferences} = parts;
        const handler = hosts.connect('changed', () => this.#change.queue());
        this.#disposer.add(() => hosts.disconnect(handler));
        for (const key of ['pinned-machines', 'chosen-machine'])
            this.#disposer.add(preferences.onChanged(key, () => this.#change.queue()));
        this.#disposer.add(this.#cards.onChanged(() => this.#change.queue()));
        this.#disposer.add(parts.doctor.onChanged(() => this.#change.queue()));
        this.#disposer.add(parts.figures.onChanged(() => this.#section?.syncFigures()));
        this.connect('destroy', () => this.#disposer.dispose());
        this.#sync();
    }

    /** Opens the menu for the keyboard, or closes it. */
    toggleMenu(): void {
        this.menu.toggle();
        if (this.menu.isOpen) this.menu.actor.navigate_focus(null, St.DirectionType.TAB_FORWARD, false);
    }

    #addSection(section: PopupMenuSection, position: number): void {
        const {menu} = this;
        menu.addMenuItem(section, position);
        // GNOME 48 and 49 would keep the menu for ever; later ones do this themselves.
        this.#disposer.add(() => {
            menu.disconnectObject(section);
            section.disconnectObject(menu);
        });
    }

    #sync(): void {
        const {hosts, icons} = this.#parts;
        const cards = this.#cards.lendable;
        const state = panelState(hosts, cards);
        this.#icon.gicon = icons.get(state);
        this.accessible_name = summary(hosts, state, cards);
        if (!this.menu.isOpen) return;
        if (!this.#section) {
            this.#section = new MachineSection(hosts, this.#parts);
            this.#addSection(this.#section, 0);
        }
        this.#section.sync();
        this.#parts.figures.watch(this.#section.machines);
        this.#syncCards(cards);
        this.#syncFindings();
    }

    /** Last of all but what is always there, since it comes when the menu is open already. */
    #syncFindings(): void {
        const {doctor, app} = this.#parts;
        const {findings} = doctor;
        if (findings.length === 0) {
            // The focus must not stay on a row that has gone.
            if (this.#findings?.has_key_focus()) this.menu.actor.grab_key_focus();
            this.#findings?.destroy();
            this.#findings = null;
            return;
        }
        if (!this.#findings) {
            this.#findings = new FindingsItem();
            this.#findings.connect('activate', () => app.showDoctor());
            this.menu.addMenuItem(this.#findings, this.menu._getMenuItems().indexOf(this.#end));
        }
        this.#findings.sync(findings);
    }

    #syncCards(cards: readonly Gpu[]): void {
        if (!this.#gpuSection) {
            if (cards.length === 0) return;
            this.#gpuSection = new GpuSection(this.#parts);
            this.#addSection(this.#gpuSection, 1);
        }
        this.#cards.watch();
        this.#gpuSection.sync();
    }
}

function panelState({lists}: HostList, cards: readonly Gpu[]): PanelState {
    const lost = lists.filter(list => list.host.state === 'lost');
    // A host that never had machines for us is no emergency while another one works: the menu tells of it.
    if (lost.length > 0 && (lost.length === lists.length || lost.some(list => list.nMachines > 0)))
        return 'attention';
    if (lists.some(list => list.machines.some(needsAttention))) return 'attention';
    if (cards.some(cardNeedsAttention)) return 'attention';
    if (cards.some(isWithMachine)) return 'gpu';
    return countActive(lists) > 0 ? 'running' : 'idle';
}

function isWithMachine({ownerKind}: Gpu): boolean {
    return ownerKind === 'machine';
}

function needsAttention(machine: Machine): boolean {
    if (machine.failing || machine.state === 'crashed') return true;
    return machine.state === 'paused' && ['io-error', 'watchdog', 'crashed'].includes(machine.reason);
}

function countActive(lists: readonly MachineList[]): number {
    return lists.reduce((sum, list) => sum + list.nActive, 0);
}

/** What a screen reader says of the icon. */
function summary({lists}: HostList, state: PanelState, cards: readonly Gpu[]): string {
    if (state === 'attention') return fill(_('{app}: needs attention'), {app: APP_NAME});
    for (const gpu of cards)
        if (gpu.owner.kind === 'machine')
            return fill(_('{app}: {card} is with {machine}'), {
                app: APP_NAME,
                card: shortCardName(gpu),
                machine: gpu.owner.name,
            });
    const count = countActive(lists);
    if (count === 0) return fill(_('{app}: no machine is running'), {app: APP_NAME});
    return fill(ngettext('{app}: {count} machine is running', '{app}: {count} machines are running', count), {
        app: APP_NAME,
        count,
    });
}
