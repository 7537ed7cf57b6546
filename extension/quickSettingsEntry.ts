// SPDX-License-Identifier: GPL-3.0-or-later
import * as Main from 'resource:///org/gnome/shell/ui/main.js';
import {SystemIndicator} from 'resource:///org/gnome/shell/ui/quickSettings.js';

import {HandoverError} from '../shared/platform/errors.js';
import type {ChosenMachine} from './chosenMachine.js';
import {Disposer} from './disposer.js';
import type {SubmenuParts} from './machineSubmenu.js';
import {MachineToggle} from './machineToggle.js';
import type {StateIcons} from './stateIcons.js';

interface Parts extends SubmenuParts {
    readonly chosen: ChosenMachine;
    readonly icons: StateIcons;
}

/** The chosen machine's toggle in the Quick Settings, there only if the settings want it. */
export class QuickSettingsEntry {
    readonly #disposer = new Disposer();
    readonly #whileShown = new Disposer();

    constructor(private readonly parts: Parts) {
        this.#disposer.add(parts.preferences.onChanged('quick-settings-toggle', () => this.#build()));
        this.#build();
    }

    dispose(): void {
        this.#whileShown.dispose();
        this.#disposer.dispose();
    }

    #build(): void {
        this.#whileShown.dispose();
        const {preferences, chosen, icons} = this.parts;
        if (!preferences.quickSettingsToggle) return;
        const indicator = new SystemIndicator();
        this.#whileShown.add(() => indicator.destroy());
        const toggle = new MachineToggle(this.parts, icons);
        this.#whileShown.add(() => toggle.destroy());
        indicator.quickSettingsItems.push(toggle);
        Main.panel.statusArea.quickSettings.addExternalIndicator(indicator);

        const sync = (): void => {
            const {machine} = chosen;
            toggle.sync(machine);
            machine
                ?.loadDetails()
                .then(() => {
                    if (chosen.machine === machine) toggle.sync(machine);
                })
                .catch((error: unknown) => {
                    if (!(error instanceof HandoverError)) throw error;
                });
        };
        this.#whileShown.add(chosen.onChanged(sync));
        sync();
    }
}
