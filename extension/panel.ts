// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type {Extension} from 'resource:///org/gnome/shell/extensions/extension.js';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

import {ClientKeeper} from '../shared/displays/clientKeeper.js';
import {openers} from '../shared/displays/openers.js';
import {HostList} from '../shared/hosts/hostList.js';
import {Boots} from '../shared/metrics/boots.js';
import {PANEL_BUS_NAME} from '../shared/names.js';
import {Preferences} from '../shared/settings/preferences.js';
import {CardCommands} from './cardCommands.js';
import {type CardNoticeParts, CardNotices} from './cardNotices.js';
import {ChosenMachine} from './chosenMachine.js';
import {Dialogs} from './dialogs.js';
import {Disposer} from './disposer.js';
import {HandoverApp} from './handoverApp.js';
import {IdleCall} from './idleCall.js';
import {Indicator} from './indicator.js';
import {Keybindings} from './keybindings.js';
import {MachineCommands} from './machineCommands.js';
import {MachineFigures} from './machineFigures.js';
import {MachineNotices} from './machineNotices.js';
import type {SubmenuParts} from './machineSubmenu.js';
import {Notifications} from './notifications.js';
import {PanelCards} from './panelCards.js';
import {PanelDoctor} from './panelDoctor.js';
import {PanelLending} from './panelLending.js';
import {QuickSettingsEntry} from './quickSettingsEntry.js';
import {StateIcons} from './stateIcons.js';

/** Everything of Handover that is there while the extension is enabled. */
export class Panel {
    readonly #disposer = new Disposer();

    /**
     * Shows the indicator at once; what fills it comes in a turn of the main loop of its own.
     *
     * @throws what went wrong; nothing stays behind then
     */
    constructor(extension: Extension) {
        try {
            const fill = this.#show(extension, this.#disposer);
            const later = new IdleCall(() => {
                try {
                    fill();
                } catch (error) {
                    this.dispose();
                    Main.extensionManager.logExtensionError(extension.uuid, error);
                }
            });
            this.#disposer.add(() => later.cancel());
            later.queue();
        } catch (error) {
            this.dispose();
            throw error;
        }
    }

    /** Takes all of it away, at once. */
    dispose(): void {
        this.#disposer.dispose();
    }

    /** @returns what is left to do */
    #show(extension: Extension, disposer: Disposer): () => void {
        const preferences = new Preferences(extension.getSettings());
        const icons = new StateIcons(extension.dir);
        const hosts = new HostList();
        disposer.add(() => hosts.close());

        const notifications = new Notifications(icons.get('running'));
        disposer.add(() => notifications.dispose());
        const app = new HandoverApp(notifications);
        disposer.add(() => app.dispose());
        const dialogs = new Dialogs(() => indicator.menu.close());
        disposer.add(() => dialogs.dispose());
        const commands = new MachineCommands(preferences, app, dialogs, notifications);
        disposer.add(() => commands.dispose());
        const cards = new PanelCards(hosts);
        disposer.add(() => cards.dispose());
        const isWatching = (): boolean => indicator.menu.isOpen;
        const cardCommands = new CardCommands({cards, app, dialogs, notifications, isWatching});
        disposer.add(() => cardCommands.dispose());

        const figures = new MachineFigures(hosts);
        disposer.add(() => figures.dispose());
        const doctor = new PanelDoctor(hosts, cards);
        disposer.add(() => doctor.dispose());

        const openPreferences = (): void => extension.openPreferences();
        const shared = {
            hosts,
            preferences,
            app,
            commands,
            icons,
            cards,
            cardCommands,
            figures,
            notifications,
            isWatching,
        };
        const indicator = new Indicator({...shared, doctor, openPreferences});
        disposer.add(() => indicator.destroy());
        Main.panel.addToStatusArea(extension.uuid, indicator);

        const chosen = new ChosenMachine(hosts, preferences);
        disposer.add(() => chosen.dispose());
        const keybindings = new Keybindings(preferences.settings, {
            'handover-toggle-machine': () => commands.toggle(chosen.machine),
            'handover-open-display': () => commands.openDisplayOf(chosen.machine),
            'handover-open-menu': () => indicator.toggleMenu(),
        });
        disposer.add(() => keybindings.dispose());

        const {SESSION} = Gio.BusType;
        const name = Gio.bus_own_name(SESSION, PANEL_BUS_NAME, Gio.BusNameOwnerFlags.NONE, null, null, null);
        disposer.add(() => Gio.bus_unown_name(name));
        return () => fill({...shared, chosen}, disposer);
    }
}

interface Parts extends SubmenuParts, CardNoticeParts {
    readonly hosts: HostList;
    readonly preferences: Preferences;
    readonly chosen: ChosenMachine;
    readonly icons: StateIcons;
    readonly cards: PanelCards;
}

function fill(parts: Parts, disposer: Disposer): void {
    const {hosts, preferences, cards, app} = parts;
    // Before any machine is there, so that none starts without it.
    const lending = new PanelLending(
        hosts,
        cards,
        openers(() => app.activation()),
    );
    disposer.add(() => lending.dispose());
    const keeper = new ClientKeeper(hosts);
    disposer.add(() => keeper.close());
    const boots = new Boots(hosts);
    disposer.add(() => boots.close());
    const entry = new QuickSettingsEntry(parts);
    disposer.add(() => entry.dispose());
    const notices = new MachineNotices({...parts, boots});
    disposer.add(() => notices.dispose());
    const cardNotices = new CardNotices(parts);
    disposer.add(() => cardNotices.dispose());

    const follow = (): void => {
        hosts.defaultDeadlineMs = preferences.shutdownDeadlineMs;
        hosts.setHosts(preferences.hosts);
    };
    disposer.add(preferences.onChanged('hosts', follow));
    disposer.add(preferences.onChanged('shutdown-deadline', follow));
    follow();
}
