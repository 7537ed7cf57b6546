// SPDX-License-Identifier: GPL-3.0-or-later
import {
    DEFINED_RENAMED,
    DomainEvent,
    isActive,
    stateFromEvent,
    stateFromNumbers,
    UNDEFINED_RENAMED,
} from '../../../shared/libvirt/domainState.js';
import {runProgram} from '../../harness/program.js';

/** libvirt's own constants, as its Python binding has them from the headers. */
async function libvirtNumbers(): Promise<[name: string, value: number][]> {
    const script =
        'import libvirt\nfor n in dir(libvirt):\n  v = getattr(libvirt, n)\n' +
        "  if n.startswith('VIR_DOMAIN_') and isinstance(v, int): print(n, v)";
    const {out} = await runProgram(['python3', '-c', script]);
    return out
        .trim()
        .split('\n')
        .map(line => line.split(' '))
        .map(([name, value]) => [name!, Number(value)]);
}

/** `VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT` → `from-snapshot`, given the part before. */
function word(name: string, prefix: string): string {
    return name.slice(prefix.length).toLowerCase().replaceAll('_', '-');
}

describe("libvirt's numbers", () => {
    let numbers: [name: string, value: number][];

    beforeAll(async () => {
        numbers = await libvirtNumbers();
    });

    function of(prefix: string): [word: string, value: number][] {
        const found = numbers.filter(([name]) => name.startsWith(prefix));
        expect(found.length).withContext(prefix).toBeGreaterThan(0);
        return found.map(([name, value]) => [word(name, prefix), value]);
    }

    it('of states and reasons are ours', () => {
        const special: Record<string, string> = {ioerror: 'io-error'};
        const shared: Record<string, string[]> = {running: [], paused: [], shutoff: [], crashed: []};
        for (const state of Object.keys(shared)) {
            const [, value] = numbers.find(([name]) => name === `VIR_DOMAIN_${state.toUpperCase()}`)!;
            expect(stateFromNumbers(value, 0)).toEqual({state: state as 'running', reason: 'unknown'});
            for (const [reason, number] of of(`VIR_DOMAIN_${state.toUpperCase()}_`))
                expect(stateFromNumbers(value, number).reason).toBe(special[reason] ?? reason);
        }
        for (const [name, state] of [
            ['NOSTATE', 'nostate'],
            ['BLOCKED', 'blocked'],
            ['SHUTDOWN', 'shutdown'],
            ['PMSUSPENDED', 'pmsuspended'],
        ] as const) {
            const [, value] = numbers.find(([one]) => one === `VIR_DOMAIN_${name}`)!;
            expect(stateFromNumbers(value, 0).state).toBe(state);
        }
    });

    it('of events are ours', () => {
        for (const [event, number] of Object.entries(DomainEvent))
            expect(numbers.find(([name]) => name === `VIR_DOMAIN_EVENT_${event}`)).toEqual([
                `VIR_DOMAIN_EVENT_${event}`,
                number,
            ]);
        const special: Record<string, string> = {
            'suspended paused': 'user',
            'suspended migrated': 'migration',
            'suspended ioerror': 'io-error',
            'stopped failed': 'crashed',
        };
        for (const [event, number] of [
            ['STARTED', DomainEvent.STARTED],
            ['SUSPENDED', DomainEvent.SUSPENDED],
            ['RESUMED', DomainEvent.RESUMED],
            ['STOPPED', DomainEvent.STOPPED],
        ] as const)
            for (const [detail, value] of of(`VIR_DOMAIN_EVENT_${event}_`))
                expect(stateFromEvent(number, value)?.reason)
                    .withContext(`${event} ${detail}`)
                    .toBe(special[`${event.toLowerCase()} ${detail}`] ?? detail);
        expect(of('VIR_DOMAIN_EVENT_DEFINED_')).toContain(['renamed', DEFINED_RENAMED]);
        expect(of('VIR_DOMAIN_EVENT_UNDEFINED_')).toContain(['renamed', UNDEFINED_RENAMED]);
        expect(of('VIR_DOMAIN_EVENT_CRASHED_')).toContain(['panicked', 0]);
    });

    it('that do not exist are unknown', () => {
        expect(stateFromNumbers(99, 99)).toEqual({state: 'nostate', reason: 'unknown'});
        expect(stateFromNumbers(-1, -1)).toEqual({state: 'nostate', reason: 'unknown'});
        expect(stateFromNumbers(1, 99)).toEqual({state: 'running', reason: 'unknown'});
        expect(stateFromEvent(DomainEvent.STARTED, 99)).toEqual({state: 'running', reason: 'unknown'});
        expect(stateFromEvent(99, 0)).toBeNull();
        expect(stateFromEvent(DomainEvent.DEFINED, 0)).toBeNull();
        expect(stateFromEvent(DomainEvent.UNDEFINED, 0)).toBeNull();
        expect(stateFromEvent(DomainEvent.CRASHED, 1)).toBeNull();
        expect(stateFromEvent(DomainEvent.CRASHED, 0)).toEqual({state: 'crashed', reason: 'panicked'});
    });

    it('say when there is a guest', () => {
        const active = ['running', 'blocked', 'paused', 'shutdown', 'crashed', 'pmsuspended'] as const;
        for (const state of active) expect(isActive(state)).toBeTrue();
        for (const state of ['shutoff', 'nostate'] as const) expect(isActive(state)).toBeFalse();
    });
});
