// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import Gtk from 'gi://Gtk?version=4.0';

/**
 * Has a folder of this computer chosen.
 *
 * @returns its whole path; null when none was chosen
 * @throws GLib.Error when it cannot be asked for
 */
export function chooseFolder(parent: Gtk.Window, title: string): Promise<string | null> {
    return new Promise((resolve, reject) => {
        const dialog = new Gtk.FileDialog({title});
        dialog.select_folder(parent, null, (_dialog, result) => {
            try {
                resolve(dialog.select_folder_finish(result)?.get_path() ?? null);
            } catch (error) {
                // Closing the dialog is no failure.
                const dismissed =
                    error instanceof GLib.Error &&
                    (error.matches(Gtk.dialog_error_quark(), Gtk.DialogError.DISMISSED) ||
                        error.matches(Gtk.dialog_error_quark(), Gtk.DialogError.CANCELLED));
                if (dismissed) resolve(null);
                else reject(error);
            }
        });
    });
}
