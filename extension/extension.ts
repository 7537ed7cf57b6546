// SPDX-License-Identifier: GPL-3.0-or-later
import {Extension} from 'resource:///org/gnome/shell/extensions/extension.js';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';

import type {Panel} from './panel.js';

/**
 * Our modules from the ground up, a few at a time.
 *
 * To load them all is the longest that the Shell has to wait for us. GJS goes back to the main loop between two
 * dynamic imports, so that none of these steps takes longer than a few milliseconds.
 */
const STEPS: readonly (() => Promise<unknown>)[] = [
    () => import('../shared/platform/bus.js'),
    () => import('../shared/libvirt/libvirtService.js'),
    () => import('../shared/libvirt/host.js'),
    () => import('../shared/machines/machineOperations.js'),
    () => import('../shared/machines/machine.js'),
    () => import('../shared/hosts/hostList.js'),
    () => import('../shared/problems/problem.js'),
    () => import('./machineSection.js'),
    () => import('../shared/gpu/gpuList.js'),
    () => import('../shared/gpu/followedCards.js'),
    () => import('./gpuSection.js'),
    () => import('./indicator.js'),
    () => import('./quickSettingsEntry.js'),
    () => import('./machineNotices.js'),
    () => import('./keybindings.js'),
];

/** The panel side of Handover. */
export default class HandoverExtension extends Extension {
    /** Known once our modules have been loaded, which the Shell never unloads. */
    #panelClass: typeof Panel | null = null;
    #panel: Panel | null = null;
    #enabled = false;

    override enable(): void {
        this.#enabled = true;
        if (this.#panelClass) this.#panel = new this.#panelClass(this);
        else void this.#load();
    }

    override disable(): void {
        this.#enabled = false;
        this.#panel?.dispose();
        this.#panel = null;
    }

    async #load(): Promise<void> {
        try {
            for (const step of STEPS) await step();
            this.#panelClass = (await import('./panel.js')).Panel;
            // Meanwhile it may have been disabled, or another loading may have come to its end.
            if (this.#enabled) this.#panel ??= new this.#panelClass(this);
        } catch (error) {
            Main.extensionManager.logExtensionError(this.uuid, error);
        }
    }
}
