// SPDX-License-Identifier: GPL-3.0-or-later
import {fill, oneLine} from '../../../shared/platform/i18n.js';

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

    it('is put into a sentence as it is, isolated', () => {
        expect(fill('{name} stopped', {name: 'vm'})).toBe('\u2068vm\u2069 stopped');
        expect(fill('{n} of {n}', {n: 3})).toBe('3 of 3');
        expect(fill('{name}', {name: '{other} $& $1 <b>'})).toBe('\u2068{other} $& $1 <b>\u2069');
        expect(fill('{unknown} {toString}', {})).toBe('{unknown} {toString}');
        expect(fill('{name}!', {name: '\u2069\u202eolleh\nx'})).toBe('\u2068olleh x\u2069!');
        expect([...fill('{name}', {name: 'y'.repeat(10_000)})].length).toBe(122);
    });
});
