// SPDX-License-Identifier: GPL-3.0-or-later
import {readGpuUse} from '../../../shared/metrics/gpuReader.js';
import {
    type ClientReading,
    clientReadingOf,
    type GpuReading,
    gpuUseBetween,
} from '../../../shared/metrics/gpuUse.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile} from '../../fakes/pci/files.js';

const CARD = '0000:03:00.0';

function lines(id: number, ...more: string[]): string[] {
    return ['drm-driver:\tamdgpu', `drm-client-id:\t${id}`, `drm-pdev:\t${CARD}`, ...more];
}

function client(id: number, ...more: string[]): ClientReading {
    return clientReadingOf(lines(id, ...more).join('\n'))!;
}

function look(ms: number, clients: ClientReading[], sleptMs = 0): GpuReading {
    return {awakeMs: ms, passedMs: ms + sleptMs, clients, uninspected: 0};
}

describe('What a driver says of a use of its card', () => {
    it('is how long each engine was busy, in time or in cycles', () => {
        const text = [
            ...lines(
                7,
                'drm-engine-gfx:\t1500 ns',
                'drm-engine-video:\t0 ns',
                'drm-engine-capacity-video:\t2',
            ),
            'drm-cycles-rcs:\t50',
            'drm-total-cycles-rcs:\t200',
            'drm-engine-broken:\tmany',
            'drm-cycles-lonely:\t5',
        ].join('\n');
        const {id, address, engines} = clientReadingOf(text)!;

        expect([id, address]).toEqual(['7', CARD]);
        expect([...engines]).toEqual([
            ['gfx', {busy: 1500, total: null, capacity: 1}],
            ['video', {busy: 0, total: null, capacity: 2}],
            ['rcs', {busy: 50, total: 200, capacity: 1}],
        ]);
    });

    it('is nothing where it tells no client or no engine', () => {
        expect(clientReadingOf('pos:\t0\nflags:\t02\n')).toBeNull();
        expect(clientReadingOf(lines(1).join('\n'))).toBeNull();
        expect(clientReadingOf('drm-engine-gfx:\t5 ns')).toBeNull();
    });
});

describe('The use of a card', () => {
    it('is the time of all its clients, each counted once, the busiest engine first', () => {
        const before = look(0, [
            client(1, 'drm-engine-gfx: 0 ns', 'drm-engine-video: 0 ns'),
            client(2, 'drm-engine-gfx: 0 ns'),
        ]);
        const one = client(1, 'drm-engine-gfx: 100000000 ns', 'drm-engine-video: 900000000 ns');
        const two = client(2, 'drm-engine-gfx: 400000000 ns');

        expect(gpuUseBetween(before, look(1000, [one, two, two, one]))).toEqual([
            {
                address: CARD,
                engines: [
                    ['video', 0.9],
                    ['gfx', 0.5],
                ],
            },
        ]);
    });

    it('is a part of the cycles, and of all engines of a kind', () => {
        const before = look(0, [client(1, 'drm-cycles-rcs: 0', 'drm-total-cycles-rcs: 0')]);
        const after = look(1000, [client(1, 'drm-cycles-rcs: 30', 'drm-total-cycles-rcs: 120')]);
        expect(gpuUseBetween(before, after)![0]!.engines).toEqual([['rcs', 0.25]]);

        const video = (busy: number): ClientReading =>
            client(1, `drm-engine-video: ${busy} ns`, 'drm-engine-capacity-video: 2');
        expect(gpuUseBetween(look(0, [video(0)]), look(1000, [video(1e9)]))![0]!.engines).toEqual([
            ['video', 0.5],
        ]);
    });

    it('counts nothing of clients that came, and of counters that went back', () => {
        const gfx = (id: number, busy: number): ClientReading => client(id, `drm-engine-gfx: ${busy} ns`);
        expect(gpuUseBetween(look(0, []), look(1000, [gfx(1, 9e9)]))).toEqual([]);
        expect(gpuUseBetween(look(0, [gfx(1, 9e9)]), look(1000, [gfx(1, 1)]))).toEqual([
            {address: CARD, engines: []},
        ]);
    });

    it('is not known when the host slept, and when no time passed', () => {
        expect(gpuUseBetween(look(0, []), look(1000, [], 9000))).toBeNull();
        expect(gpuUseBetween(look(5, []), look(5, []))).toBeNull();
    });
});

describe('Looking how cards are used', () => {
    it('reads what drivers say of the descriptors of all processes, and nothing of a card that sleeps', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const game = fake.processes.start({comm: 'game'});
        fake.use(game, '/dev/dri/renderD129', lines(5, 'drm-engine-gfx:\t1000 ns'));
        fake.use(game, '/dev/dri/renderD128', [
            'drm-client-id:\t5',
            'drm-pdev:\t0000:00:02.0',
            'drm-engine-render:\t9 ns',
        ]);
        game.open('/home/someone/file', null, ['drm-client-id:\t9', 'drm-engine-gfx:\t9 ns']);
        const clock = {awakeMs: () => 1, passedMs: () => 2};
        const cards = async (): Promise<(string | null)[]> =>
            (await readGpuUse(fake.root, clock)).clients.map(({address}) => address).sort();

        expect(await cards()).toEqual(['0000:00:02.0', CARD]);
        putFile(`${fake.root.sys}/class/drm/renderD129/device/power/runtime_status`, 'suspended\n');
        expect(await cards()).toEqual(['0000:00:02.0']);
        game.exit();
        expect(await readGpuUse(fake.root, clock)).toEqual({
            awakeMs: 1,
            passedMs: 2,
            clients: [],
            uninspected: 0,
        });
    });
});
