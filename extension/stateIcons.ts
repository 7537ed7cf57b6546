// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

/** What the icon in the panel tells. */
export type PanelState = 'idle' | 'running' | 'gpu' | 'attention';

/** The extension's own symbolic icons, which need no icon theme. */
export class StateIcons {
    readonly #icons = new Map<PanelState, Gio.Icon>();

    /** @param dir the extension's folder */
    constructor(private readonly dir: Gio.File) {}

    get(state: PanelState): Gio.Icon {
        let icon = this.#icons.get(state);
        if (!icon) {
            const file = this.dir.get_child('icons').get_child(`handover-${state}-symbolic.svg`);
            icon = new Gio.FileIcon({file});
            this.#icons.set(state, icon);
        }
        return icon;
    }
}
