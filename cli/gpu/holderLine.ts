// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';
import {roleLabel} from '../../shared/gpu/words.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {withoutIsolates} from '../plainText.js';

/** A process that holds a card, on one line; what it calls itself may hold anything. */
export function holderLine(process: HolderProcess): string {
    const {pid, user, name, command, role} = process;
    const what = [name, roleLabel(role)].filter(text => text !== '').join(', ');
    return withoutIsolates(`${what} (${fill(_('process {pid} of {user}'), {pid, user})}): ${command}`);
}
