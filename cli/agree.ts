// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';
import GLib from 'gi://GLib';

import {_} from '../shared/platform/i18n.js';
import {Interrupted} from './interrupted.js';
import {onInterrupt} from './interrupt.js';
import {stderr} from './output.js';
import {escapeControls, withoutIsolates} from './plainText.js';
import {NotAgreedError} from '../shared/setUp/setUpErrors.js';
import {inputIsTerminal} from './gpu/passwordAgent.js';

/**
 * Asks on the terminal whether to go on; anything but a yes is a no.
 *
 * @throws NotAgreedError when it is a no, or there is no terminal; Interrupted
 */
export async function agree(question: string): Promise<void> {
    if (!inputIsTerminal() || !stderr.isTerminal) throw new NotAgreedError(false);
    stderr.write(`${escapeControls(withoutIsolates(question))} ${_('[y/N]')} `);
    const answer = (await readAnswer()).trim().toLowerCase();
    if (!['y', 'yes', _('y'), _('yes')].includes(answer)) throw new NotAgreedError(true);
}

async function readAnswer(): Promise<string> {
    const input = new Gio.DataInputStream({baseStream: GioUnix.InputStream.new(0, false)});
    let stop = (): void => undefined;
    try {
        return await new Promise<string>((resolve, reject) => {
            stop = onInterrupt(signal => {
                stderr.write('\n');
                reject(new Interrupted(signal, _('Nothing was changed.')));
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
