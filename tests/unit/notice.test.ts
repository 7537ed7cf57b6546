// SPDX-License-Identifier: GPL-3.0-or-later
import type {Happening, HappeningKind} from '../../shared/machines/happening.js';
import {GuestIgnoredError} from '../../shared/machines/machineErrors.js';
import {happeningLabel} from '../../shared/machines/words.js';
import {type Notice, noticeFor} from '../../shared/notices/notice.js';
import {StubHost} from './machines/stubHost.js';

describe('Notices', () => {
    const machine = new StubHost().list({'<b>vm</b>\n\u202e': 'running'}).machines[0]!;
    const notice = (kind: HappeningKind, more: Partial<Happening> = {}): Notice | null =>
        noticeFor(machine, {kind, atMs: 0, state: 'running', reason: 'unknown', ...more});

    it('are made of what a person wants to know, in plain words', () => {
        const told: HappeningKind[] = [
            'started',
            'restored',
            'stopped',
            'saved',
            'crashed',
            'io-error',
            'watchdog',
            'failed',
        ];
        for (const kind of told) {
            const {id, title, body} = notice(kind, {error: new Error('x')})!;
            expect(id).toBe(`machine:${machine.key}`);
            expect(title).not.toBe('');
            expect(`${title}${body}`).not.toMatch(/[\n\u202e]|&lt;|\{\w+\}/);
        }
        for (const kind of [
            'defined',
            'removed',
            'paused',
            'resumed',
            'rebooted',
            'suspended',
            'woke',
        ] as const) {
            expect(notice(kind)).toBeNull();
            expect(happeningLabel({kind, atMs: 0, state: 'running', reason: ''})).not.toBe('');
        }
    });

    it('break through Do Not Disturb only for what cannot wait', () => {
        const ignored = (action: 'shutdown' | 'reboot'): Happening['error'] =>
            new GuestIgnoredError('vm', action, 1000);
        const urgencies: [HappeningKind, Partial<Happening>, Notice['urgency']][] = [
            ['crashed', {}, 'critical'],
            ['io-error', {}, 'critical'],
            ['watchdog', {}, 'high'],
            ['failed', {action: 'shutdown', error: ignored('shutdown')}, 'critical'],
            ['failed', {action: 'reboot', error: ignored('reboot')}, 'high'],
            ['failed', {action: 'pause', error: new Error('x')}, 'high'],
            ['stopped', {}, 'normal'],
        ];
        for (const [kind, more, urgency] of urgencies) expect(notice(kind, more)!.urgency).toBe(urgency);
    });

    it('offer what can be done', () => {
        const actions = (one: Notice | null): string[] => one!.buttons.map(button => button.action);
        expect(actions(notice('started'))).toEqual([]);
        expect(actions(notice('crashed'))).toEqual(['start', 'health']);
        expect(actions(notice('io-error'))).toEqual(['health']);
        expect(actions(notice('watchdog'))).toEqual(['health']);
        const ignored = new GuestIgnoredError('vm', 'shutdown', 1000);
        expect(actions(notice('failed', {action: 'shutdown', error: ignored}))).toEqual([
            'force-off',
            'details',
        ]);
        const deaf = new GuestIgnoredError('vm', 'reboot', 1000);
        expect(actions(notice('failed', {action: 'reboot', error: deaf}))).toEqual(['reset', 'details']);
        expect(actions(notice('failed', {action: 'start', error: new Error('x')}))).toEqual(['details']);
    });
});
