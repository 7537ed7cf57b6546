// SPDX-License-Identifier: GPL-3.0-or-later
import {capture} from '../../../shared/platform/subprocess.js';

describe('capture', () => {
    it('keeps what a program prints', async () => {
        const {stdout, complete} = await capture(['echo', 'one'], 5_000);

        expect(new TextDecoder().decode(stdout)).toBe('one\n');
        expect(complete).toBeTrue();
    });

    it('keeps no more than it is told to of a program that prints without end, and ends it', async () => {
        const {stdout, complete} = await capture(['yes'], 5_000, 200_000);

        expect(stdout.length).toBe(200_000);
        expect(complete).toBeFalse();
    });
});
