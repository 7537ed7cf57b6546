// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {Guest} from '../harness/guest.js';
import {type Outcome, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {handover, json, jsonError} from './handover.js';

describe('handover health --add and --undo', () => {
    const virsh = new VirshClient();
    let env: Record<string, string>;

    beforeEach(() => {
        jasmine.DEFAULT_TIMEOUT_INTERVAL = 120_000;
        env = {XDG_STATE_HOME: temporaryDirectory('state')};
    });
    afterEach(() => virsh.removeAll());

    const health = (args: string[]): Promise<Outcome> =>
        handover(['health', '--host', 'session', ...args], {env});

    it('adds what a machine lacks, and takes it back, whatever else has changed', async () => {
        const guest = new Guest({name: 'mute', agent: false});
        await virsh.define(guest.xml);
        const kept = (): Promise<string> => virsh.run(['dumpxml', '--inactive', '--security-info', 'mute']);
        const before = await kept();
        const silent = await health(['--add', 'heartbeat', 'mute']);
        expect(silent.code).toBe(2);
        const plan = await health(['--add', 'heartbeat', '--json', 'mute']);
        expect({code: plan.code, err: plan.err}).toEqual({code: 0, err: ''});
        expect(json(plan.out)).toEqual(
            jasmine.objectContaining({action: 'add', row: 'heartbeat', applied: false}),
        );
        expect(await kept()).toBe(before);

        const added = await health(['--add', 'heartbeat', '--yes', 'mute']);
        expect({code: added.code, err: added.err}).toEqual({code: 0, err: ''});
        expect(added.out).toBe(
            'This would be done:\n  • Give the machine a channel for the guest agent\nIt is added.\n' +
                'To undo it: handover health session/mute --undo\n',
        );
        expect(await kept()).toContain("name='org.qemu.guest_agent.0'");
        const balloon = await health(['--add', 'balloon', '--yes', '--json', 'mute']);
        expect(json(balloon.out)).toEqual(
            jasmine.objectContaining({applied: true, changed: true, needsRestart: false}),
        );
        expect(await kept()).toMatch(/<memballoon model='virtio'>\s*<stats period='5'\/>/);
        expect((await health(['--add', 'heartbeat', '--yes', 'mute'])).out).toMatch(
            /Not measured +Heartbeat: The guest does not run\.\nThere is nothing to be added to the definition\.\n$/,
        );

        await virsh.run(['desc', 'mute', '--config', 'Changed', 'since']);
        expect((await health(['--undo', '--yes', 'mute'])).out).toBe(
            'What mute was given for “balloon” would be taken back.\nIt is taken back.\n',
        );
        expect(await kept()).toContain("<memballoon model='none'/>");
        expect((await health(['--undo', '--yes', 'mute'])).code).toBe(0);
        const now = (await kept()).replace(/ *<description>.*<\/description>\n/, '');
        expect(now).toBe(before);
        expect((await health(['--undo', '--yes', 'mute'])).err).toBe(
            'Nothing was added that could be taken back.\n',
        );
    });

    it('leaves alone what somebody has changed since', async () => {
        await virsh.define(new Guest({name: 'mute', agent: false}).xml);
        await health(['--add', 'heartbeat', '--yes', 'mute']);
        const kept = await virsh.run(['dumpxml', '--inactive', 'mute']);
        const edited = kept.replace(
            /<target type='virtio' name='org.qemu.guest_agent.0'\/>/,
            "<target type='virtio' name='other'/>",
        );
        await virsh.define(edited);
        const before = await virsh.run(['dumpxml', '--inactive', 'mute']);
        const {code, err} = await health(['--undo', '--yes', '--json', 'mute']);
        expect(code).toBe(1);
        expect(jsonError(err)['kind']).toBe('part-changed');
        expect(await virsh.run(['dumpxml', '--inactive', 'mute'])).toBe(before);
    });

    it('says of one that runs that it has it after its next start', async () => {
        const guest = new Guest({name: 'web'});
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
        const {code, out} = await health(['--add', 'balloon', '--yes', 'web']);
        expect(code).toBe(0);
        expect(out).toContain('\nweb runs: that holds once it was shut down and started again.\n');
        const again = await health(['--add', 'balloon', '--yes', 'web']);
        expect(again.out).toContain('\nThe definition has it already.\nweb runs: ');
        const waiting = /At next start +Memory balloon: .*\n +→ It has been added, and comes with/;
        expect(again.out).toMatch(waiting);
        const told = await health(['--add', 'balloon', '--yes', '--json', 'web']);
        expect(json(told.out)).toEqual(
            jasmine.objectContaining({applied: true, changed: false, needsRestart: true}),
        );
        const shown = await health(['web']);
        expect(shown.out).toMatch(waiting);
        expect(shown.out).not.toContain('--add balloon');
    });

    it('asks on a terminal', async () => {
        await virsh.define(new Guest({name: 'mute', agent: false}).xml);
        const onTerminal = (answer: string): Promise<Outcome> =>
            runProgram(['script', '-qec', 'handover health --add heartbeat session/mute', '/dev/null'], {
                env: {...env, TERM: 'xterm'},
                input: `${answer}\n`,
            });
        const no = await onTerminal('n');
        expect(no.code).toBe(1);
        expect(no.out).toContain('Change the definition of mute? [y/N]');
        expect(await virsh.run(['dumpxml', 'mute'])).not.toContain('guest_agent');
        expect((await onTerminal('y')).code).toBe(0);
        expect(await virsh.run(['dumpxml', 'mute'])).toContain('guest_agent');
    });

    it('wants to know which folder is to be shared', async () => {
        await virsh.define(new Guest({name: 'mute'}).xml);
        const {code, out, err} = await health(['--add', 'shared-folders', '--yes', 'mute']);
        expect({code, out}).toEqual({code: 2, out: ''});
        expect(err).toContain('“--add shared-folders” wants the folder, with “--folder”.');
    });

    it('shares a folder, and takes it back', async () => {
        await virsh.define(new Guest({name: 'mute'}).xml);
        const kept = (): Promise<string> => virsh.run(['dumpxml', '--inactive', 'mute']);
        const before = await kept();
        const folder = `${temporaryDirectory('shared')}/My games & more`;
        GLib.mkdir_with_parents(folder, 0o755);
        const shown = await health(['mute']);
        expect(shown.out).toContain('--add shared-folders --folder FOLDER\n');
        const add = ['--add', 'shared-folders', '--yes', 'mute', '--folder'];
        const added = await health([...add, folder]);
        expect({code: added.code, err: added.err}).toEqual({code: 0, err: ''});
        expect(added.out).toContain('mount -t virtiofs My-games-more /mnt\n');
        expect(await kept()).toMatch(
            /<filesystem type='mount' accessmode='passthrough'>\s*<driver type='virtiofs'\/>\s*<source dir='[^']*\/My games &amp; more'\/>\s*<target dir='My-games-more'\/>/,
        );
        expect((await health(['--undo', '--yes', 'mute'])).code).toBe(0);
        expect(await kept()).toBe(before);
        expect((await health([...add, '/nowhere'])).code).toBe(2);
        expect((await health(['--add', 'balloon', '--folder', '/tmp', 'mute'])).code).toBe(2);
    });
});
