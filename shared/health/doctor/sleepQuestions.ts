// SPDX-License-Identifier: GPL-3.0-or-later
import type {UndoRecord} from '../../gpu/handover/undoRecord.js';
import {isPresent} from '../../gpu/handover/functionState.js';
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {DoctorWorld} from './world.js';

/** A card that is lent, as our own record has it. */
export interface LentFacts {
    readonly record: Pick<UndoRecord, 'id' | 'phase' | 'startedAtMs'>;
    /** Whether it is on the bus. */
    readonly present: boolean;
    /** When the computer last slept, in ms since 1970; 0 for never, null when that cannot be told. */
    readonly lastSleepMs: number | null;
}

/** A card loses its state when the computer sleeps, and a machine that has it does not know. */
export function judgeSlept({record, present, lastSleepMs}: LentFacts): Verdict[] {
    const {id, phase, startedAtMs} = record;
    if (phase !== 'lent') return [];
    if (!present)
        return [
            failed(
                _('It is lent, and is gone from the bus.'),
                _(
                    'Shut the machine down, then force the card back. If that does not help, restart the computer.',
                ),
                {about: id},
            ),
        ];
    if (lastSleepMs === null)
        return [
            unknown(
                _('It is lent, and the system’s journal does not tell whether the computer slept since.'),
                _('If it did, restart the machine.'),
                id,
            ),
        ];
    if (lastSleepMs <= startedAtMs) return [ok(_('The computer has not slept since it was lent'), id)];
    return [
        failed(
            _('The computer slept while it was lent. The guest’s driver may not have survived that.'),
            fill(_('Restart the machine. Force the card {card} back if it does not return by itself.'), {
                card: id,
            }),
            {about: id},
        ),
    ];
}

/** The question about a host that slept. */
export const SLEEP_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'slept-while-lent',
        title: () => _('Sleep while a card is lent'),
        lasting: false,
        severity: 'warning',
        limitMs: 1_500,
        changesWith: ['cards'],
        read: async (world: DoctorWorld) => {
            const records = await world.records();
            if (!records.some(({phase}) => phase === 'lent')) return [];
            const lastSleepMs = await world.ports.lastSleepMs();
            return records.map(record => ({
                record,
                present: isPresent(world.ports.root, record.id),
                lastSleepMs,
            }));
        },
        judge: all => all.flatMap(judgeSlept),
    }),
];
