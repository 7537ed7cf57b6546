// SPDX-License-Identifier: GPL-3.0-or-later
import {fill, fillTyped, isVisible, oneLine, severalLines} from '../../../shared/platform/i18n.js';

describe('Text from outside', () => {
    it('becomes one short line', () => {
        expect(oneLine('a\nb\r\n\tc\u0000d\u2028e\u0085f')).toBe('a b c d e f');
        expect(oneLine('\u202eevil\u202c\u2066x\u2069')).toBe('evilx');
        expect(oneLine('  space  ')).toBe('space');
        expect(oneLine('مرحبا 🦊')).toBe('مرحبا 🦊');
        expect(oneLine('')).toBe('');
        expect(oneLine('x'.repeat(200))).toBe('x'.repeat(200));
        expect(oneLine('x'.repeat(201))).toBe(`${'x'.repeat(199)}…`);
        expect([...oneLine('🦊'.repeat(10_000), 12)].length).toBe(12);
        expect(oneLine('🦊🦊🦊', 2)).toBe('🦊…');
    });

    it('loses what nobody can see, and what would cover its neighbours', () => {
        expect(oneLine('al\u200bpi\u200dne\u2060\ufeff\u00ad\u200e\u061c\u3164')).toBe('alpine');
        expect(oneLine(`z${'\u0300'.repeat(1000)}y`)).toBe(`z${'\u0300'.repeat(4)}y`);
        // Joiners that make another picture or another shape stay.
        expect(oneLine('👩‍👩‍👧 می\u200cخواهم क्\u200dष ❤️')).toBe('👩‍👩‍👧 می\u200cخواهم क्\u200dष ❤️');
    });

    it('is known to be empty to the eye', () => {
        for (const text of ['', ' ', '\u200b', '\u3164\u2800', '\u0300\n\u202e', '\u00a0'])
            expect(isVisible(text)).withContext(JSON.stringify(text)).toBeFalse();
        for (const text of ['a', '🦊', 'ש', ' - ']) expect(isVisible(text)).toBeTrue();
    });

    it('keeps its lines where there is room for them', () => {
        expect(severalLines('a\u202e\n  b\r\nc', 100)).toBe('a\nb\nc');
        const cut = severalLines('x\n'.repeat(100_000), 4096);
        expect(cut.length).toBeLessThanOrEqual(4096);
        expect(cut.endsWith('…')).toBeTrue();
    });

    it('is put into what is to be copied with nothing around it', () => {
        expect(fillTyped('mount {tag} /mnt', {tag: 'my\u202e\ntag'})).toBe('mount my tag /mnt');
        expect(fillTyped('{other} {tag}', {tag: '{other}'})).toBe('{other} {other}');
        const long = 'y'.repeat(1000);
        expect(fillTyped('mount {tag} /mnt', {tag: long})).toBe(`mount ${long} /mnt`);
    });

    it('is put into a sentence as it is, isolated', () => {
        expect(fill('{name} stopped', {name: 'vm'})).toBe('\u2068vm\u2069 stopped');
        expect(fill('{n} of {n}', {n: 3})).toBe('3 of 3');
        expect(fill('{name}', {name: '{other} $& $1 <b>'})).toBe('\u2068{other} $& $1 <b>\u2069');
        expect(fill('{unknown} {toString}', {})).toBe('{unknown} {toString}');
        expect(fill('{name}!', {name: '\u2069\u202eolleh\nx'})).toBe('\u2068olleh x\u2069!');
        expect([...fill('{name}', {name: 'y'.repeat(10_000)})].length).toBe(122);
    });
});
