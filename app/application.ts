// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import {ClientKeeper} from '../shared/displays/clientKeeper.js';
import type {HostList} from '../shared/hosts/hostList.js';
import {isMachineAction} from '../shared/machines/actions.js';
import type {StartOptions} from '../shared/machines/preparation.js';
import {APP_ID, SHOWN_MACHINE_ACTION} from '../shared/names.js';
import type {Preferences} from '../shared/settings/preferences.js';
import {AppCards} from './gpu/appCards.js';
import {AppNotices} from './notices/appNotices.js';
import {Window} from './window.js';

const ACCELERATORS: Readonly<Record<string, string[]>> = {
    'app.quit': ['<Control>q'],
    'app.preferences': ['<Control>comma'],
    'app.shortcuts': ['<Control>question'],
    'window.close': ['<Control>w'],
    'win.search': ['<Control>f'],
    'win.show-cards': ['<Control>g'],
    'win.show-doctor': ['<Control>h'],
    'win.set-up-card': ['<Control><Shift>g'],
    'win.set-up-devices': ['<Control><Shift>d'],
    'win.retry': ['<Control>r', 'F5'],
    'machine.obvious': ['<Control>Return'],
    'machine.pause': ['<Control>p'],
    'machine.open-display': ['<Control>d'],
    'machine.show-health': ['<Control><Shift>h'],
    'machine.show-log': ['<Control>l'],
};

/** What buttons of notifications ask for besides actions: a start, and what to do about a card that is held. */
const STARTS: Readonly<Record<string, StartOptions>> = {
    'close-and-start': {held: 'close'},
    'force-close-and-start': {held: 'force-close'},
    'start-when-free': {held: 'wait'},
};

/** The app's process: one instance, its actions, and what outlives a window. */
export class Application extends Adw.Application {
    static {
        GObject.registerClass({GTypeName: 'HandoverApplication'}, this);
    }

    #window: Window | null = null;
    #notices: AppNotices | null = null;
    readonly #undo: (() => void)[] = [];
    readonly #cards: AppCards;
    /** For the panel, which is silent about the machine that the user looks at. */
    readonly #shown = Gio.SimpleAction.new_stateful(SHOWN_MACHINE_ACTION, null, new GLib.Variant('s', ''));

    /**
     * @param hosts the machines, already being asked for
     * @param preferences what the user prefers
     */
    constructor(
        private readonly hosts: HostList,
        private readonly preferences: Preferences,
    ) {
        super({application_id: APP_ID});
        this.#cards = new AppCards(hosts);
        hosts.preparation = this.#cards;
    }

    override vfunc_startup(): void {
        super.vfunc_startup();
        this.#addAction('quit', null, () => this.quit());
        this.#addAction('preferences', null, () => void this.#showPreferences());
        this.#addAction('shortcuts', null, () => void this.#showShortcuts());
        this.#addAction('about', null, () => void this.#showAbout());
        this.#addAction('show-machine', 's', parameter => {
            const [key] = parameter as [string];
            this.#presented().showMachine(key);
        });
        this.#addAction('show-card', 's', parameter => {
            const [address] = parameter as [string];
            this.#presented().showCard(address);
        });
        this.#addAction('show-doctor', null, () => this.#presented().showDoctor());
        this.#addAction('show-health', 's', parameter => {
            const [key] = parameter as [string];
            this.#presented().showHealth(key);
        });
        this.#addAction('show-problem', '(ssss)', parameter => {
            const [key, title, body, detail] = parameter as [string, string, string, string];
            this.#presented().showProblem(key, {title, body, detail});
        });
        this.#addAction('show-card-problem', '(ssss)', parameter => {
            const [address, title, body, detail] = parameter as [string, string, string, string];
            this.#presented().showCardProblem(address, {title, body, detail});
        });
        this.#addAction('run-action', '(ss)', parameter => {
            const [key, action] = parameter as [string, string];
            const start = Object.hasOwn(STARTS, action) ? STARTS[action] : undefined;
            if (start) this.#presented().runOn(key, 'start', start);
            else if (isMachineAction(action)) this.#presented().runOn(key, action);
        });
        this.#addAction('force-card-back', 's', parameter => {
            const [address] = parameter as [string];
            this.#presented().forceCardBack(address);
        });
        this.add_action(this.#shown);
        // Others read it; what it says is ours alone.
        this.#shown.connect('change-state', () => undefined);
        for (const [action, keys] of Object.entries(ACCELERATORS)) this.set_accels_for_action(action, keys);

        const keeper = new ClientKeeper(this.hosts);
        this.#undo.push(
            () => keeper.close(),
            this.preferences.onChanged('hosts', () => this.hosts.setHosts(this.preferences.hosts)),
            this.preferences.onChanged('shutdown-deadline', () => {
                this.hosts.defaultDeadlineMs = this.preferences.shutdownDeadlineMs;
            }),
        );
    }

    override vfunc_activate(): void {
        this.#presented();
    }

    override vfunc_shutdown(): void {
        this.#notices?.close();
        for (const undo of this.#undo.splice(0)) undo();
        this.#cards.close();
        this.hosts.close();
        super.vfunc_shutdown();
    }

    #presented(): Window {
        if (!this.#window) {
            const window = new Window(this, this.hosts, this.#cards);
            this.#window = window;
            window.onShown = key => this.#shown.set_state(new GLib.Variant('s', key));
            window.onReady = () => this.preferences.welcome();
            window.connect('close-request', () => {
                this.#window = null;
                window.onShown('');
                window.onShown = () => undefined;
                return false;
            });
            this.#notices ??= new AppNotices(
                this,
                this.hosts,
                this.#cards,
                this.preferences,
                what => this.#window?.looksAt(what) ?? false,
            );
        }
        this.#window.present();
        return this.#window;
    }

    async #showPreferences(): Promise<void> {
        const parent = this.#presented();
        const {PreferencesDialog} = await import('./preferences/preferencesDialog.js');
        new PreferencesDialog(this.preferences).present(parent);
    }

    async #showShortcuts(): Promise<void> {
        const parent = this.#presented();
        const {showShortcuts} = await import('./help/shortcuts.js');
        showShortcuts(parent);
    }

    async #showAbout(): Promise<void> {
        const parent = this.#presented();
        const {makeAboutDialog} = await import('./help/about.js');
        makeAboutDialog().present(parent);
    }

    #addAction(name: string, type: string | null, callback: (parameter: unknown[]) => void): void {
        const action = Gio.SimpleAction.new(name, type === null ? null : new GLib.VariantType(type));
        action.connect('activate', (_action, parameter) => {
            const value: unknown = parameter?.recursiveUnpack();
            callback(Array.isArray(value) ? value : [value]);
        });
        this.add_action(action);
    }
}
