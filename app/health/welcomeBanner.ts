// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';

import {_} from '../../shared/platform/i18n.js';

/** Offers, at the first start, to look whether the computer is ready. It is gone once that was taken up. */
export function makeWelcomeBanner(): Adw.Banner {
    const banner = new Adw.Banner({
        title: _('New here? See whether this computer is ready.'),
        button_label: _('Check…'),
        action_name: 'win.show-welcome',
        revealed: true,
    });
    banner.connect('button-clicked', () => {
        banner.revealed = false;
    });
    return banner;
}
