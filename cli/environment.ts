// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

/** What stands for the value of a variable that is no UTF-8, which GJS cannot read. */
const UNREADABLE = '\ufffd';

/**
 * A variable of the environment.
 *
 * @returns null when it is not set; something that is not empty when it is no text
 */
export function variable(name: string): string | null {
    try {
        return GLib.getenv(name);
    } catch (error) {
        // That is how GJS says that it is not UTF-8.
        if (error instanceof TypeError) return UNREADABLE;
        throw error;
    }
}

/**
 * Makes the user's own libvirt and bus found where nothing says where they are, as in `ssh HOST env -i handover`.
 *
 * GLib looks for the session bus in `$XDG_RUNTIME_DIR/bus` by itself. Must run before anything asks for either.
 */
export function completeEnvironment(): void {
    const told = variable('XDG_RUNTIME_DIR');
    if (told === UNREADABLE) GLib.unsetenv('XDG_RUNTIME_DIR');
    else if (told) return;
    // Where pam_systemd puts it, and everything else looks for it.
    const directory = `/run/user/${String(new Gio.Credentials().get_unix_user())}`;
    if (GLib.file_test(directory, GLib.FileTest.IS_DIR)) GLib.setenv('XDG_RUNTIME_DIR', directory, true);
}
