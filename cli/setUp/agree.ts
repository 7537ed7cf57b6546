// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {_} from '../../shared/platform/i18n.js';
import {NotAgreedError} from '../../shared/setUp/setUpErrors.js';
import {stderr} from '../output.js';

/**
 * Asks on the terminal whether to go on; anything but a yes is a no.
 *
 * @throws NotAgreedError when it is a no, or there is no terminal
 */
export async function agree(question: string): Promise<void> {
    if (!stderr.isTerminal || !GLib.log_writer_supports_color(0)) throw new NotAgreedError(false);
    stderr.write(`${question} ${_('[y/N]')} `);
    const answer = (await readLine()).trim().toLowerCase();
    if (!['y', 'yes', _('y'), _('yes')].includes(answer)) throw new NotAgreedError(true);
}

async function readLine(): Promise<string> {
    const stream = await opened(Gio.File.new_for_path('/dev/stdin'));
    const input = new Gio.DataInputStream({base_stream: stream});
    return new Promise((resolve, reject) => {
        input.read_line_async(GLib.PRIORITY_DEFAULT, null, (_input, result) => {
            try {
                resolve(new TextDecoder().decode(input.read_line_finish(result)[0] ?? new Uint8Array()));
            } catch (error) {
                reject(error);
            }
        });
    });
}

function opened(file: Gio.File): Promise<Gio.FileInputStream> {
    return new Promise((resolve, reject) => {
        file.read_async(GLib.PRIORITY_DEFAULT, null, (_file, result) => {
            try {
                resolve(file.read_finish(result));
            } catch (error) {
                reject(error);
            }
        });
    });
}
