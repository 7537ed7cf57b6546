// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {HELPER_BUS_NAME} from '../../shared/names.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {waitFor} from '../harness/deadline.js';
import {type Outcome, RunningProgram} from '../harness/program.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {Caller, ownerOf} from '../helper/helperProcess.js';
import {testDriver} from '../libvirt/testDriver.js';
import {defineHostdevMachine} from '../fakes/hostdevMachine.js';
import {callBus} from '../harness/bus.js';
import {handover, json, jsonError} from './handover.js';

const TEST = ['--host', 'test'];
const CARD = '0000:05:00.0';
const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;

interface Plan {
    card: {address: string};
    machine: string | null;
    ready: boolean;
    applied: boolean;
    checks: {id: string; status: string; needed: boolean; fix: string}[];
    changes: {kind: string; text: string}[];
    obstacles: string[];
    files: string[];
    afterwards: string[];
}

async function xmlOf(name: string): Promise<string> {
    const [path] = await callBus(CONNECT, 'DomainLookupByName', new GLib.Variant('(s)', [name]));
    const domain = ['org.libvirt', String(path), 'org.libvirt.Domain'] as const;
    return String((await callBus(domain, 'GetXMLDesc', new GLib.Variant('(u)', [3])))[0]);
}

describe('handover setup gpu, without a helper', () => {
    afterEach(() => testDriver.clear());

    function setUp(fake: FakePciTree, ...args: string[]): Promise<Outcome> {
        return handover(['setup', 'gpu', ...TEST, ...args], {env: {HANDOVER_SYSROOT: fake.folder}});
    }

    it('says what is missing, and changes nothing', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {code, out, err} = await setUp(fake, '--yes');
        expect(code).toBe(3);
        expect(out).toContain('0000:03:00.0');
        expect(out).toMatch(/OK +IOMMU: On, 2 groups/);
        expect(out).toMatch(/No +Helper: It is not installed/);
        expect(err).toContain('Helper: It is not installed');
        expect(err).toContain('Install Handover for the whole system');
        expect(err).toContain('Nothing was changed.');
    });

    for (const [what, make, code, words] of [
        ['no card', () => new FakePciTree(), 3, 'sees no graphics card'],
        ['one card', () => new FakePciTree().intelGraphics(), 3, 'is the only card'],
        ['no IOMMU', () => new FakePciTree().withoutIommu().intelGraphics().amdCard(), 1, 'VT-d'],
        ['a stranger', () => new FakePciTree().intelGraphics().amdCard().stranger('15'), 1, 'another slot'],
    ] as const)
        it(`has a sentence for ${what}`, async () => {
            const fake = make();
            for (const args of [['--check'], ['--yes'], ['--json']]) {
                const outcome = await setUp(fake, ...args);
                expect(outcome.code).withContext(args.join()).toBe(code);
                expect(outcome.err).toContain(words);
            }
        });

    it('asks which card, and knows no other', async () => {
        const two = new FakePciTree().intelGraphics().amdCard().nvidiaCard();
        expect((await setUp(two)).err).toContain('0000:01:00.0');
        expect((await setUp(two, '--card', '99:00.0', '--json')).code).toBe(3);
        expect((await setUp(two, '--card', '', '--json')).code).toBe(2);
        const desktop = await setUp(two, '--card', '00:02.0', '--check');
        expect(desktop.code).toBe(1);
        expect(desktop.err).toContain('The firmware shows its picture on this card');
    });

    it('knows no other machine', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {code, err} = await setUp(fake, '--machine', 'nothing', '--json');
        expect(code).toBe(3);
        expect(jsonError(err)['kind']).toBe('no-such-machine');
    });
});

describe('handover setup gpu', () => {
    let polkit: FakePolkit;
    let helper: RunningProgram;
    let caller: Caller;
    let facts: Record<string, string>;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });

    beforeEach(async () => {
        polkit.allow();
        helper = new RunningProgram(['gjs', '-m', '/src/build/tests/cli/programs/helperOnFakes.js', '60000']);
        await waitFor('the helper', () => ownerOf(HELPER_BUS_NAME));
        caller = new Caller();
        facts = (await caller.control('Facts', []))[0];
        await testDriver.define('win');
    });

    afterEach(async () => {
        caller.close();
        await helper.stop();
        await testDriver.clear();
    });
    afterAll(() => polkit.stop());

    function setUp(...args: string[]): Promise<Outcome> {
        const folder = GLib.path_get_dirname(facts['sys']!);
        return handover(['setup', 'gpu', ...TEST, '--card', CARD, ...args], {
            env: {HANDOVER_SYSROOT: folder},
        });
    }

    const files = async (): Promise<string[]> => (await caller.call('Files', []))[0];

    it('shows what it would do, and does nothing unasked', async () => {
        const before = await xmlOf('win');
        const shown = await setUp('--machine', 'win', '--check');
        expect(shown.code).toBe(1);
        expect(shown.out).toContain('• Give win 1 function of the card: 0000:05:00.0');
        expect(shown.out).toContain('→ Set the card up');
        expect(shown.err).toContain('is not set up');
        const plan = json<Plan>((await setUp('--machine', 'win', '--json')).out);
        expect(plan.changes.map(({kind}) => kind)).toEqual(['rule', 'guard', 'devices']);
        expect(plan).toEqual(
            jasmine.objectContaining({machine: 'win', ready: false, applied: false, obstacles: []}),
        );
        expect(plan.checks.find(({id}) => id === 'guard')).toEqual(
            jasmine.objectContaining({status: 'failed', needed: true}),
        );
        const silent = await setUp('--machine', 'win');
        expect(silent.code).toBe(2);
        expect(silent.err).toContain('--yes');
        expect(await files()).toEqual([]);
        expect(await xmlOf('win')).toBe(before);
    });

    it('sets up, lists what it wrote, and takes it back', async () => {
        const before = await xmlOf('win');
        const {code, out, err} = await setUp('--machine', 'win', '--yes', '--json');
        expect({code, err}).toEqual({code: 0, err: ''});
        const done = json<Plan>(out);
        expect(done.applied).toBeTrue();
        expect(done.files).toEqual([
            `${facts['etc']}/libvirt/hooks/qemu.d/handover-guard`,
            `${facts['etc']}/udev/rules.d/61-handover-1002-73bf-1002-0e3a.rules`,
        ]);
        expect(done.files).toEqual(await files());
        expect(await xmlOf('win')).toMatch(
            /<address domain='0x0000' bus='0x05' slot='0x00' function='0x0'\/>/,
        );

        // Found by itself now, since it is the only machine that has the card.
        const again = await setUp('--check');
        expect(again.out).toContain('Card in win: The machine has all of it');
        expect(again.code).toBe(0);
        expect((await setUp('--yes')).out).toContain('is set up.');

        const shown = await setUp('--undo', '--check');
        expect(shown.out).toMatch(/• Take 1 function .* out of win/);
        expect(await files()).not.toEqual([]);
        const undone = await setUp('--undo', '--yes');
        expect({code: undone.code, err: undone.err}).toEqual({code: 0, err: ''});
        expect(await files()).toEqual([]);
        expect(await xmlOf('win')).toBe(before);
        expect((await setUp('--undo', '--yes')).out).toContain('Nothing is there to be taken back.');
    });

    it('changes nothing when the password is not given', async () => {
        polkit.verdicts['set-up'] = 'no';
        const before = await xmlOf('win');
        const {code, err} = await setUp('--machine', 'win', '--yes', '--json');
        expect(code).toBe(5);
        expect(jsonError(err)['kind']).toBe('helper-denied');
        expect(await files()).toEqual([]);
        expect(await xmlOf('win')).toBe(before);
    });

    it('says that a machine names what is not there', async () => {
        await defineHostdevMachine('old', '0000:77:00.0');
        const {out} = await setUp('--machine', 'old', '--check');
        expect(out).toContain('0000:77:00.0');
        expect(out).toContain('will not start like this');
    });

    it('takes a ROM only from a file that is one', async () => {
        const {code, err} = await setUp('--machine', 'win', '--yes', '--rom', '/etc/passwd');
        expect(code).toBe(1);
        expect(err).toContain('Nothing was changed.');
        expect(await files()).toEqual([]);
    });
});
