// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Stands in for the GTK packages in the extension's program: a few types of
 * GNOME Shell's libraries mention them, and reading them there would declare
 * `gi://Gtk` and `gi://Gdk` in a program that must not import them.
 */

declare namespace Absent {}
export default Absent;
