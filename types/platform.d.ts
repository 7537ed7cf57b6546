// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What every program may import: GLib, GObject, Gio and GJS's own modules.
 * Only files in this folder name the `@girs` packages; the sources import
 * `gi://…`, and what a program does not list here does not resolve in it.
 */

/// <reference path="./gudev.d.ts" />
import '@girs/gjs/dom';
import '@girs/gjs';
import '@girs/glib-2.0/ambient';
import '@girs/gobject-2.0/ambient';
import '@girs/gio-2.0/ambient';
