// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {JournalEntry} from '../../shared/gpu/handover/handoverDesk.js';
import {userNames} from '../../shared/gpu/holders/holderProcess.js';
import {
    journalCallerLabel,
    journalDirectionLabel,
    journalDurationLabel,
    journalResultLabel,
} from '../../shared/gpu/journalWords.js';
import {parsePciAddress} from '../../shared/gpu/pciAddress.js';
import {callFailure} from '../../shared/lending/helperAnswers.js';
import {localTime, withDeadline} from '../../shared/platform/clock.js';
import {_} from '../../shared/platform/i18n.js';
import {findCard} from '../gpu/cardSearch.js';
import {withHelper} from '../gpu/askingHelper.js';
import {localCards} from '../gpu/localCards.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import {type Cell, formatTable} from '../table.js';

/** `handover gpu journal`: the handovers of this computer, the newest first. */
export async function gpuJournal(options: CommonOptions, wanted: string | undefined): Promise<void> {
    const limit = timeoutMs(options);
    const cards = await localCards();
    const address = wanted === undefined ? null : addressOf(cards, wanted);
    const read = readJournal();
    const entries = (await (limit === undefined ? read : withDeadline('the helper', limit, read))).filter(
        entry => address === null || entry.address === address,
    );
    if (options.json) stdout.json(entries.map(entryJson));
    else if (entries.length === 0) stderr.line(_('No card has been handed over yet.'));
    else stdout.write(formatTable([heading(), ...rows(entries, cards, options)]));
}

async function readJournal(): Promise<JournalEntry[]> {
    try {
        return await withHelper(helper => helper.journal());
    } catch (error) {
        throw callFailure(error, 'look');
    }
}

/** A card that is no more has a past all the same. */
function addressOf(cards: readonly Gpu[], wanted: string): string {
    const address = parsePciAddress(wanted);
    if (address !== null && !cards.some(({facts}) => facts.functions.some(one => one.address === address)))
        return address;
    return findCard(cards, wanted).address;
}

function entryJson({startedAtMs, ...entry}: JournalEntry): object {
    return {time: new Date(startedAtMs).toISOString(), ...entry};
}

function heading(): Cell[] {
    return [_('When'), _('Card'), _('What'), _('Result'), _('Took'), _('Asked by')].map(text => ({text}));
}

function rows(
    entries: readonly JournalEntry[],
    cards: readonly Gpu[],
    {verbose = false}: CommonOptions,
): Cell[][] {
    const userName = userNames();
    return entries.map(({address, direction, by, startedAtMs, ms, result, problem}) => {
        const when = localTime(startedAtMs, '%F %T');
        const name = cards.find(card => card.address === address)?.name;
        const outcome = journalResultLabel(result);
        return [
            when,
            name === undefined ? address : `${name} (${address})`,
            journalDirectionLabel(direction),
            verbose && problem !== null ? `${outcome}: ${problem}` : outcome,
            withoutIsolates(journalDurationLabel(ms)),
            journalCallerLabel(by, userName),
        ].map(text => ({text: escapeControls(text)}));
    });
}
