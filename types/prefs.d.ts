// SPDX-License-Identifier: GPL-3.0-or-later

/** The base class of the extension's preferences, which run in a GTK process of their own. */

import '@girs/gnome-shell/extensions/prefs/ambient';
