// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {FakePciTree} from '../fakes/fakePciTree.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {FakePolkit} from '../helper/fakePolkit.js';
import {connect, ownerOf} from '../helper/helperProcess.js';
import {handover, json, jsonError} from './handover.js';
import {HelperMachine} from './helperMachine.js';

const {card: CARD} = HelperMachine;
const TEST = ['--host', 'test'];

describe('handover gpu with the helper', () => {
    let polkit: FakePolkit;
    let machine: HelperMachine;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
    });
    beforeEach(async () => {
        polkit.allow();
        machine = await HelperMachine.start();
    });
    afterEach(() => machine.stop());
    afterAll(() => polkit.stop());

    describe('status', () => {
        interface Card {
            address: string;
            holders: {name: string}[];
            uninspected: number;
            rivals: {name: string; unit: string}[] | null;
        }
        /** The same cards as the user sees them: a process that they cannot look into may hold any of them. */
        const seenAlone = (): FakePciTree => {
            const fake = new FakePciTree().intelGraphics().amdCard();
            fake.processes.start({comm: 'secret', closed: true});
            return fake;
        };
        const status = async (fake: FakePciTree, ...args: string[]): Promise<Card> => {
            const {code, out, err} = await handover(['gpu', 'status', '--json', ...TEST, ...args], {
                env: {HANDOVER_SYSROOT: fake.folder},
            });
            expect({code, err}).toEqual({code: 0, err: ''});
            return json<Card[]>(out).find(({address}) => address === CARD)!;
        };

        it('shows the holders of all users where that needs no password', async () => {
            await machine.hold('blender');
            const card = await status(seenAlone());
            expect(card.holders.map(({name}) => name)).toEqual(['blender']);
            expect(card.uninspected).toBe(0);
            // Nobody was asked for anything.
            expect(polkit.checks.every(({interactive}) => !interactive)).toBeTrue();
        });

        it('shows its own view, and how much that leaves out, where it would need one', async () => {
            await machine.hold('blender');
            const fake = seenAlone();
            polkit.verdicts = {look: 'challenge'};
            expect(await status(fake)).toEqual(jasmine.objectContaining({holders: [], uninspected: 1}));
            polkit.verdicts = {look: 'no'};
            expect((await status(fake)).uninspected).toBe(1);
            const {out} = await handover(['gpu', 'status', ...TEST, CARD], {
                env: {HANDOVER_SYSROOT: fake.folder},
            });
            expect(out).toContain('1 process could not be inspected');
            expect(out).not.toContain('00:02.0');
        });

        it('names another program that moves cards', async () => {
            expect((await status(seenAlone())).rivals).toEqual([]);
            const rival = connect();
            const name = 'org.supergfxctl.Daemon';
            Gio.bus_own_name_on_connection(rival, name, Gio.BusNameOwnerFlags.NONE, null, null);
            await waitFor('the rival', () => ownerOf(name));
            const fake = seenAlone();
            expect((await status(fake)).rivals).toEqual([{name: 'supergfxd', unit: 'supergfxd.service'}]);
            const {out} = await handover(['gpu', 'status', ...TEST], {env: {HANDOVER_SYSROOT: fake.folder}});
            expect(out).toMatch(
                /\nsupergfxd moves graphics cards, too\. .*\n {2}sudo systemctl disable --now supergfxd\.service\n$/,
            );
            expect(out.split('moves graphics cards, too').length).toBe(2);
            rival.close_sync(null);
        });

        it('does not wait for a polkit that says nothing', async () => {
            polkit.verdicts = {look: 'silence'};
            const began = Date.now();
            expect((await status(seenAlone())).uninspected).toBe(1);
            expect(Date.now() - began).toBeLessThan(8000);
        });

        it('does not trouble the helper when the user sees everything', async () => {
            const {rivals} = await status(new FakePciTree().intelGraphics().amdCard());
            expect(rivals).toBeNull();
            expect(polkit.checks.length).toBe(0);
        });
    });

    describe('journal', () => {
        it('tells what was done, the newest first', async () => {
            const none = await machine.run(['gpu', 'journal']);
            expect(none).toEqual({code: 0, out: '', err: 'No card has been handed over yet.\n'});
            expect((await machine.run(['gpu', 'journal', '--json'])).out).toBe('[]\n');
            await machine.run(['gpu', 'take', CARD]);
            await machine.run(['gpu', 'return', CARD]);
            await machine.hold('blender');
            await machine.run(['gpu', 'take', CARD]);
            const {out, err} = await machine.run(['gpu', 'journal', '--json']);
            expect(err).toBe('');
            const entries = json<Record<string, unknown>[]>(out);
            expect(entries.map(({direction, result}) => `${String(direction)} ${String(result)}`)).toEqual([
                'take refused',
                'return done',
                'take done',
            ]);
            expect(entries[2]).toEqual({
                time: jasmine.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
                address: CARD,
                direction: 'take',
                by: 'uid 1000',
                ms: jasmine.any(Number),
                result: 'done',
                steps: jasmine.any(Array),
                problem: null,
            });
            const text = await machine.run(['gpu', 'journal']);
            expect(text.code).toBe(0);
            expect(text.out.split('\n')[0]).toMatch(/^When +Card +What +Result +Took +Asked by$/);
            expect(text.out).toMatch(
                /^\d{4}-\d\d-\d\d [\d:]+ +AMD .*\(0000:03:00\.0\) +Return to Linux +Done +(\d+\.\d s|\d+ ms) +tester$/m,
            );
            expect(text.out).not.toContain('Not moved');
            expect((await machine.run(['gpu', 'journal', '--verbose'])).out).toMatch(
                /Refused: Not moved: held/,
            );
            expect(json<unknown[]>((await machine.run(['gpu', 'journal', '--json', '04:00.0'])).out)).toEqual(
                [],
            );
            // A card that is no more may have a past.
            expect((await machine.run(['gpu', 'journal', '7f:00.0'])).code).toBe(0);
        });
    });

    describe('the password', () => {
        /** A pkttyagent that writes down how it was called and that it was ended. */
        function agent(): {path: string; log: () => string} {
            const folder = temporaryDirectory('agent');
            const script = `#!/bin/sh
echo "$PPID $*" >> '${folder}/log'
trap 'echo ended >> "${folder}/log"; exit 0' TERM
trap '' HUP INT
exec 1>&-
while :; do sleep 0.05; done
`;
            GLib.file_set_contents(`${folder}/pkttyagent`, script);
            GLib.chmod(`${folder}/pkttyagent`, 0o755);
            GLib.file_set_contents(`${folder}/log`, '');
            return {
                path: `${folder}:${GLib.getenv('PATH') ?? ''}`,
                log: () => new TextDecoder().decode(GLib.file_get_contents(`${folder}/log`)[1]),
            };
        }
        const onTerminal = (line: string, path: string) =>
            runProgram(['script', '-qec', `handover gpu ${line}`, '/dev/null'], {
                env: {...machine.env, TERM: 'xterm', PATH: path},
            });

        it('is asked for on the terminal by an agent that ends with us', async () => {
            const {path, log} = agent();
            expect((await onTerminal(`take ${CARD}`, path)).code).toBe(0);
            await waitFor('its end', () => log().endsWith('ended\n'));
            const [, parent, asked] = /^(\d+) --process (\d+) --notify-fd 1 --fallback\nended\n$/.exec(
                log(),
            )!;
            expect(asked).toBe(parent);
            expect(polkit.checks.at(-1)?.interactive).toBeTrue();
        });

        it('is not asked for where there is no terminal, or nothing to allow', async () => {
            const {path, log} = agent();
            expect((await machine.run(['gpu', 'take', CARD], {env: {PATH: path}})).code).toBe(0);
            expect((await onTerminal(`status ${TEST.join(' ')}`, path)).code).toBe(0);
            expect((await onTerminal('return voodoo', path)).code).toBe(3);
            expect(log()).toBe('');
        });

        it('leaves no agent behind when it fails or is interrupted', async () => {
            const {path, log} = agent();
            polkit.verdicts = {};
            expect((await onTerminal(`take ${CARD}`, path)).code).toBe(5);
            await waitFor('its end', () => log().endsWith('ended\n'));
            polkit.verdicts = {'hand-over': 'silence'};
            const run = new RunningProgram(
                ['script', '-qec', `exec handover gpu take ${CARD}`, '/dev/null'],
                {
                    env: {...machine.env, TERM: 'xterm', PATH: path},
                },
            );
            await waitFor('the agent', () => log().split('\n').length > 3);
            const pid = Number(/^(\d+) .*\n$/m.exec(log().split('ended\n')[1] ?? '')?.[1]);
            await runProgram(['kill', '-INT', String(pid)]);
            await runProgram(['kill', '-INT', String(pid)]);
            await waitFor('its end', () => log().endsWith('ended\n'));
            await run.wait();
        });

        it('is not needed where pkttyagent is not installed', async () => {
            const bin = `${GLib.getenv('HANDOVER_PREFIX')}/bin`;
            const folder = temporaryDirectory('bin');
            for (const name of ['gjs', 'sh', 'find', 'grep', 'env', 'script'])
                await runProgram(['ln', '-s', GLib.find_program_in_path(name)!, `${folder}/${name}`]);
            expect((await onTerminal(`take ${CARD}`, `${bin}:${folder}`)).code).toBe(0);
            polkit.verdicts = {};
            expect((await onTerminal(`return ${CARD}`, `${bin}:${folder}`)).code).toBe(5);
        });
    });

    it('says what to do where the helper is not installed', async () => {
        await machine.helper.stop();
        for (const args of [['take', CARD], ['return', CARD], ['force-back', '--yes', CARD], ['journal']]) {
            const {code, err} = await machine.run(['gpu', ...args, '--json']);
            expect([args[0], code]).toEqual([args[0], 3]);
            expect(jsonError(err)['kind']).toBe('helper-missing');
        }
    });
});
