// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import Shell from 'gi://Shell';

import {APP_ID, APP_PATH, SHOWN_CARDS, SHOWN_MACHINE_ACTION} from '../shared/names.js';
import {_} from '../shared/platform/i18n.js';
import type {Problem} from '../shared/problems/problem.js';
import type {Notifications} from './notifications.js';

/** The bus starts the app; on a slow disk that takes its time. */
const ACTIVATION_TIMEOUT_MS = 60_000;

/** The app as the panel uses it: started by the bus, and told what to show. */
export class HandoverApp {
    readonly #cancellable = new Gio.Cancellable();

    /** The actions of the app that runs, and its name on the bus. */
    #actions: {group: Gio.DBusActionGroup; owner: string} | null = null;
    readonly #focusHandler: number;

    constructor(private readonly notifications: Notifications) {
        this.#focusHandler = global.display.connect('notify::focus-window', () => this.#followFocused());
        this.#followFocused();
    }

    /** Whether the app is what the user looks at, and shows the page of this machine. */
    looksAt(key: string): boolean {
        const focused =
            global.display.focus_window?.get_gtk_application_id() === APP_ID ||
            Shell.WindowTracker.get_default().focus_app?.get_id() === `${APP_ID}.desktop`;
        return focused && this.#actions?.group.get_action_state(SHOWN_MACHINE_ACTION)?.unpack() === key;
    }

    /** Whether the app is what the user looks at, and shows the page of the cards. */
    looksAtCards(): boolean {
        return this.looksAt(SHOWN_CARDS);
    }

    /** Brings its window to the front. */
    open(): void {
        this.#call('Activate', new GLib.Variant('(a{sv})', [this.#platformData()]));
    }

    /** Shows the page of a machine. */
    showMachine(key: string): void {
        this.#activateAction('show-machine', new GLib.Variant('s', key));
    }

    /** Shows a machine's page of its health. */
    showHealth(key: string): void {
        this.#activateAction('show-health', new GLib.Variant('s', key));
    }

    /** Shows what the doctor has found. */
    showDoctor(): void {
        this.#activateAction('show-doctor');
    }

    /** Shows the page of a machine, and what went wrong with it. */
    showProblem(key: string, {title, body, detail}: Problem): void {
        this.#activateAction('show-problem', new GLib.Variant('(ssss)', [key, title, body, detail]));
    }

    /** Shows the page of the graphics cards. @param address the card to show; empty for whichever is first */
    showCard(address: string): void {
        this.#activateAction('show-card', new GLib.Variant('s', address));
    }

    /** Variables that let the window of a program which is started take the focus. */
    activation(): Record<string, string> {
        const token = this.#activationToken();
        return token === null ? {} : {XDG_ACTIVATION_TOKEN: token, DESKTOP_STARTUP_ID: token};
    }

    /** What lets a window that a program of the user's opens take the focus; null when there is no such thing. */
    #activationToken(): string | null {
        return global
            .create_app_launch_context(global.get_current_time(), -1)
            .get_startup_notify_id(null, []);
    }

    dispose(): void {
        this.#cancellable.cancel();
        global.display.disconnect(this.#focusHandler);
        this.#actions = null;
    }

    /** Follows what the app shows, once its window has had the focus. */
    #followFocused(): void {
        const window = global.display.focus_window;
        if (window?.get_gtk_application_id() !== APP_ID) return;
        // Its unique name, because asking the well-known one would start the app again when it has ended.
        const owner = window.get_gtk_unique_bus_name();
        if (owner === null || owner === this.#actions?.owner) return;
        const group = Gio.DBusActionGroup.get(Gio.DBus.session, owner, APP_PATH);
        this.#actions = {group, owner};
        // The first question has the group ask the app, and follow it from then on.
        group.list_actions();
    }

    #activateAction(name: string, ...parameters: GLib.Variant[]): void {
        this.#call(
            'ActivateAction',
            new GLib.Variant('(sava{sv})', [name, parameters, this.#platformData()]),
        );
    }

    #platformData(): Record<string, GLib.Variant> {
        const token = this.#activationToken();
        return token === null
            ? {}
            : {
                  'activation-token': new GLib.Variant('s', token),
                  'desktop-startup-id': new GLib.Variant('s', token),
              };
    }

    /** https://specifications.freedesktop.org/desktop-entry-spec/latest/dbus.html */
    #call(method: string, parameters: GLib.Variant): void {
        Gio.DBus.session.call(
            APP_ID,
            APP_PATH,
            'org.freedesktop.Application',
            method,
            parameters,
            null,
            Gio.DBusCallFlags.NONE,
            ACTIVATION_TIMEOUT_MS,
            this.#cancellable,
            (connection, result) => {
                try {
                    connection!.call_finish(result);
                } catch (error) {
                    if (!(error instanceof GLib.Error)) throw error;
                    if (!this.#cancellable.is_cancelled()) this.#tellThatItIsMissing();
                }
            },
        );
    }

    #tellThatItIsMissing(): void {
        this.notifications.show({
            id: 'app',
            title: _('Handover could not be opened'),
            body: _(
                'The app is not installed, or does not start. Install Handover again, then try once more.',
            ),
            urgency: 'normal',
            buttons: [],
        });
    }
}
