// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HelperClient, isOlderVersion} from '../../shared/gpu/helperClient.js';
import {HELPER_BUS_NAME, VERSION} from '../../shared/names.js';
import {rivalNote} from '../../shared/problems/rivalNote.js';
import {Bus} from '../../shared/platform/bus.js';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {FakePolkit} from './fakePolkit.js';
import {connect, ownerOf, startHelper} from './helperProcess.js';

const CARD = '0000:03:00.0';

describe('helper: its client', () => {
    it('takes a card, follows it and gives it back', async () => {
        const polkit = await FakePolkit.start();
        polkit.allow();
        const helper = await startHelper('helperOnFakes');
        const client = new HelperClient(await Bus.open('system'));
        const seen: string[] = [];
        const unfollow = client.follow(
            ({direction, step, number}) => seen.push(`${direction} ${number} ${step}`),
            (address, direction, {kind}) => seen.push(`${address} ${direction} ${kind}`),
        );
        expect(await client.version()).toBe(VERSION);
        expect(await client.isOld()).toBe(false);
        expect((await client.holders(CARD)).processes).toEqual([]);
        expect((await client.holders(CARD)).rivals).toEqual([]);
        const rival = connect();
        const name = 'org.supergfxctl.Daemon';
        Gio.bus_own_name_on_connection(rival, name, Gio.BusNameOwnerFlags.NONE, null, null);
        await waitFor('the rival', () => ownerOf(name));
        const {rivals = []} = await client.holders(CARD);
        expect(rivals.map(rivalNote)).toEqual([
            jasmine.objectContaining({
                title: jasmine.stringContaining(' moves graphics cards, too'),
                command: 'sudo systemctl disable --now supergfxd.service',
            }),
        ]);
        rival.close_sync(null);
        expect((await client.take(CARD)).kind).toBe('done');
        expect((await client.giveBack(CARD)).kind).toBe('done');
        expect((await client.forceBack(CARD, 'return')).kind).toBe('done');
        expect(polkit.checks.at(-1)?.interactive).toBe(true);
        expect(seen[0]).toMatch(/^take 1 /);
        expect(seen).toContain(`${CARD} take done`);
        expect(seen).toContain(`${CARD} return done`);
        expect(await client.cancel()).toBe(false);
        expect((await client.journal()).map(({direction}) => direction)).toEqual([
            'force-back',
            'return',
            'take',
        ]);
        await client.installGuard();
        await client.installIgnoreRule(CARD);
        expect(await client.guardStatus()).toBe('installed');
        expect((await client.files()).length).toBe(2);
        await client.removeIgnoreRule(CARD);
        await client.removeGuard();
        expect(await client.files()).toEqual([]);
        unfollow();
        await helper.stop();
        polkit.stop();
    });
});

describe('helper: its version', () => {
    it('is compared by its numbers', () => {
        for (const [one, other, older] of [
            ['0.1.0', '0.1.0', false],
            ['0.9.0', '0.10.0', true],
            ['0.10.0', '0.9.9', false],
            ['1.0.0', '0.9.9', false],
            ['0.1', '0.1.0', false],
            ['0.1', '0.1.1', true],
            ['', '0.1.0', true],
            ['undefined', '0.1.0', true],
        ] as const)
            expect(isOlderVersion(one, other)).withContext(`${one} ${other}`).toBe(older);
    });
});

describe('helper: its policy of the bus', () => {
    it('lets nobody but root be the helper', async () => {
        const [, bytes] = GLib.file_get_contents('/src/data/helper/helper.conf.in');
        const policy = new TextDecoder().decode(bytes).replaceAll('@HELPER_BUS_NAME@', HELPER_BUS_NAME);
        const folder = temporaryDirectory('policy');
        GLib.file_set_contents(`${folder}/helper.conf`, policy);
        GLib.file_set_contents(
            `${folder}/bus.conf`,
            `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path=${folder}/socket</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><deny own="*"/><deny send_type="method_call"/>
<allow send_destination="org.freedesktop.DBus"/><allow receive_type="method_return"/>
<allow receive_type="error"/><allow receive_type="signal"/></policy><include>${folder}/helper.conf</include></busconfig>`,
        );
        const daemon = new RunningProgram([
            'dbus-daemon',
            `--config-file=${folder}/bus.conf`,
            '--nofork',
            '--nopidfile',
        ]);
        await waitFor('the bus', () => Gio.File.new_for_path(`${folder}/socket`).query_exists(null));
        const bus = `--address=unix:path=${folder}/socket`;
        const own = await runProgram([
            'gdbus',
            'call',
            bus,
            '--dest',
            'org.freedesktop.DBus',
            '--object-path',
            '/org/freedesktop/DBus',
            '--method',
            'org.freedesktop.DBus.RequestName',
            HELPER_BUS_NAME,
            '4',
        ]);
        expect(own.err).toContain('AccessDenied');
        await daemon.stop();
        expect(daemon.log()).toBe('');
    });
});
