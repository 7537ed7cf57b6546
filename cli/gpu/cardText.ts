// SPDX-License-Identifier: GPL-3.0-or-later
import {isComplete, functionLabel, ownerLabel, uninspectedLabel} from '../../shared/gpu/words.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {rivalNote} from '../../shared/problems/rivalNote.js';
import {columnsOf, padEnd, plain} from '../plainText.js';
import {type Cell, formatTable} from '../table.js';
import {holderLine} from './holderLine.js';
import type {LookedAt} from './lookedAt.js';

/** All cards in a table, then each in a block of its own, and what else moves cards. */
export function cardsText(cards: readonly LookedAt[]): string {
    return [table(cards), ...cards.map(block), ...notes(cards)].join('\n');
}

/** Each rival once, however many cards it may move. */
function notes(cards: readonly LookedAt[]): string[] {
    const rivals = cards.flatMap(({holders}) => holders.rivals ?? []);
    return [...new Map(rivals.map(rival => [rival.name, rival])).values()].map(rival => {
        const {title, body, command} = rivalNote(rival);
        return `${plain(title)}. ${plain(body)}\n  ${plain(command)}\n`;
    });
}

function table(cards: readonly LookedAt[]): string {
    const heading = [_('Card'), _('Address'), _('Owner'), _('In use')].map(text => ({text}));
    const rows = cards.map(({gpu, holders, allAsked}): Cell[] =>
        [gpu.name, gpu.address, ownerLabel(gpu.owner, allAsked), countLabel(holders)].map(text => ({
            text: plain(text),
        })),
    );
    return formatTable([heading, ...rows]);
}

function countLabel(holders: HolderReport): string {
    const count = holders.processes.length;
    if (count === 0 && holders.consoles.length > 0) return _('Text console');
    if (count === 0) return isComplete(holders) ? _('No') : _('Not known');
    return fill(ngettext('{count} process', '{count} processes', count), {count});
}

function block({gpu, details, holders, allAsked}: LookedAt): string {
    const {facts, numbers} = gpu;
    const others = facts.group?.members.filter(({address}) => address !== gpu.address) ?? [];
    const facing: [string, string | readonly string[]][] = [
        [_('Address'), gpu.address],
        [_('Numbers'), `${numbers.vendor}:${numbers.device}`],
        [_('Driver'), facts.display.driver ?? _('None')],
        [_('Owner'), ownerLabel(gpu.owner, allAsked)],
        [_('Other functions'), facts.functions.slice(1).map(functionLabel)],
        [
            _('IOMMU group'),
            facts.group === null
                ? _('None: the IOMMU is off, and the card cannot be lent')
                : [facts.group.id, ...others.map(functionLabel)],
        ],
        [_('Displays'), details.connectors.filter(({connected}) => connected).map(({name}) => name)],
        [_('In use by'), holders.processes.map(holderLine)],
        [_('Text consoles'), holders.consoles.map(({console}) => console)],
        [_('Not known'), isComplete(holders) ? '' : uninspectedLabel(holders)],
    ];
    const rows = facing.flatMap(([label, value]) => lines(label, value));
    const width = Math.max(...rows.map(([label]) => columnsOf(label)));
    return [
        `${plain(gpu.name)}\n`,
        ...rows.map(([label, value]) => `  ${padEnd(label, width)}  ${value}\n`),
    ].join('');
}

/** One value a line, the label before the first. */
function lines(label: string, value: string | readonly string[]): [string, string][] {
    const values = typeof value === 'string' ? [value] : value;
    return values.filter(text => text !== '').map((text, index) => [index === 0 ? label : '', plain(text)]);
}
