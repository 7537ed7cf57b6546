// SPDX-License-Identifier: GPL-3.0-or-later
import {findingsText} from '../../../cli/health/findingText.js';
import {integrationText} from '../../../cli/health/integrationText.js';
import {columnsOf} from '../../../cli/plainText.js';
import {unbroken, wrapText} from '../../../cli/wrapText.js';
import type {Finding} from '../../../shared/health/finding.js';
import {missing} from '../../../shared/health/integration/integrationRow.js';

describe('Text on a narrow terminal', () => {
    it('ends between words, and goes on under itself', () => {
        expect(wrapText('one two three four', 9)).toBe('one two\nthree\nfour');
        expect(wrapText('      → first second third', 16)).toBe(
            '      → first\n        second\n        third',
        );
        expect(wrapText('  Works    Clock: one two three four', 24)).toBe(
            '  Works    Clock: one\n           two three\n           four',
        );
        expect(wrapText('  Not measured  Clock: one  two three', 32)).toBe(
            '  Not measured  Clock: one  two\n                three',
        );
        expect(wrapText('  Not measured  Clock: one  two', 30)).toBe(
            '  Not measured  Clock: one\n               two',
        );
    });

    it('counts no colours, and letters by their width', () => {
        const line = '  \x1b[32mOK   \x1b[0m  \x1b[1mClock of the guest\x1b[0m [guest-clock]';
        expect(wrapText(line, 41)).toBe(line);
        expect(wrapText(line, 40)).toBe(line.replace(' [', '\n         ['));
        expect(wrapText('時計 時計 時計', 9)).toBe('時計 時計\n時計');
    });

    it('leaves whole what is too long, and what is to be copied', () => {
        expect(wrapText('a/very/long/path b', 6)).toBe('a/very/long/path\nb');
        expect(wrapText(`type: ${unbroken('a b c d')}`, 9)).toBe('type:\na b c d');
        expect(wrapText(`type: ${unbroken('a b')} c`, Infinity)).toBe('type: a b c');
    });

    it('has room for a text where the terminal has little', () => {
        expect(wrapText('  Not measured  one two three', 12).split('\n').at(-1)).toBe('      three');
    });

    const finding: Finding = {
        id: 'guard',
        title: 'Guard',
        severity: 'hard',
        lasting: true,
        status: 'failed',
        about: null,
        evidence: 'It is missing: other programs could start a machine while the card is in use.',
        fix: 'Install it, and then look again whether the machine starts.',
        action: {kind: 'install-guard'},
    };

    it('is how findings are told there, and not in a pipe', () => {
        const told = (columns?: number): string =>
            findingsText([finding], {
                all: true,
                command: ({id}) => `handover doctor --fix ${id}`,
                ...(columns !== undefined && {columns}),
            });
        expect(told()).toContain(`\n         ${finding.evidence}\n         → ${finding.fix}\n`);
        expect(told()).toContain('→ Handover can do it: handover doctor --fix guard\n');
        const narrow = told(40);
        // What to do may hold a command that is to be copied: the terminal itself breaks its line.
        expect(narrow).toContain(`\n         → ${finding.fix}\n`);
        expect(narrow.split('\n').filter(line => columnsOf(line) > 40)).toEqual([
            `         → ${finding.fix}`,
        ]);
        expect(narrow).toContain('\n           handover doctor --fix guard\n');
        expect(narrow.replace(/\s+/g, ' ')).toBe(told().replace(/\s+/g, ' '));
    });

    it('is how the table of guest and host is told there', () => {
        const row = missing(
            {id: 'heartbeat', title: 'Heartbeat'},
            'The machine has no channel for the guest agent.',
            'Add the channel, and install the agent in the guest.',
        );
        const told = integrationText([row], () => 'handover health web --add heartbeat', 48);
        expect(told.split('\n').filter(line => columnsOf(line) > 48)).toEqual([`           → ${row.fix}`]);
        expect(told).toContain(
            '\n  Missing  Heartbeat: The machine has no channel\n           for the guest agent.\n',
        );
        expect(told).toContain('\n             handover health web --add heartbeat\n');
    });
});
