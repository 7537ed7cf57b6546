// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {waitFor} from '../harness/deadline.js';
import {type Outcome, type ProgramOptions, RunningProgram, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {handover, json, jsonError} from './handover.js';
import {HelperMachine} from './helperMachine.js';

interface Fixed {
    id: string;
    applied: boolean;
    actions: {kind: string; text: string; card?: string}[];
    findings: {id: string; status: string; about: string | null; action: object | null}[];
}

const CARD = HelperMachine.card;

describe('handover doctor --fix', () => {
    let polkit: FakePolkit;
    let machine: HelperMachine;
    let env: Record<string, string>;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });
    beforeEach(async () => {
        polkit.allow();
        machine = await HelperMachine.start();
        env = {XDG_STATE_HOME: temporaryDirectory('state')};
    });
    afterEach(() => machine.stop());
    afterAll(() => polkit.stop());

    const doctor = (args: string[], options: ProgramOptions = {}): Promise<Outcome> =>
        machine.run(['doctor', '--host', 'test', ...args], {...options, env: {...env, ...options.env}});
    const files = async (): Promise<string[]> => (await machine.caller.call('Files', []))[0];
    const failed = async (): Promise<string[]> => {
        const {out} = await doctor(['--json']);
        return json<{id: string; status: string}[]>(out)
            .filter(({status}) => status === 'failed')
            .map(({id}) => id);
    };

    it('mends a missing guard, looks again, and undoes it', async () => {
        expect(await failed()).toContain('guard');
        const shown = await doctor(['--id', 'guard']);
        expect(shown.code).toBe(1);
        expect(shown.out).toContain('→ Handover can do it: handover doctor --fix guard\n');

        const mended = await doctor(['--fix', 'guard', '--yes']);
        expect({code: mended.code, err: mended.err}).toEqual({code: 0, err: ''});
        expect(mended.out).toContain('This would be done:\n  • Install the guard. ');
        expect(mended.out).toContain('\nThe guard is installed.\n\nAll is well\n');
        expect(mended.out).toMatch(/\nTo undo it: handover doctor --fix guard --undo\n$/);
        expect(await files()).toEqual([`${machine.folder}/etc/libvirt/hooks/qemu.d/handover-guard`]);
        expect(await failed()).not.toContain('guard');
        expect((await doctor(['--fix', 'guard', '--yes'])).out).toContain('There is nothing to be mended.');

        const undone = await doctor(['--fix', 'guard', '--undo', '--yes']);
        expect({code: undone.code, err: undone.err}).toEqual({code: 0, err: ''});
        expect(undone.out).toContain('\nThe guard was removed.\n');
        expect(await files()).toEqual([]);
        expect(await failed()).toContain('guard');
        expect((await doctor(['--fix', 'guard', '--undo', '--yes'])).err).toBe(
            'Nothing was done about this that could be undone.\n',
        );
    });

    it('tells a program the same, and does nothing unless it says yes', async () => {
        const looked = await doctor(['--fix', 'guard', '--json']);
        expect({code: looked.code, err: looked.err}).toEqual({code: 1, err: ''});
        const plan = json<Fixed>(looked.out);
        expect(plan).toEqual(jasmine.objectContaining({id: 'guard', applied: false}));
        expect(plan.actions).toEqual([{kind: 'install-guard', text: jasmine.stringContaining('hooks')}]);
        expect(await files()).toEqual([]);
        const mended = await doctor(['--fix', 'guard', '--json', '--yes']);
        expect({code: mended.code, err: mended.err}).toEqual({code: 0, err: ''});
        expect(json<Fixed>(mended.out)).toEqual(
            jasmine.objectContaining({
                applied: true,
                findings: [jasmine.objectContaining({id: 'guard', status: 'ok', action: null})],
            }),
        );
        const undone = await doctor(['--fix', 'guard', '--undo', '--json', '--yes']);
        expect(undone.code).toBe(0);
        expect(json<Fixed>(undone.out).actions.map(({kind}) => kind)).toEqual(['remove-guard']);
        expect(await files()).toEqual([]);
    });

    it('asks on a terminal, and does nothing where nobody can be asked', async () => {
        const silent = await doctor(['--fix', 'guard']);
        expect(silent.code).toBe(2);
        expect(silent.err).toContain('Give “--yes”');
        const onTerminal = (answer: string): Promise<Outcome> =>
            runProgram(['script', '-qec', 'handover doctor --host test --fix guard', '/dev/null'], {
                env: {...env, ...machine.env, TERM: 'xterm'},
                input: `${answer}\n`,
            });
        const no = await onTerminal('n');
        expect(no.code).toBe(1);
        expect(no.out).toContain('Do it? [y/N]');
        expect(no.out).toContain('Nothing was changed.');
        expect(await files()).toEqual([]);
        expect((await onTerminal('y')).code).toBe(0);
        expect((await files()).length).toBe(1);
    });

    it('changes nothing without permission', async () => {
        polkit.verdicts['set-up'] = 'no';
        const {code, err} = await doctor(['--fix', 'guard', '--yes', '--json']);
        expect(code).toBe(5);
        expect(jsonError(err)['kind']).toBe('helper-denied');
        expect(await files()).toEqual([]);
        expect((await doctor(['--fix', 'guard', '--undo', '--yes'])).out).toBe('');
    });

    it('ends the wait for a password when it is interrupted, or when the time is over', async () => {
        polkit.verdicts['set-up'] = 'silence';
        const args = ['doctor', '--host', 'test', '--fix', 'guard', '--yes'];
        const fixing = new RunningProgram(['handover', ...args], {env: {...env, ...machine.env}});
        await waitFor('the question', () => polkit.checks.some(({action}) => action.endsWith('.set-up')));
        expect(polkit.checks.find(({action}) => action.endsWith('.set-up'))?.interactive).toBeTrue();
        fixing.signal(2);
        expect(await fixing.wait()).toBe(130);
        expect(fixing.log()).toContain(
            'handover: Interrupted. The helper brings what it has begun to an end.',
        );
        const late = await doctor(['--fix', 'guard', '--yes', '--json', '--timeout', '1']);
        expect(late.code).toBe(7);
        expect(await files()).toEqual([]);
    });

    it('does for each card what its findings ask for, and says which it could not', async () => {
        const {code, out, err} = await doctor(['--fix', 'desktop-rule', '--json', '--yes']);
        // The helper leaves a card alone of which the kernel does not tell whether the firmware shows its picture on it.
        expect(code).toBe(1);
        expect(jsonError(err)['kind']).toBe('helper-failed');
        const fixed = json<Fixed>(out);
        expect(fixed.actions.map(({kind, card}) => `${kind} ${card}`)).toEqual([
            'install-rule 0000:03:00.0',
            'install-rule 0000:04:00.0',
            'install-rule 0000:05:00.0',
        ]);
        expect((await files()).length).toBe(3);
        expect(await failed()).toContain('desktop-rule');

        const undone = await doctor(['--fix', 'desktop-rule', '--undo', '--json', '--yes']);
        expect({code: undone.code, err: undone.err}).toEqual({code: 0, err: ''});
        expect(json<Fixed>(undone.out).actions.map(({kind, card}) => `${kind} ${card}`)).toEqual([
            'remove-rule 0000:05:00.0',
            'remove-rule 0000:04:00.0',
            'remove-rule 0000:03:00.0',
        ]);
        expect(await files()).toEqual([]);
    });

    it('gives a card back that Linux would lose, and finds nothing then', async () => {
        const override = `${machine.folder}/sys/bus/pci/devices/${CARD}/driver_override`;
        GLib.file_set_contents(override, 'vfio-pci\n');
        expect(await failed()).toContain('linux-lost-card');
        const {code, out} = await doctor(['--fix', 'linux-lost-card', '--yes']);
        expect(out).toContain(`${CARD} is bound to its Linux drivers again.`);
        expect(out).toContain('The card is back with Linux.');
        expect(code).toBe(0);
        expect(await failed()).not.toContain('linux-lost-card');
        expect(await machine.bindings()).toEqual(HelperMachine.onLinux);
    });
});

describe('what was mended', () => {
    it('is undone by another program, and not where the notes are no notes', async () => {
        const state = temporaryDirectory('state');
        GLib.mkdir_with_parents(`${state}/handover`, 0o700);
        GLib.file_set_contents(`${state}/handover/fixes.json`, '{"guard": [{"kind": "rm -rf /"}]}');
        const {code, out, err} = await handover(['doctor', '--fix', 'guard', '--undo', '--yes'], {
            env: {XDG_STATE_HOME: state},
        });
        expect({code, out}).toEqual({code: 0, out: ''});
        expect(err).toBe('Nothing was done about this that could be undone.\n');
    });
});
