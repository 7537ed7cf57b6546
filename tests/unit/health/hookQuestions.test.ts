// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {DESKTOP_QUESTIONS} from '../../../shared/health/doctor/desktopQuestions.js';
import {
    HOLDER_QUESTIONS,
    judgePollers,
    judgeUncounted,
} from '../../../shared/health/doctor/holderQuestions.js';
import {HOOK_QUESTIONS, judgeNeverRuns} from '../../../shared/health/doctor/hookQuestions.js';
import {NO_HOLDERS} from '../../../shared/gpu/holders/holders.js';
import type {FakePciTree} from '../../fakes/fakePciTree.js';
import {runProgram} from '../../harness/program.js';
import {drop, putFile, putFolder} from '../../fakes/pci/files.js';
import {AMD, AMD_RULE, factsOf} from '../setUp/pretended.js';
import {healthy, readyHelper} from './healthy.js';
import {type Ailment, statusOf} from './patients.js';

const QUESTIONS = [...HOOK_QUESTIONS, ...HOLDER_QUESTIONS];
const status = (id: string, fake: FakePciTree, ailment?: Ailment): Promise<string> =>
    statusOf(QUESTIONS, id, fake, ailment);

function hook(fake: FakePciTree, name: string, text: string, mode = 0o755): void {
    const path = `${fake.folder}/etc/libvirt/hooks/${name}`;
    putFile(path, text);
    GLib.chmod(path, mode);
}

describe('The doctor’s questions on hooks', () => {
    it('are answered where there are none', async () => {
        for (const {id} of HOOK_QUESTIONS)
            expect(await status(id, healthy()))
                .withContext(id)
                .toBe('ok');
    });

    it('and could not be, where libvirt’s folder is closed', async () => {
        const closed = healthy();
        const folder = `${closed.folder}/etc/libvirt/hooks/qemu.d`;
        putFolder(folder);
        GLib.chmod(folder, 0o000);
        for (const {id} of HOOK_QUESTIONS)
            expect(await status(id, closed))
                .withContext(id)
                .toBe('unknown');
        GLib.chmod(folder, 0o755);
    });

    it('and do not wait for who writes into a pipe in a hook’s place', async () => {
        const fake = healthy();
        const path = `${fake.folder}/etc/libvirt/hooks/qemu.d/pipe`;
        putFolder(GLib.path_get_dirname(path));
        await runProgram(['mkfifo', '-m', '755', path]);
        expect(await status('hook-not-run', fake)).toBe('ok');
        expect(await status('hook-asks-libvirt', fake)).toBe('unknown');
    });

    it('a hook that is not executable, or younger than the daemon', async () => {
        const fake = healthy();
        hook(fake, 'qemu.d/mine', '#!/bin/sh\n', 0o644);
        expect(await status('hook-not-run', fake)).toBe('failed');
        hook(fake, 'qemu.d/mine', '#!/bin/sh\n');
        expect(await status('hook-not-run', fake)).toBe('ok');
        const young = {
            path: '/etc/libvirt/hooks/qemu',
            kind: {
                is: 'read',
                value: {mode: 0o755, sizeBytes: 1, mayRead: true, mayWrite: true, changedAt: 200},
            },
            text: {is: 'read', value: ''},
        } as const;
        const facts = {
            folder: {is: 'absent'},
            main: young,
            more: [],
            daemonStartedAt: 100,
            guardIsTold: false,
        } as const;
        expect(judgeNeverRuns(facts)[0]?.status).toBe('unknown');
        expect(judgeNeverRuns({...facts, daemonStartedAt: 300})[0]?.status).toBe('ok');
        const guard = {...young, path: '/etc/libvirt/hooks/qemu.d/handover-guard'};
        expect(judgeNeverRuns({...facts, more: [guard]})[0]?.status).toBe('ok');
    });

    it('a hook that is run twice: by a dispatcher, or by a copy', async () => {
        const tools = healthy();
        hook(tools, 'qemu.d/win10', '#!/bin/sh\n');
        hook(tools, 'qemu', '#!/bin/bash\nfor f in hooks/qemu.d/"$1"/*; do "$f"; done\n');
        expect(await status('hook-twice', tools)).toBe('failed');
        const copy = healthy();
        hook(copy, 'qemu.d/handover-guard', '#!/bin/sh\n');
        hook(copy, 'qemu.d/handover-guard.bak', '#!/bin/sh\n');
        expect(await status('hook-twice', copy)).toBe('failed');
        hook(copy, 'qemu.d/handover-guard.bak', '#!/bin/sh\n', 0o644);
        expect(await status('hook-twice', copy)).toBe('ok');
    });

    it('a hook that moves cards beside the guard', async () => {
        const fake = healthy();
        hook(fake, 'qemu.d/passthrough', '#!/bin/sh\nmodprobe -r nvidia_drm\n');
        expect(await status('hook-moves-cards', fake)).toBe('ok');
        hook(fake, 'qemu.d/handover-guard', '#!/bin/sh\n');
        expect(await status('hook-moves-cards', fake)).toBe('failed');
        hook(fake, 'qemu.d/passthrough', '#!/bin/sh\n# modprobe -r nvidia_drm\n');
        expect(await status('hook-moves-cards', fake)).toBe('ok');
    });

    it('a hook that asks libvirt', async () => {
        const fake = healthy();
        hook(fake, 'qemu.d/mine', '#!/bin/sh\nvirsh nodedev-detach pci_0000_01_00_0\n');
        expect(await status('hook-asks-libvirt', fake)).toBe('failed');
        hook(fake, 'qemu.d/mine', '#!/bin/sh\n# virsh would hang here\necho virshlike\n');
        expect(await status('hook-asks-libvirt', fake)).toBe('ok');
        hook(fake, 'qemu.d/mine', '#!/bin/sh\n', 0o311);
        expect(await status('hook-asks-libvirt', fake)).toBe('unknown');
    });
});

describe('The doctor’s questions on holders', () => {
    it('those that other tools do not list', async () => {
        expect(await status('held-unlisted', healthy())).toBe('ok');
        const lights = healthy();
        lights.use(lights.processes.start({comm: 'openrgb'}), '/dev/i2c-2');
        expect(await status('held-unlisted', lights)).toBe('failed');
        expect(await status('pollers', lights)).toBe('ok');
        const game = healthy();
        game.use(game.processes.start({comm: 'game'}), '/dev/dri/card1');
        expect(await status('held-unlisted', game)).toBe('ok');
        const closed = healthy();
        closed.processes.start({comm: 'secret', uid: 0, closed: true});
        expect(await status('held-unlisted', closed)).toBe('unknown');
    });

    it('users that are no processes', async () => {
        expect(await status('held-without-process', healthy())).toBe('ok');
        const {card} = await factsOf(healthy(), AMD);
        const modules = [{name: 'nvidia_drm', references: 2, usedBy: []}];
        const judge = (more: Partial<typeof NO_HOLDERS>): string | undefined =>
            judgeUncounted({card, holders: {...NO_HOLDERS, ...more}})[0]?.status;
        expect(judge({modules})).toBe('failed');
        expect(judge({modules, uninspected: 3})).toBe('unknown');
        expect(judge({modules: [{name: 'nvidia', references: 2, usedBy: ['a', 'b']}]})).toBe('ok');
        expect(judge({consoles: [{framebuffer: 'fb0', console: 'vtcon1'}]})).toBe('failed');
    });

    it('a desktop that has the card in spite of the rule, from before it or since', async () => {
        const ask = (id: string, fake: FakePciTree, more: Ailment = {}): Promise<string> =>
            statusOf(DESKTOP_QUESTIONS, id, fake, {helper: readyHelper(), ...more});
        expect(await ask('desktop-now', healthy())).toBe('ok');
        expect(await ask('desktop-reopens', healthy())).toBe('ok');
        const held = healthy();
        held.use(held.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
        putFile(`${held.folder}${AMD_RULE}`, '');
        const booted = (ago: number): void =>
            putFile(`${held.root.proc}/stat`, `cpu 1\nbtime ${Math.floor(Date.now() / 1000) - ago}\n`);
        booted(3600);
        expect(await ask('desktop-now', held)).toBe('failed');
        expect(await ask('desktop-reopens', held)).toBe('');
        booted(-3600);
        expect(await ask('desktop-now', held)).toBe('');
        expect(await ask('desktop-reopens', held)).toBe('failed');
        // When it was started cannot be told: who logs in again mends it, or learns more.
        drop(`${held.root.proc}/stat`);
        expect(await ask('desktop-now', held)).toBe('failed');
        const x11 = {session: () => Promise.resolve({type: 'x11', groups: null, remote: false} as const)};
        expect(await ask('desktop-now', held, x11)).toBe('');
    });

    it('programs that look at cards again and again', async () => {
        expect(await status('pollers', healthy())).toBe('ok');
        const busy = healthy();
        busy.processes.start({comm: 'nvtop'});
        expect(await status('pollers', busy)).toBe('failed');
        expect(judgePollers(null, 1)[0]?.status).toBe('unknown');
        expect(judgePollers(['nvtop'], 0)).toEqual([]);
    });
});
