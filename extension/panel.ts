// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type {Extension} from 'resource:///org/gnome/shell/extensions/extension.js';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

import {ClientKeeper} from '../shared/displays/clientKeeper.js';
import {HostList} from '../shared/hosts/hostList.js';
import {PANEL_BUS_NAME} from '../shared/names.js';
import {Preferences} from '../shared/settings/preferences.js';
import {ChosenMachine} from './chosenMachine.js';
import {Disposer} from './disposer.js';
import {HandoverApp} from './handoverApp.js';
import {Indicator} from './indicator.js';
import {Keybindings} from './keybindings.js';
import {MachineCommands} from './machineCommands.js';
import {MachineNotices} from './machineNotices.js';
import {Notifications} from './notifications.js';
import {QuickSettingsEntry} from './quickSettingsEntry.js';
import {StateIcons} from './stateIcons.js';

/** Everything of Handover that is there while the extension is enabled. */
export class Panel {
    readonly #disposer = new Disposer();

    /** @throws what went wrong; nothing stays behind then */
    constructor(extension: Extension) {
        try {
            this.#build(extension, this.#disposer);
        } catch (error) {
            this.dispose();
            throw error;
        }
    }

    /** Takes all of it away, at once. */
    dispose(): void {
        this.#disposer.dispose();
    }

    #build(extension: Extension, disposer: Disposer): void {
        const preferences = new Preferences(extension.getSettings());
        const icons = new StateIcons(extension.dir);

        const hosts = new HostList();
        disposer.add(() => hosts.close());

        const keeper = new ClientKeeper(hosts);
        disposer.add(() => keeper.close());

        const notifications = new Notifications(icons.get('running'));
        disposer.add(() => notifications.dispose());
        const app = new HandoverApp(notifications);
        disposer.add(() => app.dispose());
        const commands = new MachineCommands(preferences, app, notifications);
        disposer.add(() => commands.dispose());
        const chosen = new ChosenMachine(hosts, preferences);
        disposer.add(() => chosen.dispose());

        const indicator = new Indicator({
            hosts,
            preferences,
            app,
            commands,
            icons,
            openPreferences: () => extension.openPreferences(),
        });
        disposer.add(() => indicator.destroy());
        Main.panel.addToStatusArea(extension.uuid, indicator);

        const entry = new QuickSettingsEntry({chosen, preferences, app, commands, icons});
        disposer.add(() => entry.dispose());

        const notices = new MachineNotices({
            hosts,
            preferences,
            app,
            commands,
            notifications,
            isWatching: () => indicator.menu.isOpen,
        });
        disposer.add(() => notices.dispose());

        const keybindings = new Keybindings(preferences.settings, {
            'handover-toggle-machine': () => commands.toggle(chosen.machine),
            'handover-open-display': () => commands.openDisplayOf(chosen.machine),
            'handover-open-menu': () => indicator.toggleMenu(),
        });
        disposer.add(() => keybindings.dispose());

        const name = Gio.bus_own_name(
            Gio.BusType.SESSION,
            PANEL_BUS_NAME,
            Gio.BusNameOwnerFlags.NONE,
            null,
            null,
            null,
        );
        disposer.add(() => Gio.bus_unown_name(name));

        const follow = (): void => {
            hosts.defaultDeadlineMs = preferences.shutdownDeadlineMs;
            hosts.setHosts(preferences.hosts);
        };
        disposer.add(preferences.onChanged('hosts', follow));
        disposer.add(preferences.onChanged('shutdown-deadline', follow));
        follow();
    }
}
