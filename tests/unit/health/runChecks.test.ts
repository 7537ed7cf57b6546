// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

import {type Finding, isWell} from '../../../shared/health/finding.js';
import {opposite} from '../../../shared/health/fixAction.js';
import {check, failed, ok, type Question} from '../../../shared/health/doctor/check.js';
import {runChecks} from '../../../shared/health/doctor/runChecks.js';
import {delay, monotonicMs} from '../../../shared/platform/clock.js';

const never = (): Promise<number> => new Promise(() => undefined);

function question(id: string, more: Partial<Question<null, number>> = {}) {
    return check<null, number>({
        id,
        title: () => `Title of ${id}`,
        lasting: true,
        severity: 'hard',
        limitMs: 10_000,
        changesWith: [],
        read: () => Promise.resolve(1),
        judge: facts => [facts === 1 ? ok('one') : failed('not one', 'make it one')],
        ...more,
    });
}

describe('A run of checks', () => {
    it('answers in the order of the questions, with what each is', async () => {
        const bad = question('bad', {read: () => Promise.resolve(2), lasting: false, severity: 'advice'});
        const slow = question('slow', {read: () => delay(20).then(() => 1)});
        const findings = await runChecks([slow, bad], null);
        expect(findings.map(({id, status}) => [id, status])).toEqual([
            ['slow', 'ok'],
            ['bad', 'failed'],
        ]);
        expect(findings[1]).toEqual({
            id: 'bad',
            title: 'Title of bad',
            severity: 'advice',
            lasting: false,
            status: 'failed',
            about: null,
            evidence: 'not one',
            fix: 'make it one',
            action: null,
        });
    });

    it('gives each question its own time, and gives up its reading', async () => {
        let given: Gio.Cancellable | null = null;
        const hangs = question('hangs', {
            limitMs: 30,
            read: (_world, cancellable) => {
                given = cancellable;
                return never();
            },
        });
        const [finding, other] = await runChecks([hangs, question('fine')], null);
        expect(finding?.status).toBe('unknown');
        expect(finding?.evidence).toContain('30');
        expect(given!.is_cancelled()).toBeTrue();
        expect(other?.status).toBe('ok');
    });

    it('ends in its whole time, however many hang and whatever they may take', async () => {
        const before = monotonicMs();
        const many = Array.from({length: 200}, (_one, n) =>
            question(`hangs-${n}`, {limitMs: 60_000, read: never}),
        );
        const findings = await runChecks([...many, question('fine')], null, {totalMs: 150});
        expect(monotonicMs() - before).toBeLessThan(1_000);
        expect(findings.filter(({status}) => status === 'unknown').length).toBe(200);
        expect(findings.at(-1)?.status).toBe('ok');
    });

    it('has given no question less than a millisecond, as it tells it', async () => {
        const [hung] = await runChecks([question('hangs', {read: never})], null, {totalMs: 0.001});
        expect(hung?.evidence).toBe('There was no answer within 1 ms.');
    });

    it('takes what is thrown, early or late, for could not measure, and says why', async () => {
        const early = question('early', {
            read: () => {
                throw new Error('at\nonce');
            },
        });
        const late = question('late', {read: () => delay(5).then(() => Promise.reject(new Error('later')))});
        const judge = question('judge', {
            judge: () => {
                throw new Error('judged');
            },
        });
        const findings = await runChecks([early, late, judge], null);
        expect(findings.map(({status}) => status)).toEqual(['unknown', 'unknown', 'unknown']);
        expect(findings.map(({evidence}) => /at once|later|judged/.exec(evidence)?.[0])).toEqual([
            'at once',
            'later',
            'judged',
        ]);
    });

    it('tells of answers as they come', async () => {
        const told: string[] = [];
        const slow = question('slow', {read: () => delay(30).then(() => 1)});
        await runChecks([slow, question('quick')], null, {
            told: (id, [finding]) => told.push(`${id} ${finding?.status}`),
        });
        expect(told).toEqual(['quick ok', 'slow ok']);
    });
});

describe('Findings', () => {
    const finding = (more: Partial<Finding>): Finding => ({
        id: 'x',
        title: 'x',
        severity: 'hard',
        lasting: true,
        ...failed('bad', 'mend it'),
        ...more,
    });

    it('are well without a failure; what could not be measured is none', () => {
        expect(isWell([finding({status: 'unknown'}), finding({status: 'ok'})])).toBeTrue();
        expect(isWell([finding({})])).toBeFalse();
    });

    it('have fixes that can be undone', () => {
        expect(opposite({kind: 'install-rule', card: '0000:01:00.0'})).toEqual({
            kind: 'remove-rule',
            card: '0000:01:00.0',
        });
        expect(opposite(opposite({kind: 'install-guard'}))).toEqual({kind: 'install-guard'});
    });
});
