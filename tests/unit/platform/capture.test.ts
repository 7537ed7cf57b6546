// SPDX-License-Identifier: GPL-3.0-or-later
import {DeadlineError, SubprocessError} from '../../../shared/platform/errors.js';
import {capture, run} from '../../../shared/platform/subprocess.js';

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

describe('run', () => {
    it('gives what a program prints, also where that is no text', async () => {
        expect(await run(['printf', 'a\\377b'], {timeoutMs: 5_000})).toBe('a\ufffdb');
    });

    it('tells how a program failed, and what it complained of', async () => {
        const failed = await run(['sh', '-c', 'printf "x\\377" >&2; exit 3'], {timeoutMs: 5_000}).catch(
            (error: unknown) => error,
        );
        expect(failed).toBeInstanceOf(SubprocessError);
        expect((failed as SubprocessError).status).toBe(3);
        expect((failed as SubprocessError).stderr).toBe('x\ufffd');
    });

    it('gives a program what it reads', async () => {
        const text = 'é'.repeat(100_000);
        expect(await run(['cat'], {timeoutMs: 5_000, stdin: text})).toBe(text);
        // One that does not read it.
        expect(await run(['true'], {timeoutMs: 5_000, stdin: text})).toBe('');
    });

    it('waits for what is to be gone', async () => {
        const began = Date.now();
        const ended = run(['sh', '-c', 'sleep 2; :'], {timeoutMs: 100, untilGone: true});
        await expectAsync(ended).toBeRejectedWithError(DeadlineError);
        expect(Date.now() - began).toBeGreaterThan(1_800);
    });

    it('ends a program that prints without end, on either side', async () => {
        for (const argv of [['yes'], ['sh', '-c', 'exec yes >&2']] as [string, ...string[]][])
            await expectAsync(run(argv, {timeoutMs: 20_000, mostBytes: 200_000})).toBeRejectedWithError(
                SubprocessError,
            );
    });

    it('does not wait for who keeps the pipe of a program that was ended', async () => {
        const began = Date.now();
        // The child of the child stays, as one does that waits for the kernel.
        await expectAsync(run(['sh', '-c', 'sleep 8; :'], {timeoutMs: 100})).toBeRejectedWithError(
            DeadlineError,
        );
        expect(Date.now() - began).toBeLessThan(6_000);
    });
});
