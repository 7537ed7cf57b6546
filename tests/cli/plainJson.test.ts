// SPDX-License-Identifier: GPL-3.0-or-later
import {plainJson} from '../../cli/plainText.js';

describe('JSON on a terminal', () => {
    it('holds nothing that the terminal obeys or that turns a line round, and says the same', () => {
        const value = [
            {name: 'a\u001b[31mb\u009b31m\u007f\u202e\u2066c\u2028', list: ['é', '\\u0041', '👩‍💻']},
        ];
        for (const indent of [0, 2]) {
            const text = plainJson(value, indent);
            expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
            expect(JSON.parse(text)).toEqual(value);
        }
        expect(plainJson(value, 0)).toContain('\\u009b31m');
    });
});
