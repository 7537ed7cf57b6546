// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

/**
 * Makes the user's own libvirt and bus found where nothing says where they are, as in `ssh HOST env -i handover`.
 *
 * GLib looks for the session bus in `$XDG_RUNTIME_DIR/bus` by itself. Must run before anything asks for either.
 */
export function completeEnvironment(): void {
    if (GLib.getenv('XDG_RUNTIME_DIR')) return;
    // Where pam_systemd puts it, and everything else looks for it.
    const directory = `/run/user/${String(new Gio.Credentials().get_unix_user())}`;
    if (GLib.file_test(directory, GLib.FileTest.IS_DIR)) GLib.setenv('XDG_RUNTIME_DIR', directory, true);
}
