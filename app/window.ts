// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../shared/hosts/hostList.js';
import type {MachineAction} from '../shared/machines/actions.js';
import {Machine} from '../shared/machines/machine.js';
import type {StartOptions} from '../shared/machines/preparation.js';
import {APP_PATH, SHOWN_CARDS} from '../shared/names.js';
import {_, fill} from '../shared/platform/i18n.js';
import type {Problem} from '../shared/problems/problem.js';
import type {AppCards} from './gpu/appCards.js';
import type {Pages} from './pages.js';
import type {SetUpPage} from './setUp/setUpDialog.js';
import {makeToast, type ToastButton} from './widgets/toast.js';
import {isOtherPage, type OtherPage} from './machines/otherPages.js';
import {type Selection, Sidebar} from './machines/sidebar.js';
import {MachineLog} from './machines/machineLog.js';

GObject.type_ensure(Sidebar.$gtype);

/**
 * Icons, and the page of what is selected, follow this long (ms) after the first frame: by then the list is there to
 * the eye and to screen readers.
 */
const AFTER_FIRST_FRAME_MS = 60;

/** The window: machines at the left, the page of what is selected at the right. */
export class Window extends Adw.ApplicationWindow {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverWindow',
                Template: `resource://${APP_PATH}/window.ui`,
                InternalChildren: ['toasts', 'views', 'splitView', 'sidebar'],
            },
            this,
        );
    }

    declare private readonly _toasts: Adw.ToastOverlay;
    declare private readonly _views: Gtk.Stack;
    declare private readonly _splitView: Adw.NavigationSplitView;
    declare private readonly _sidebar: Sidebar;

    /** Called with the key of the machine whose page is on the screen, SHOWN_CARDS for that of the cards, empty for none. */
    onShown: (key: string) => void = () => undefined;

    /** Called once the list is there; true when nobody has been welcomed yet, which is done then. */
    onReady: () => boolean = () => false;

    readonly #log: MachineLog;
    #pages: Pages | null = null;
    #loadingPages: Promise<Pages> | null = null;
    #emptyPage: Gtk.Widget | null = null;
    /** A machine that was asked for before its host had answered, and what to do then. */
    #wanted: {key: string; then: (machine: Machine) => void} | null = null;
    #settle = 0;
    #settled = false;
    /** Whether there is a page beside the list. */
    #pageShown = false;
    #first = 0;

    constructor(
        application: Adw.Application,
        private readonly hosts: HostList,
        private readonly cards: AppCards,
    ) {
        super({application});
        this.#log = new MachineLog(hosts);
        this.#addAction('search', () => this.#openSearch());
        this.#addAction('show-cards', () => this.showCard(''));
        this.#addAction('show-doctor', () => this.showDoctor());
        this.#addAction('show-welcome', () => void this.#showWelcome());
        this.#addAction('set-up-card', () => void this.showSetUp('card'));
        this.#addAction('set-up-devices', () => void this.showSetUp('devices'));
        this.#addAction('retry', () => hosts.retry());
        for (const property of ['collapsed', 'show-content'])
            this._splitView.connect(`notify::${property}`, () => this.#tellShown());
        this._sidebar.connect('selected', () => {
            this.#tellShown();
            // The first focus selects a row while the window is being mapped: too early for its page.
            if (this.#settled) void this.#showSelection();
            else this.#queueSettle();
        });
        this._sidebar.connect('opened', () => (this._splitView.show_content = true));
        this._sidebar.connect('filled', () => this.#queueSettle());
        this._sidebar.follow(hosts, this);
        this.connect('close-request', () => {
            this.#close();
            return false;
        });
        // Behind drawing, and behind what GTK does to make a window known to screen readers.
        this.#first = GLib.idle_add(GLib.PRIORITY_LOW, () => {
            this.#first = GLib.timeout_add(GLib.PRIORITY_LOW, AFTER_FIRST_FRAME_MS, () => {
                this.#first = 0;
                this.#settled = true;
                this._sidebar.showIcons();
                this.#queueSettle();
                if (this.onReady()) void this.#offerWelcome();
                return GLib.SOURCE_REMOVE;
            });
            return GLib.SOURCE_REMOVE;
        });
    }

    /** Whether the person looks at this machine, or at the cards, now. */
    looksAt(what: Selection): boolean {
        return this.is_active && this.#shown === what;
    }

    /** What the page on the screen is of. */
    get #shown(): Selection | null {
        const visible = !this._splitView.collapsed || this._splitView.show_content;
        return visible ? this._sidebar.selection : null;
    }

    #tellShown(): void {
        const shown = this.#shown;
        this.onShown(shown instanceof Machine ? shown.key : shown === 'cards' ? SHOWN_CARDS : '');
    }

    /** Shows a machine's page, at once or when its host has answered. @param key `HOST/NAME` */
    showMachine(key: string): void {
        this.#whenThere(key, machine => this.#open(machine));
    }

    /** Shows the page of the graphics cards. @param address the card to bring into view; empty for the first */
    showCard(address: string): void {
        void this.#showOther('cards').then(() => this.#pages?.showCard(address));
    }

    /** Asks on the page of the graphics cards whether one is to be forced back. */
    forceCardBack(address: string): void {
        void this.#showOther('cards').then(() => this.#pages?.forceBack(address));
    }

    /** Shows what is well on this computer and what is not. */
    showDoctor(): void {
        void this.#showOther('doctor');
    }

    async #showOther(page: OtherPage): Promise<void> {
        this._sidebar.select(page);
        this._splitView.show_content = true;
        this._views.visible_child = this._splitView;
        await this.#showSelection();
    }

    /** Opens the assistant, for the machine and the card on the screen. */
    async showSetUp(page: SetUpPage, card = ''): Promise<void> {
        const {SetUpDialog} = await import('./setUp/setUpDialog.js');
        const shown = this.#shown;
        const machine = shown instanceof Machine ? shown : null;
        new SetUpDialog(this.hosts, {page, machine, card}).present(this);
    }

    /** A banner and no dialog: who comes for a machine finds it. */
    async #offerWelcome(): Promise<void> {
        const {makeWelcomeBanner} = await import('./health/welcomeBanner.js');
        this._sidebar.addBanner(makeWelcomeBanner(() => void this.#showWelcome()));
    }

    async #showWelcome(): Promise<void> {
        const {WelcomeDialog} = await import('./health/welcomeDialog.js');
        new WelcomeDialog(this, this.hosts, this.cards).present(this);
    }

    /** Shows how a machine does. @param key `HOST/NAME` */
    showHealth(key: string): void {
        this.#whenThere(key, machine => {
            this.#open(machine);
            void this.#showSelection().then(() => this.#pages?.actions.onShowHealth());
        });
    }

    /** Shows a machine's page and a problem with it. */
    showProblem(key: string, problem: Pick<Problem, 'title' | 'body' | 'detail'>): void {
        this.#whenThere(key, machine => this.#open(machine));
        this.#showDialog(problem);
    }

    /** Shows a card on the page of the graphics cards, and a problem with it. */
    showCardProblem(address: string, problem: Pick<Problem, 'title' | 'body' | 'detail'>): void {
        this.showCard(address);
        this.#showDialog(problem);
    }

    #showDialog(problem: Pick<Problem, 'title' | 'body' | 'detail'>): void {
        void import('./hosts/problemDialog.js').then(({showProblemDialog}) =>
            showProblemDialog(this, problem),
        );
    }

    /** Does something with a machine, after asking where that is due. */
    runOn(key: string, action: MachineAction, start?: StartOptions): void {
        this.#whenThere(key, machine => {
            this.#open(machine);
            void this.#loadPages().then(pages => pages.actions.run(machine, action, start));
        });
    }

    /** Says something for a few seconds. @param text plain text */
    toast(text: string, button?: ToastButton): void {
        this._toasts.add_toast(makeToast(text, button));
    }

    #whenThere(key: string, then: (machine: Machine) => void): void {
        const machine = this.hosts.byKey(key);
        if (machine) then(machine);
        else if (this.#connecting) this.#wanted = {key, then};
        else this.toast(fill(_('{name} does not exist any more'), {name: key.slice(key.indexOf('/') + 1)}));
    }

    get #connecting(): boolean {
        return this.hosts.lists.some(({host}) => host.state === 'connecting');
    }

    #open(machine: Machine): void {
        this._sidebar.select(machine);
        this._splitView.show_content = true;
    }

    #openSearch(): void {
        this._splitView.show_content = false;
        this._sidebar.openSearch();
    }

    /** After hosts or machines came or went. At the start the list comes first, to the eye and to screen readers. */
    #queueSettle(): void {
        if (this.#settle !== 0 || !this.#settled) return;
        this.#settle = GLib.idle_add(GLib.PRIORITY_LOW, () => {
            this.#settle = 0;
            void this.#settleNow();
            return GLib.SOURCE_REMOVE;
        });
    }

    async #settleNow(): Promise<void> {
        const {hosts} = this;
        if (this.#wanted) {
            const {key, then} = this.#wanted;
            const machine = hosts.byKey(key);
            if (machine || !this.#connecting) this.#wanted = null;
            if (machine) then(machine);
        }
        const there = hosts.lists.some(list => list.nMachines > 0 || list.host.state === 'lost');
        if (!there && this.#connecting && !isOtherPage(this._sidebar.selection)) return;
        await this.#setEmpty(!there && !isOtherPage(this._sidebar.selection));
        if (!there && !isOtherPage(this._sidebar.selection)) return;
        if (this._sidebar.selection === null && !this._splitView.collapsed) this._sidebar.selectFirst();
        else if (!this.#pageShown) await this.#showSelection();
    }

    async #setEmpty(empty: boolean): Promise<void> {
        if (empty && !this.#emptyPage) {
            const {EmptyPage} = await import('./hosts/emptyPage.js');
            this.#emptyPage = new EmptyPage();
            this._views.add_child(this.#emptyPage);
        }
        // Somebody may have asked for another page while this one was loaded.
        const shown = empty && !isOtherPage(this._sidebar.selection) ? this.#emptyPage : null;
        this._views.visible_child = shown ?? this._splitView;
    }

    async #showSelection(): Promise<void> {
        const pages = await this.#loadPages();
        if (this._sidebar.selection === 'doctor') await pages.loadDoctor();
        const {selection} = this._sidebar;
        const page = pages.pageOf(selection);
        this.#pageShown = true;
        if (this._splitView.content !== page) this._splitView.content = page;
        if (selection === null) this._splitView.show_content = false;
    }

    #loadPages(): Promise<Pages> {
        this.#loadingPages ??= import('./pages.js').then(({Pages}) => {
            this.#pages = new Pages(this, this.#log, this.hosts, this.cards);
            return this.#pages;
        });
        return this.#loadingPages;
    }

    #close(): void {
        for (const source of [this.#settle, this.#first]) if (source !== 0) GLib.Source.remove(source);
        this.#settle = this.#first = 0;
        this.#pages?.close();
        this._sidebar.close();
        this.#log.close();
    }

    #addAction(name: string, callback: () => void): void {
        const action = new Gio.SimpleAction({name});
        action.connect('activate', callback);
        this.add_action(action);
    }
}
