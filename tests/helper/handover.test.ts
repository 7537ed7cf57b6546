// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {JournalEntry} from '../../shared/gpu/handover/handoverDesk.js';
import type {HolderReport} from '../../shared/gpu/holders/holders.js';
import type {HandoverOutcome} from '../../shared/gpu/helperInterface.js';
import {HELPER_BUS_NAME, VERSION} from '../../shared/names.js';
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {FakePolkit} from './fakePolkit.js';
import {Caller, ownerOf, startHelper} from './helperProcess.js';

const CARD = '0000:03:00.0';
const ON_LINUX = {[CARD]: 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
const LENT = {[CARD]: 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

describe('helper: handovers', () => {
    let helper: RunningProgram;
    let polkit: FakePolkit;
    let caller: Caller;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
        polkit.allow();
    });
    beforeEach(async () => {
        helper = await startHelper('helperOnFakes');
        caller = new Caller();
    });
    afterEach(async () => {
        caller.close();
        await helper.stop();
        expect(helper.log()).not.toMatch(/JS ERROR|Unhandled/);
    });
    afterAll(() => polkit.stop());

    const bindings = async () => (await caller.control('Bindings', ['0000:03']))[0];
    const recordPath = async () => `${(await caller.control('Facts', []))[0]['run']}/handover/${CARD}.json`;
    const recordExists = async () => GLib.file_test(await recordPath(), GLib.FileTest.EXISTS);
    const journal = async () => JSON.parse((await caller.call('Journal', []))[0]) as JournalEntry[];

    it('says which version it is', async () => {
        expect(await caller.property('Version')).toBe(VERSION);
        expect(await caller.property('Moving')).toBe('');
    });

    it('takes a card and brings it back', async () => {
        const taken = await caller.outcome('Take', CARD);
        expect(taken.kind).toBe('done');
        expect(await bindings()).toEqual(LENT);
        expect(await recordExists()).toBe(true);
        expect(caller.signals[0]).toBe(`PropertiesChanged ${HELPER_BUS_NAME} [object Object] `);
        expect(caller.signals).toContain(`Progress ${CARD} take unbind`);
        const back = await caller.outcome('Return', CARD);
        expect(back.kind).toBe('done');
        expect(await bindings()).toEqual(ON_LINUX);
        expect(await recordExists()).toBe(false);
        expect(caller.signals.filter(line => line.startsWith('Finished')).length).toBe(2);
        const entries = await journal();
        expect(entries.map(({direction, result, by}) => `${direction} ${result} ${by}`)).toEqual([
            'return done uid 1000',
            'take done uid 1000',
        ]);
    });

    it('says that there is nothing to do', async () => {
        expect(await caller.outcome('Return', CARD)).toEqual(
            jasmine.objectContaining({kind: 'done', already: true}),
        );
        expect(await bindings()).toEqual(ON_LINUX);
    });

    it('tells who holds a card, and refuses to take it', async () => {
        const [pid] = await caller.control('Hold', ['/dev/dri/card1', '226:1', 'blender']);
        const report = JSON.parse((await caller.call('Holders', [CARD]))[0]) as HolderReport;
        expect(report.processes.map(({name, pid: id}) => `${name} ${id}`)).toEqual([`blender ${pid}`]);
        const outcome = await caller.outcome('Take', CARD);
        expect(outcome.kind).toBe('refused');
        expect(outcome.kind === 'refused' && outcome.refusals.map(({kind}) => kind)).toEqual(['held']);
        expect(await bindings()).toEqual(ON_LINUX);
        expect(await recordExists()).toBe(false);
        await caller.control('LetGo', [pid]);
        expect((await caller.outcome('Take', CARD)).kind).toBe('done');
    });

    it('fails at the end of a machine when the card is not back, so that systemd tries again', async () => {
        await caller.outcome('Take', CARD);
        const [pid] = await caller.control('Hold', ['/dev/vfio/15', '240:15', 'qemu-system-x86']);
        expect((await caller.outcome('Return', CARD)).kind).toBe('refused');
        expect(await caller.errorOf('ReturnAfterEnd', [CARD])).toBe('NotBack');
        expect(await bindings()).toEqual(LENT);
        await caller.control('LetGo', [pid]);
        expect(await caller.errorOf('ReturnAfterEnd', [CARD])).toBe('none');
        expect(await bindings()).toEqual(ON_LINUX);
        // There is nothing to do, which is as good.
        expect(await caller.errorOf('ReturnAfterEnd', [CARD])).toBe('none');
        expect(await caller.errorOf('ReturnAfterEnd', ['0000:00:02.0'])).toBe('DesktopCard');
    });

    it('puts everything back when the kernel refuses midway', async () => {
        await caller.control('Misbehave', ['unbind snd_hda_intel', 'Device or resource busy']);
        const outcome = await caller.outcome('Take', CARD);
        expect(outcome).toEqual(jasmine.objectContaining({kind: 'failed', restored: true}));
        expect(await bindings()).toEqual(ON_LINUX);
        expect(await recordExists()).toBe(false);
    });

    /** A take of the card that stands still until the gate is opened. */
    async function halfway(by = caller): Promise<HandoverOutcome> {
        await caller.control('Gate', [true]);
        return await by.outcome('Take', CARD);
    }

    it('moves one card at a time, whoever asks', async () => {
        const first = halfway();
        await waitFor('the handover', async () => (await caller.property('Moving')) === CARD);
        const other = new Caller();
        const busy = {kind: 'busy', address: CARD} as const;
        expect(await other.outcome('Take', '0000:05:00.0')).toEqual(busy);
        expect(await other.outcome('Take', CARD)).toEqual(busy);
        expect(await other.outcome('Return', CARD)).toEqual(busy);
        // Looking is no handover.
        expect(await other.errorOf('Holders', [CARD])).toBe('none');
        other.close();
        await caller.control('Gate', [false]);
        expect((await first).kind).toBe('done');
        expect(await bindings()).toEqual(LENT);
        expect((await caller.control('Bindings', ['0000:05']))[0]).toEqual({'0000:05:00.0': 'amdgpu'});
    });

    it('lets the one who began it call a handover off, and nobody else', async () => {
        const taking = halfway();
        await waitFor('the handover', async () => (await caller.property('Moving')) === CARD);
        const other = new Caller();
        expect(await other.call('Cancel', [])).toEqual([false]);
        other.close();
        expect(await caller.call('Cancel', [])).toEqual([true]);
        await caller.control('Gate', [false]);
        expect(await taking).toEqual({kind: 'cancelled'});
        expect(await bindings()).toEqual(ON_LINUX);
        expect(await recordExists()).toBe(false);
    });

    it('brings a handover to its end before it ends itself', async () => {
        const taking = halfway();
        await waitFor('the handover', async () => (await caller.property('Moving')) === CARD);
        helper.signal(15);
        await pause(200);
        expect(helper.running).toBe(true);
        await caller.control('Gate', [false]);
        expect((await taking).kind).toBe('done');
        expect(await helper.wait()).toBe(0);
    });

    it('says that the kernel is stuck, and tries nothing more', async () => {
        await caller.control('Misbehave', ['unbind amdgpu', '']);
        expect((await caller.outcome('Take', CARD)).kind).toBe('stuck');
        const record = new TextDecoder().decode(GLib.file_get_contents(await recordPath())[1]);
        expect(record).toContain('"phase": "stuck"');
        const again = await caller.outcome('Take', '0000:05:00.0');
        expect(again.kind === 'refused' && again.refusals[0]?.kind).toBe('stuck');
        expect((await caller.outcome('Return', CARD)).kind).toBe('refused');
    });

    it('goes on when its caller has gone', async () => {
        const other = new Caller();
        halfway(other).catch(() => undefined);
        await waitFor('the handover', async () => (await caller.property('Moving')) === CARD);
        other.close();
        await caller.control('Gate', [false]);
        await waitFor('the end', async () => (await caller.property('Moving')) === '');
        expect(await bindings()).toEqual(LENT);
        expect((await journal())[0]).toEqual(jasmine.objectContaining({direction: 'take', result: 'done'}));
    });

    it('lets nobody call off what is not theirs', async () => {
        expect(await caller.call('Cancel', [])).toEqual([false]);
    });

    it('brings a card back by its record when it has fallen off the bus', async () => {
        await caller.outcome('Take', CARD);
        await caller.control('PullOut', [CARD]);
        expect(await caller.errorOf('Return', [CARD])).toBe('none');
    });

    for (const [address, error] of [
        ['', 'InvalidAddress'],
        ['03:00.0', 'InvalidAddress'],
        ['0000:03:00.0 ', 'InvalidAddress'],
        ['0000:03:00.0\n', 'InvalidAddress'],
        [' 0000:03:00.0', 'InvalidAddress'],
        ['0000:03:00.0/../0000:05:00.0', 'InvalidAddress'],
        ['../../../../etc/passwd', 'InvalidAddress'],
        ['/sys/bus/pci/devices/0000:03:00.0', 'InvalidAddress'],
        ['0000:03:20.0', 'InvalidAddress'],
        ['0000:03:00.8', 'InvalidAddress'],
        ['0000:0G:00.0', 'InvalidAddress'],
        ['0000:0A:00.0', 'InvalidAddress'],
        ['٠٠٠٠:03:00.0', 'InvalidAddress'],
        ['1002:744c', 'InvalidAddress'],
        ['$(reboot)', 'InvalidAddress'],
        ['0'.repeat(100_000), 'InvalidAddress'],
        ['0000:7f:00.0', 'NoSuchDevice'],
        ['0000:03:00.1', 'NotACard'],
        ['0000:02:00.0', 'NotACard'],
        ['0000:00:02.0', 'DesktopCard'],
    ] as const) {
        it(`takes nothing at ${JSON.stringify(address.slice(0, 40))} (${error})`, async () => {
            expect(await caller.errorOf('Take', [address])).toBe(error);
            expect(await caller.errorOf('Return', [address])).toBe(error);
            expect(await caller.errorOf('ForceBack', [address, 'rescan'])).toBe(error);
            expect(await caller.errorOf('InstallIgnoreRule', [address])).toBe(error);
        });
    }

    it('takes no card of which it is not known whether the desktop is shown on it, but brings it back', async () => {
        const unknown = '0000:06:00.0';
        expect(await caller.errorOf('Take', [unknown])).toBe('DesktopCard');
        expect(await caller.errorOf('InstallIgnoreRule', [unknown])).toBe('DesktopCard');
        expect(await caller.errorOf('Return', [unknown])).toBe('none');
        expect((await caller.control('Bindings', ['0000:06']))[0]).toEqual({[unknown]: 'amdgpu'});
    });

    it('knows the rungs of its ladder', async () => {
        for (const rung of ['', 'reboot', 'RETURN', 'return ', '../return', 'constructor'])
            expect(await caller.errorOf('ForceBack', [CARD, rung])).toBe('InvalidStep');
        await caller.outcome('Take', CARD);
        const [json] = await caller.call('ForceBack', [CARD, 'return']);
        expect(JSON.parse(json)).toEqual(jasmine.objectContaining({kind: 'done'}));
        expect(await bindings()).toEqual(ON_LINUX);
    });

    it('lets only one helper have the name', async () => {
        const second = new RunningProgram([
            'gjs',
            '-m',
            '/src/build/tests/helper/programs/helperOnFakes.js',
            '60000',
        ]);
        expect(await second.wait()).toBe(1);
        expect(helper.running).toBe(true);
        expect(await caller.property('Version')).toBe(VERSION);
    });

    it('ends when it is told to, and its name is free', async () => {
        await caller.property('Version');
        helper.signal(15);
        expect(await helper.wait()).toBe(0);
        expect(ownerOf(HELPER_BUS_NAME)).toBe(false);
    });
});

describe('helper: idle', () => {
    let polkit: FakePolkit;
    beforeAll(async () => {
        polkit = await FakePolkit.start();
        polkit.allow();
    });
    afterAll(() => polkit.stop());

    it('ends when nobody has asked anything for a while', async () => {
        const helper = await startHelper('helperOnFakes', 300);
        expect(await helper.wait()).toBe(0);
        expect(ownerOf(HELPER_BUS_NAME)).toBe(false);
    });

    it('stays as long as it is asked, and while an answer is due', async () => {
        const helper = await startHelper('helperOnFakes', 600);
        const caller = new Caller();
        for (let round = 0; round < 8; round++) {
            await caller.call('Files', []);
            await pause(150);
        }
        polkit.delayMs = 700;
        expect(await caller.errorOf('GuardStatus', [])).toBe('none');
        polkit.delayMs = 0;
        expect(helper.running).toBe(true);
        expect(await helper.wait()).toBe(0);
        caller.close();
    });

    it('answers a call that comes as it ends, or leaves it to the next', async () => {
        for (let round = 0; round < 5; round++) {
            const helper = await startHelper('helperOnFakes', 150);
            const caller = new Caller();
            const calls: Promise<string>[] = [];
            for (let call = 0; call < 40; call++) {
                calls.push(caller.errorOf('Files', []));
                await pause(call < 2 ? 5 : 145 + round);
                if (!helper.running) break;
                if (call > 4) break;
            }
            // Nothing is lost: what was not answered was never delivered.
            for (const result of await Promise.all(calls))
                expect(['none', 'ServiceUnknown']).toContain(result);
            caller.close();
            expect(await helper.wait()).toBe(0);
        }
    });
});

describe('helper: the program itself', () => {
    it('looks at this machine, whatever its environment says', async () => {
        const helper = await startHelper('realHelper', 0, {
            HANDOVER_ROOT: '/tmp',
            SYSFS: '/tmp',
            XDG_DATA_DIRS: '/tmp',
            HOME: '/tmp',
        });
        const caller = new Caller();
        expect(await caller.property('Version')).toBe(VERSION);
        expect(await caller.errorOf('Take', ['ffff:ff:1f.7'])).toBe('NoSuchDevice');
        expect(await caller.errorOf('Take', ['0000:00:00.0'])).toMatch(/^(NotACard|NoSuchDevice)$/);
        helper.signal(15);
        expect(await helper.wait()).toBe(0);
        expect(helper.log()).not.toContain('JS ERROR');
        caller.close();
    });
});
