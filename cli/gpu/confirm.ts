// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';
import GLib from 'gi://GLib';

import {_} from '../../shared/platform/i18n.js';
import {Interrupted} from '../interrupted.js';
import {onInterrupt} from '../interrupt.js';
import {stderr} from '../output.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import {NotConfirmed} from '../notConfirmed.js';
import {inputIsTerminal} from './passwordAgent.js';

/**
 * Asks a person on the terminal; anything but a yes is a no.
 *
 * @throws NotConfirmed when it is a no, or there is no terminal to ask on; Interrupted
 */
export async function confirm(question: string): Promise<void> {
    if (!inputIsTerminal() || !stderr.isTerminal)
        throw new NotConfirmed(_('There is no terminal to ask on. Say “--yes” when you are sure.'));
    stderr.write(`${escapeControls(withoutIsolates(question))} ${_('[y/N]')} `);
    const answer = await readAnswer();
    // The first letter of the word for yes, as the question shows it.
    const yes = answer.trim().toLowerCase();
    if (!['y', 'yes', _('y'), _('yes')].includes(yes)) throw new NotConfirmed(_('Nothing has been changed.'));
}

async function readAnswer(): Promise<string> {
    const input = new Gio.DataInputStream({baseStream: GioUnix.InputStream.new(0, false)});
    let stop = (): void => undefined;
    try {
        return await new Promise<string>((resolve, reject) => {
            stop = onInterrupt(signal => {
                stderr.write('\n');
                reject(new Interrupted(signal, _('Nothing has been changed.')));
            });
            input.read_line_async(GLib.PRIORITY_DEFAULT, null, (_input, result) => {
                try {
                    const [line] = input.read_line_finish(result);
                    resolve(new TextDecoder().decode(line ?? new Uint8Array()));
                } catch (error) {
                    reject(error);
                }
            });
        });
    } finally {
        stop();
    }
}
