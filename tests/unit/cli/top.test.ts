// SPDX-License-Identifier: GPL-3.0-or-later
import {FirstLook} from '../../../cli/metrics/firstLook.js';
import {FreshSamples} from '../../../cli/metrics/freshSamples.js';
import {Pace} from '../../../cli/metrics/pace.js';
import {hostJson, sampleJson} from '../../../cli/metrics/sampleJson.js';
import {columnsOf} from '../../../cli/plainText.js';
import {keysIn} from '../../../cli/terminal/keys.js';
import {livePicture} from '../../../cli/top/livePicture.js';
import {headerLines} from '../../../cli/top/topText.js';
import {inOrder} from '../../../cli/top/topOrder.js';
import {compact, topTable} from '../../../cli/top/topTable.js';
import type {TopHost, TopRow, TopView} from '../../../cli/top/topView.js';
import {LibvirtUnreachableError} from '../../../shared/libvirt/libvirtErrors.js';
import type {Machine} from '../../../shared/machines/machine.js';
import {bottleneckOf} from '../../../shared/metrics/bottleneck.js';
import type {HostFigures} from '../../../shared/metrics/hostFigures.js';
import type {Metrics} from '../../../shared/metrics/metrics.js';
import {ratesBetween} from '../../../shared/metrics/rates.js';
import type {Sample} from '../../../shared/metrics/sampler.js';
import {pause, waitFor} from '../../harness/deadline.js';
import {at} from '../metrics/pretendedReading.js';

const MIB = 1024;

function machine(name: string, fields: Partial<Machine> = {}): Machine {
    const known = {
        name,
        state: 'running',
        reason: 'booted',
        path: null,
        active: true,
        host: {id: 'session'},
        troubles: {agentLostMs: null},
    };
    const made: unknown = {...known, ...fields};
    return made as Machine;
}

/** What a machine did within two seconds. */
function sample(before: Record<string, number | string>, after: Record<string, number | string>): Sample {
    const [one, other] = [at(0, before), at(2000, after)];
    return {reading: other.reading, rates: ratesBetween(one, other, 6000)};
}

function row(name: string, known: Sample | null, fields: Partial<Machine> = {}): TopRow {
    const facts = {memory: known?.reading.memory ?? null, rates: known?.rates ?? null};
    return {machine: machine(name, fields), sample: known, bottleneck: bottleneckOf(facts)};
}

const BUSY = sample(
    {'vcpu.0.time': 0, 'vcpu.0.delay': 0, 'block.0.rd.bytes': 0, 'net.0.rx.bytes': 0},
    {
        'vcpu.0.time': 1e9,
        'vcpu.0.delay': 0.1e9,
        'block.0.rd.bytes': 3 * 2 ** 20,
        'net.0.rx.bytes': 2000,
        'balloon.current': 4096 * MIB,
        'balloon.available': 4000 * MIB,
        'balloon.usable': 1000 * MIB,
        'balloon.rss': 3500 * MIB,
    },
);
const IDLE = sample({}, {'balloon.current': 512 * MIB, 'balloon.rss': 600 * MIB, 'net.0.rx.bytes': 99_000});

describe('The table of handover top', () => {
    it('has the figures of each machine, and a dash where there is none', () => {
        const rows = [
            row('busy', BUSY),
            row('idle', IDLE),
            row('gap', null),
            row('off', null, {state: 'paused'}),
        ];
        expect(topTable(rows, {columns: Infinity, hosts: true})).toEqual([
            'Name           CPU%     Memory    RSS  Read/s  Write/s   In/s  Out/s  Wait%  Held back by  Host',
            'busy           50.0    2.9G/4G   3.4G    1.5M        –   1000      –    5.0  nothing       session',
            'idle            0.0     –/512M   600M       0        –    48K      –    0.0  nothing       session',
            'gap               –          –      –       –        –      –      –      –  –             session',
            'off               –          –      –       –        –      –      –      –  Paused        session',
        ]);
    });

    it('leaves columns out until it fits, and cuts a name only then', () => {
        const rows = [row('n'.repeat(40), BUSY), row('机器'.repeat(20), IDLE)];
        for (const columns of [120, 100, 90, 80, 60, 40, 20]) {
            const lines = topTable(rows, {columns, hosts: true});
            expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(columns);
            expect(lines[0]).toMatch(/^Name +CPU%/);
            expect(lines[1]).toMatch(/^n+…? +50\.0/);
            expect(lines[2]).toMatch(/^(机器)+机?…? +0\.0/);
        }
        expect(topTable(rows, {columns: 100, hosts: true})[0]).toContain('RSS');
        expect(topTable(rows, {columns: 60, hosts: true})[0]).not.toMatch(/RSS|Host|Wait/);
    });

    it('says where the first column behind the name is, whatever a terminal makes of the name', () => {
        const lines = topTable([row('机器🖥️', IDLE)], {
            columns: 60,
            hosts: false,
            place: column => `<${column}>`,
        });
        expect(lines.map(line => line.slice(line.indexOf('<'), line.indexOf('>') + 1))).toEqual([
            '<13>',
            '<13>',
        ]);
    });

    it('writes bytes in five columns', () => {
        expect(
            [null, 0, 512, 1023.4, 1023.6, 1536, 9.96 * 1024, 640 * 2 ** 20, 2 ** 40].map(compact),
        ).toEqual(['–', '0', '512', '1023', '1K', '1.5K', '10K', '640M', '1T']);
    });

    it('is in the order that is asked for, with those at the end of which nothing is known', () => {
        const rows = [row('gap', null), row('idle', IDLE), row('busy', BUSY)];
        const names = (order: Parameters<typeof inOrder>[1]): string[] =>
            inOrder(rows, order).map(({machine: {name}}) => name);
        expect(names('cpu')).toEqual(['busy', 'idle', 'gap']);
        expect(names('memory')).toEqual(['busy', 'idle', 'gap']);
        expect(names('disk')).toEqual(['busy', 'idle', 'gap']);
        expect(names('network')).toEqual(['idle', 'busy', 'gap']);
    });
});

describe('What stands above it', () => {
    const computer: HostFigures = {
        processors: 8,
        used: 0.214,
        stolen: 0.02,
        memory: 32 * 2 ** 30,
        available: 20 * 2 ** 30,
        pressure: {cpu: {some: 0.031, full: 0}, memory: {some: 0, full: 0}, io: null},
    };
    const host: TopHost = {
        id: 'session',
        label: 'User session',
        state: 'ready',
        problem: null,
        silent: false,
    };

    it('tells of the computer what the kernel does', () => {
        const view = {atMs: 0, computer, hosts: [host], rows: [row('a', IDLE), row('b', IDLE)]};
        expect(headerLines(view, 'disk')[0]).toMatch(/^\d\d:\d\d:\d\d {2}2 machines run, by disk$/);
        expect(headerLines({...view, rows: []}, 'disk')[0]).toMatch(/^\d\d:\d\d:\d\d {2}No machine runs\.$/);
        expect(headerLines(view, 'disk')[1]).toBe(
            '8 processors, 21 % used, 2 % stolen  Memory 12 of 32 GiB  Waiting for processors 3 %, memory 0 %',
        );
        const none = {cpu: null, memory: null, io: null};
        const nothing = {processors: null, used: null, stolen: null, memory: null, available: null};
        expect(headerLines({...view, computer: {...nothing, pressure: none}}, 'cpu')[1]).toBe('');
        expect(headerLines(view, 'cpu').length).toBe(2);
    });

    it('tells what keeps a host from answering', () => {
        const lines = (fields: Partial<TopHost>): string[] =>
            headerLines({atMs: 0, computer, hosts: [{...host, ...fields}], rows: []}, 'cpu').slice(2);
        expect(lines({silent: true})).toEqual(['session: No answer yet']);
        expect(lines({state: 'connecting', problem: new Error('asked too early')})).toEqual([
            'session: No answer yet',
        ]);
        const problem = new LibvirtUnreachableError('x\x1b[2J', false);
        expect(lines({state: 'lost', problem})).toEqual([jasmine.stringMatching(/^session: .+\. .+$/)]);
        expect(lines({state: 'lost', problem}).join('')).not.toContain('\x1b');
    });

    it('leaves room on a terminal for the first machines, and says how many more there are', () => {
        const rows = [row('gap', null), row('busy', BUSY), row('idle', IDLE)];
        const shown = (order: Parameters<typeof livePicture>[1], height: number): string[] =>
            livePicture({atMs: 0, computer, hosts: [host], rows}, order, {columns: 80, rows: height});
        const names = (lines: readonly string[]): string[] =>
            lines.flatMap(line => /^(gap|busy|idle)/.exec(line)?.[1] ?? []);
        expect(names(shown('network', 10))).toEqual(['idle', 'busy', 'gap']);
        expect(names(shown('disk', 10))).toEqual(['busy', 'idle', 'gap']);
        const low = shown('network', 7);
        expect(low.length).toBe(7);
        expect(names(low)).toEqual(['idle', 'busy']);
        expect(low.at(-1)).toMatch(/^1 more {2}q Quit/);
    });
});

describe('Figures as JSON', () => {
    it('have units in their names, and null for what is not known', () => {
        const json = sampleJson(machine('busy'), BUSY, bottleneckOf({memory: null, rates: BUSY.rates}));
        expect(json).toEqual(
            jasmine.objectContaining({
                name: 'busy',
                elapsedMs: 2000,
                cpuPercent: 50,
                waitPercent: null,
                stealPercent: 5,
                vcpus: [{index: 0, usedPercent: 50, waitPercent: null, stealPercent: 5}],
            }),
        );
        expect((json as Record<string, object>)['memory']).toEqual({
            currentBytes: 4 * 2 ** 30,
            maximumBytes: null,
            inUseBytes: 3000 * 2 ** 20,
            residentBytes: 3500 * 2 ** 20,
            guestTotalBytes: 4000 * 2 ** 20,
            guestUsableBytes: 1000 * 2 ** 20,
            guestUnusedBytes: null,
            swappedBytesPerSecond: null,
        });
        expect(sampleJson(machine('gap'), null, null)).toEqual(
            jasmine.objectContaining({cpuPercent: null, vcpus: [], memory: null, disk: null, network: null}),
        );
    });

    it('have the pressure of the computer', () => {
        const pressure = {cpu: {some: 0.123, full: null}, memory: null, io: {some: 1, full: 0.5}};
        const known = {processors: 2, used: 0.5, stolen: null, memory: 1024, available: null};
        expect(hostJson({...known, pressure})).toEqual({
            processors: 2,
            usedPercent: 50,
            stealPercent: null,
            memoryBytes: 1024,
            availableBytes: null,
            pressure: {
                cpu: {somePercent: 12.3, fullPercent: null},
                memory: null,
                io: {somePercent: 100, fullPercent: 50},
            },
        });
    });
});

describe('Keys', () => {
    it('are what was typed, without what arrows and function keys send', () => {
        expect(keysIn('cMq')).toEqual(['c', 'M', 'q']);
        expect(keysIn('\x1b[Aq\x1bOP\x1b[1;5Cm\x1b[15~')).toEqual(['q', 'm']);
        expect(keysIn('\x1bq')).toEqual([]);
        expect(keysIn('\x1b')).toEqual([]);
        expect(keysIn('\x1a')).toEqual(['\x1a']);
    });
});

describe('The pace of prints', () => {
    it('is one an interval however many answer, and goes on when none does', async () => {
        let prints = 0;
        const pace = new Pace(200, () => prints++);
        pace.touch();
        pace.touch();
        await pause(1200);
        pace.close();
        const before = prints;
        expect(before).toBeGreaterThan(1);
        expect(before).toBeLessThan(6);
        await pause(400);
        expect(prints).toBe(before);
    });
});

describe('The first look', () => {
    const host: TopHost = {id: 'session', label: '', state: 'ready', problem: null, silent: false};
    const view = (rows: TopRow[], fields: Partial<TopHost> = {}): TopView => {
        const nothing = {processors: null, used: null, stolen: null, memory: null, available: null};
        const computer = {...nothing, pressure: {cpu: null, memory: null, io: null}};
        return {atMs: 0, computer, hosts: [{...host, ...fields}], rows};
    };

    it('is one with figures that took two readings, where there can be any', () => {
        const worth = (known: TopView): boolean => new FirstLook(60_000).isWorth(known);
        expect(worth(view([row('new', {reading: BUSY.reading, rates: null})]))).toBeFalse();
        expect(worth(view([row('none', null)]))).toBeFalse();
        expect(worth(view([], {state: 'connecting'}))).toBeFalse();
        expect(worth(view([row('none', null), row('busy', BUSY)]))).toBeTrue();
        expect(worth(view([row('none', null)], {problem: new Error('lost')}))).toBeTrue();
        expect(worth(view([]))).toBeTrue();
        expect(worth({...view([row('busy', BUSY)]), hosts: [host, {...host, id: 'test'}]})).toBeTrue();
    });

    it('is not waited for without end, and is the only one that is waited for', async () => {
        const late = view([row('none', null)]);
        const patient = new FirstLook(60_000);
        expect(patient.isWorth(view([row('busy', BUSY)]))).toBeTrue();
        expect(patient.isWorth(late)).toBeTrue();
        const impatient = new FirstLook(300);
        expect(impatient.isWorth(late)).toBeFalse();
        expect(await waitFor('the end of its patience', () => impatient.isWorth(late))).toBeTrue();
    });
});

describe('Fresh samples', () => {
    it('are none of those that a host which does not answer has left standing', async () => {
        let known: Sample | null = BUSY;
        const vm = machine('vm');
        const metrics: Partial<Metrics> = {intervalMs: 300, sample: () => known};
        const samples = new FreshSamples(metrics as Metrics);
        expect(samples.sample(vm)).toBe(BUSY);
        expect(samples.sample(vm)).toBe(BUSY);
        await waitFor('its age', () => samples.sample(vm) === null);
        expect(samples.sample(vm)).toBeNull();
        known = IDLE;
        expect(samples.sample(vm)).toBe(IDLE);
        known = null;
        expect(samples.sample(vm)).toBeNull();
    });
});
