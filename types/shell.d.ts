// SPDX-License-Identifier: GPL-3.0-or-later

/** What the extension may import besides: GNOME Shell and its libraries, no GTK. */

import '@girs/clutter-16/ambient';
import '@girs/meta-16/ambient';
import '@girs/mtk-16/ambient';
import '@girs/shell-16/ambient';
import '@girs/st-16/ambient';
import '@girs/pango-1.0/ambient';
import '@girs/graphene-1.0/ambient';
import '@girs/gnome-shell/extensions/global';
import '@girs/gnome-shell/extensions/extension/ambient';
import '@girs/gnome-shell/misc/ambient';
import '@girs/gnome-shell/ui/ambient';
