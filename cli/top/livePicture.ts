// SPDX-License-Identifier: GPL-3.0-or-later
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {stdout} from '../output.js';
import {shorten} from '../plainText.js';
import type {TerminalSize} from '../terminal/tty.js';
import {inOrder, type Order} from './topOrder.js';
import {topTable} from './topTable.js';
import {headerLines} from './topText.js';
import type {TopView} from './topView.js';

/** The picture that `handover top` shows of a moment, for a terminal of this size. */
export function livePicture(view: TopView, order: Order, {columns, rows}: TerminalSize): string[] {
    const header = headerLines(view, order).map(line => shorten(line, columns));
    const room = Math.max(1, rows - header.length - 3);
    const machines = inOrder(view.rows, order);
    const [headings, ...lines] = topTable(machines.slice(0, room), {
        columns,
        hosts: view.hosts.length > 1,
        place: column => `\x1b[${column}G`,
    });
    const space = Array.from({length: room - lines.length}, () => '');
    return [
        ...header,
        '',
        strong(headings!, columns),
        ...lines,
        ...space,
        footer(machines.length - room, columns),
    ];
}

function footer(hidden: number, columns: number): string {
    const more =
        hidden > 0 ? `${fill(ngettext('{count} more', '{count} more', hidden), {count: hidden})}  ` : '';
    return shorten(`${more}${_('q Quit  Sort by: c Processor  m Memory  d Disk  n Network')}`, columns);
}

function strong(text: string, columns: number): string {
    const plain = text.replace(/\x1b\[\d+G/g, '');
    return stdout.usesColour ? `\x1b[7m${plain.padEnd(columns)}\x1b[0m` : plain;
}
