// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';

import {_} from '../../shared/platform/i18n.js';

/**
 * Offers, at the first start, to look whether the computer is ready. It is gone once that was taken up.
 *
 * @param taken called then
 */
export function makeWelcomeBanner(taken: () => void): Adw.Banner {
    const banner = new Adw.Banner({
        title: _('Is this computer ready?'),
        button_label: _('Check…'),
        revealed: true,
    });
    banner.connect('button-clicked', () => {
        banner.revealed = false;
        taken();
    });
    return banner;
}
