// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** An extension that does nothing: what enabling any extension costs the Shell. */
export const CONTROL_UUID = 'control@handover.github.io';

/**
 * Puts it where a Shell that is started afterwards finds it.
 *
 * @param gnome the Shell's major version
 */
export function installControlExtension(gnome: string): void {
    const folder = GLib.build_filenamev([
        GLib.get_user_data_dir(),
        'gnome-shell',
        'extensions',
        CONTROL_UUID,
    ]);
    GLib.mkdir_with_parents(folder, 0o700);
    const write = (name: string, text: string): void => {
        GLib.file_set_contents(GLib.build_filenamev([folder, name]), text);
    };
    write(
        'metadata.json',
        JSON.stringify({
            uuid: CONTROL_UUID,
            name: 'Control',
            description: 'Does nothing',
            'shell-version': [gnome],
            url: '',
        }),
    );
    write('extension.js', 'export default class Control { enable() {} disable() {} }\n');
}
