// SPDX-License-Identifier: GPL-3.0-or-later
import {queryFreeBytes, queryInfo, unlessHanging} from '../../../shared/platform/files.js';

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

describe('What hangs', () => {
    it('is not asked for again until it has answered, however often somebody wants to know', async () => {
        let asked = 0;
        let answer: (value: string) => void = () => undefined;
        const ask = () => {
            asked++;
            return new Promise<string>(resolve => (answer = resolve));
        };
        const first = unlessHanging('a', ask);
        await pause(400);
        const later = [unlessHanging('a', ask), unlessHanging('a', ask)];
        expect(asked).toBe(1);
        answer('x');
        expect(await Promise.all([first, ...later])).toEqual(['x', 'x', 'x']);
        void unlessHanging('a', ask);
        expect(asked).toBe(2);
    });

    it('does not keep others from their answers', async () => {
        void unlessHanging('b', () => new Promise(() => undefined));
        await pause(400);
        expect(await unlessHanging('c', () => Promise.resolve(1))).toBe(1);
    });

    it('is no file that answers', async () => {
        expect(await queryFreeBytes('/tmp')).toBeGreaterThan(0);
        expect((await queryInfo('/dev/null', 'standard::type')).get_file_type()).toBeGreaterThan(0);
        await expectAsync(queryInfo('/nowhere', 'standard::type')).toBeRejected();
    });
});
