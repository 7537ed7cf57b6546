// SPDX-License-Identifier: GPL-3.0-or-later
import {
    type Boot,
    BootTimer,
    parseBoots,
    serializeBoots,
    slowBootIn,
    slowBootSentence,
    withBoot,
} from '../../../shared/metrics/boot.js';
import {BootLog} from '../../../shared/metrics/bootLog.js';
import type {SampleTime} from '../../../shared/metrics/rates.js';
import {readShort} from '../../../shared/platform/files.js';
import {StateFileError} from '../../../shared/platform/stateFile.js';
import {putFile, putFolder} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const UUID = '8a2b5c1e-0f3d-4e6a-9b7c-1d2e3f4a5b6c';

function boot(startedAtMs: number, more: Partial<Boot> = {}): Boot {
    return {startedAtMs, agentMs: null, readyMs: null, readyKind: null, ...more};
}

function after(ms: number, sleptMs = 0): SampleTime {
    return {awakeMs: 100 + ms, passedMs: 500 + ms + sleptMs};
}

describe('The time that a start takes', () => {
    it('is from the start to the first answer of the agent, and to being ready', () => {
        const timer = new BootTimer(1000, after(0));
        expect(timer.agentAnswered(after(4000.4))).toBeTrue();
        expect(timer.agentAnswered(after(5000))).toBeFalse();
        expect(timer.ready('tcp', after(6000))).toBeTrue();
        expect(timer.ready('tcp', after(7000))).toBeFalse();
        expect(timer.boot).toEqual({startedAtMs: 1000, agentMs: 4000, readyMs: 6000, readyKind: 'tcp'});
    });

    it('is not known over a sleep of the host, after hours, or from the start alone', () => {
        const timer = new BootTimer(1000, after(0));
        expect(timer.agentAnswered(after(4000, 60_000))).toBeFalse();
        expect(timer.ready('agent', after(2 * 3_600_000))).toBeFalse();
        expect(timer.ready('started', after(1))).toBeFalse();
        expect(timer.boot).toEqual(boot(1000));
    });
});

describe('The starts of a machine', () => {
    it('are the last twenty, each once, with all that anybody saw of it', () => {
        let boots: Boot[] = [];
        for (let at = 25; at > 0; at--) boots = withBoot(boots, boot(at * 10_000));
        expect(boots.map(({startedAtMs}) => startedAtMs / 10_000)).toEqual(
            Array.from({length: 20}, (_none, at) => at + 6),
        );

        const seen = withBoot(
            [boot(10_000, {agentMs: 5})],
            boot(10_900, {agentMs: 9, readyMs: 7, readyKind: 'tcp'}),
        );
        expect(seen).toEqual([boot(10_000, {agentMs: 5, readyMs: 7, readyKind: 'tcp'})]);
        expect(withBoot(seen, boot(10_500))).toEqual(seen);
    });

    it('are read from what was written, and nothing from what is no such file', () => {
        const boots = [boot(1, {agentMs: 2}), boot(3, {readyMs: 4, readyKind: 'sunshine'})];
        expect(parseBoots(serializeBoots(boots))).toEqual(boots);
        for (const text of [
            '',
            '[]',
            'null',
            '{"version":2,"boots":[]}',
            '{"version":1,"boots":{}}',
            '{"ver',
        ])
            expect(parseBoots(text)).withContext(text).toBeNull();
        const odd = [
            5,
            null,
            {},
            {startedAtMs: -1},
            {startedAtMs: 1e18},
            {startedAtMs: 1, agentMs: 'x', readyMs: 3, readyKind: 'odd'},
        ];
        expect(parseBoots(JSON.stringify({version: 1, boots: odd}))).toEqual([boot(1)]);
    });

    it('show when the last one was slower than usual', () => {
        const agent = (...times: number[]): Boot[] => times.map((ms, at) => boot(at, {agentMs: ms * 1000}));
        expect(slowBootIn(agent(10, 12, 40, 11, 20))).toEqual({ms: 20_000, usualMs: 11_500});
        expect(slowBootIn(agent(10, 12, 11, 20))).toEqual({ms: 20_000, usualMs: 11_000});
        expect(slowBootSentence({ms: 20_000, usualMs: 11_400})).toBe(
            'The last start took 20 s; 11 s is usual.',
        );
        expect(slowBootIn(agent(10, 12, 11, 15))).toBeNull();
        expect(slowBootIn(agent(2, 2, 2, 6))).toBeNull();
        expect(slowBootIn(agent(10, 12, 60))).toBeNull();
        expect(slowBootIn([])).toBeNull();
        expect(slowBootIn([...agent(10, 12, 11), boot(9)])).toBeNull();
        expect(slowBootIn([...agent(10, 12, 11), boot(9, {readyMs: 60_000, readyKind: 'tcp'})])).toBeNull();
    });
});

describe('The log of starts', () => {
    it('keeps each machine’s in a file, also when many come at once', async () => {
        const folder = `${temporaryDirectory()}/handover/boots`;
        const log = new BootLog(folder);
        expect(await log.boots('session', UUID)).toEqual([]);
        await Promise.all([1, 2, 3].map(at => log.keep('session', UUID, boot(at * 10_000))));

        const kept = [10_000, 20_000, 30_000];
        expect((await log.boots('session', UUID)).map(({startedAtMs}) => startedAtMs)).toEqual(kept);
        expect((await new BootLog(folder).boots('session', UUID)).length).toBe(3);
        expect(await log.boots('system', UUID)).toEqual([]);
        expect(readShort(`${folder}/session/${UUID}.json`)).toContain('"version":1');
    });

    it('keeps what two programs write at the same time', async () => {
        const folder = temporaryDirectory();
        const starts = Array.from({length: 16}, (_none, at) => (at + 1) * 10_000);
        const logs = [new BootLog(folder), new BootLog(folder)];
        await Promise.all(starts.map((start, at) => logs[at % 2]!.keep('session', UUID, boot(start))));
        const kept = await new BootLog(folder).boots('session', UUID);
        expect(kept.map(({startedAtMs}) => startedAtMs)).toEqual(starts);
    });

    it('begins again after a file that cannot be understood', async () => {
        const folder = temporaryDirectory();
        putFile(`${folder}/session/${UUID}.json`, 'rubbish');
        const log = new BootLog(folder);
        expect(await log.boots('session', UUID)).toEqual([]);
        await log.keep('session', UUID, boot(5));
        expect(await log.boots('session', UUID)).toEqual([boot(5)]);
    });

    it('says so when a file cannot be read or written, and goes on with the others', async () => {
        const folder = temporaryDirectory();
        putFolder(`${folder}/session/${UUID}.json`);
        const log = new BootLog(folder);
        await expectAsync(log.keep('session', UUID, boot(5))).toBeRejectedWithError(StateFileError);
        await expectAsync(log.boots('session', UUID)).toBeRejectedWithError(StateFileError);
        putFile(`${folder}/file`, '');
        await expectAsync(new BootLog(`${folder}/file`).keep('test', UUID, boot(5))).toBeRejectedWithError(
            StateFileError,
        );
        await log.keep('test', UUID, boot(5));
        expect(await log.boots('test', UUID)).toEqual([boot(5)]);
    });

    it('makes no file of what names no machine', async () => {
        const log = new BootLog(temporaryDirectory());
        for (const [host, uuid] of [
            ['..', UUID],
            ['a/b', UUID],
            ['session', '../../../etc/passwd'],
            ['session', ''],
        ] as const)
            await expectAsync(log.keep(host, uuid, boot(1))).toBeRejectedWithError(StateFileError);
    });
});
