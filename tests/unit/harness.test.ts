// SPDX-License-Identifier: GPL-3.0-or-later
import {DeadlineError, waitFor, within} from '../harness/deadline.js';
import {runProgram, RunningProgram} from '../harness/program.js';

describe('the harness', () => {
    it('hands arguments on exactly and reports the exit code', async () => {
        const script = 'printf "%s|" "$@"; printf oops >&2; exit 3';
        const outcome = await runProgram(['sh', '-c', script, 'sh', 'a b', '', '$HOME']);
        expect(outcome).toEqual({code: 3, out: 'a b||$HOME|', err: 'oops'});
    });

    it('kills a program that takes too long', async () => {
        await expectAsync(runProgram(['sleep', '60'], {timeout: 100})).toBeRejectedWithError(DeadlineError);
    });

    it('ends a program that ignores being asked', async () => {
        const program = new RunningProgram([
            'sh',
            '-c',
            'trap "" TERM; echo ready; while :; do sleep 1; done',
        ]);
        await waitFor('its trap', () => program.log().includes('ready'));
        await program.stop(100);
        expect(program.running).toBe(false);
    });

    it('gives up at the deadline, with the last error', async () => {
        const never = (): never => {
            throw new Error('not there');
        };
        await expectAsync(waitFor('thing', never, {within: 50})).toBeRejectedWithError(
            DeadlineError,
            'thing: not within 50 ms: not there',
        );
        await expectAsync(within('promise', new Promise(() => undefined), 20)).toBeRejectedWithError(
            DeadlineError,
            'promise: not within 20 ms',
        );
    });
});
