// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {Extension} from 'resource:///org/gnome/shell/extensions/extension.js';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

import {loadInSteps} from './inSteps.js';
import type {Panel} from './panel.js';

/** The panel side of Handover. */
export default class HandoverExtension extends Extension {
    /** Known once our modules have been loaded, which the Shell never unloads. */
    #panelClass: typeof Panel | null = null;
    #panel: Panel | null = null;
    #enabled = false;
    #turn = 0;

    override enable(): void {
        this.#enabled = true;
        if (this.#panelClass) this.#panel = new this.#panelClass(this);
        else void this.#load();
    }

    override disable(): void {
        this.#enabled = false;
        if (this.#turn !== 0) GLib.Source.remove(this.#turn);
        this.#turn = 0;
        this.#panel?.dispose();
        this.#panel = null;
    }

    async #load(): Promise<void> {
        try {
            await loadInSteps('panel');
            this.#panelClass = (await import('./panel.js')).Panel;
            // Meanwhile it may have been disabled, or another loading may have come to its end.
            if (!this.#enabled || this.#panel || this.#turn !== 0) return;
            // To load the last module and to build the panel are two turns of the main loop.
            this.#turn = GLib.idle_add(GLib.PRIORITY_DEFAULT, () => {
                this.#turn = 0;
                this.#build();
                return GLib.SOURCE_REMOVE;
            });
        } catch (error) {
            Main.extensionManager.logExtensionError(this.uuid, error);
        }
    }

    #build(): void {
        try {
            this.#panel ??= new this.#panelClass!(this);
        } catch (error) {
            Main.extensionManager.logExtensionError(this.uuid, error);
        }
    }
}
