// SPDX-License-Identifier: GPL-3.0-or-later
import {isActive, stateFromNumbers, type DomainState} from '../../../shared/libvirt/domainState.js';
import {
    losesUnsaved,
    MACHINE_ACTIONS,
    obviousAction,
    possibleActions,
    supersedes,
    transitionOf,
} from '../../../shared/machines/actions.js';
import {happeningOf} from '../../../shared/machines/happening.js';
import {actionIcon, actionLabel, domainStateLabel} from '../../../shared/machines/words.js';

const STATES = Array.from({length: 8}, (_none, number) => stateFromNumbers(number, 0).state);

describe('Actions', () => {
    it('offer in each state one obvious thing, and always a way to switch off what is on', () => {
        for (const state of STATES) {
            expect(possibleActions(state)).toContain(obviousAction(state));
            expect(possibleActions(state).includes('force-off'))
                .withContext(state)
                .toBe(isActive(state) || state === 'nostate');
            expect(domainStateLabel(state, 'unknown')).not.toBe('');
        }
        expect(new Set(STATES.flatMap(state => possibleActions(state)))).toEqual(new Set(MACHINE_ACTIONS));
    });

    it('have words, icons and a transition each', () => {
        for (const action of MACHINE_ACTIONS) {
            expect(actionLabel(action)).not.toBe('');
            expect(actionIcon(action)).toMatch(/-symbolic$/);
            expect(transitionOf(action)).toMatch(/ing$/);
        }
    });

    it('are asked about when the guest would lose something', () => {
        const lossy = (state: DomainState): string[] =>
            MACHINE_ACTIONS.filter(action => losesUnsaved(action, state));
        expect(lossy('running')).toEqual(['reset', 'force-off']);
        expect(lossy('crashed')).toEqual([]);
    });

    it('contradict each other, but force cuts through', () => {
        for (const running of MACHINE_ACTIONS) {
            expect(supersedes('force-off', running)).toBe(running !== 'force-off');
            expect(supersedes('reset', running)).toBe(running === 'shutdown' || running === 'reboot');
            for (const other of MACHINE_ACTIONS)
                if (other !== 'force-off' && other !== 'reset')
                    expect(supersedes(other, running)).toBeFalse();
        }
    });
});

describe('A change of state', () => {
    const cases: [DomainState, DomainState, string, ReturnType<typeof happeningOf>][] = [
        ['shutoff', 'running', 'booted', 'started'],
        ['shutoff', 'running', 'restored', 'restored'],
        ['paused', 'running', 'unpaused', 'resumed'],
        ['pmsuspended', 'running', 'wakeup', 'woke'],
        ['running', 'blocked', 'unknown', null],
        ['running', 'running', 'unpaused', null],
        ['running', 'paused', 'user', 'paused'],
        ['running', 'paused', 'io-error', 'io-error'],
        ['running', 'paused', 'watchdog', 'watchdog'],
        ['running', 'paused', 'crashed', 'crashed'],
        ['running', 'paused', 'save', null],
        ['shutoff', 'paused', 'starting-up', null],
        ['running', 'shutdown', 'unknown', null],
        ['shutdown', 'shutoff', 'shutdown', 'stopped'],
        ['running', 'shutoff', 'destroyed', 'stopped'],
        ['running', 'shutoff', 'saved', 'saved'],
        ['running', 'shutoff', 'crashed', 'crashed'],
        ['running', 'crashed', 'panicked', 'crashed'],
        ['crashed', 'shutoff', 'crashed', null],
        ['crashed', 'shutoff', 'destroyed', null],
        ['running', 'pmsuspended', 'unknown', 'suspended'],
        ['running', 'nostate', 'unknown', null],
        ['nostate', 'shutoff', 'unknown', null],
    ];
    for (const [before, state, reason, kind] of cases)
        it(`from ${before} to ${state} (${reason}) is ${kind ?? 'nothing'}`, () => {
            expect(happeningOf(before, {state, reason})).toBe(kind);
        });

    it('is a start, too, where somebody has looked in the midst of it', () => {
        const goes = (reason: string, before: string): unknown =>
            happeningOf('paused', {state: 'running', reason}, before);
        expect(goes('unpaused', 'starting-up')).toBe('started');
        expect(goes('restored', 'starting-up')).toBe('restored');
        expect(goes('unpaused', 'user')).toBe('resumed');
    });
});
