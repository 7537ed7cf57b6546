// SPDX-License-Identifier: GPL-3.0-or-later

/** What the app and the extension's preferences may import besides: the GTK 4 stack. */

import '@girs/gdk-4.0/ambient';
import '@girs/gsk-4.0/ambient';
import '@girs/gtk-4.0/ambient';
import '@girs/adw-1/ambient';
import '@girs/pango-1.0/ambient';
import '@girs/graphene-1.0/ambient';
import '@girs/gdkpixbuf-2.0/ambient';
