// SPDX-License-Identifier: GPL-3.0-or-later

/** What GNOME Shell has and the type packages leave out or get wrong. */

import type {SystemIndicator} from '@girs/gnome-shell/ui/quickSettings';

declare module '@girs/gnome-shell/ui/panel' {
    interface QuickSettings {
        /** Takes an indicator together with its `quickSettingsItems`. js/ui/panel.js */
        addExternalIndicator(indicator: SystemIndicator, columns?: number): void;
    }
}
