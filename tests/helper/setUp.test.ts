// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {putFile, putLink} from '../fakes/pci/files.js';
import type {RunningProgram} from '../harness/program.js';
import {FakePolkit} from './fakePolkit.js';
import {Caller, startHelper} from './helperProcess.js';

const CARD = '0000:05:00.0';
const TWIN = '0000:04:00.0';

function text(path: string): string {
    return new TextDecoder().decode(GLib.file_get_contents(path)[1]);
}

function modeOf(path: string): number {
    const info = Gio.File.new_for_path(path).query_info(
        'unix::mode',
        Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS,
        null,
    );
    return info.get_attribute_uint32('unix::mode') & 0o7777;
}

function namesIn(folder: string): string[] {
    const names: string[] = [];
    for (const info of Gio.File.new_for_path(folder).enumerate_children('standard::name', 0, null))
        names.push(info.get_name());
    return names.sort();
}

describe('helper: set-up', () => {
    let helper: RunningProgram;
    let polkit: FakePolkit;
    let caller: Caller;
    let etc: string;
    let guard: string;

    beforeAll(async () => {
        polkit = await FakePolkit.start();
        polkit.allow();
    });
    beforeEach(async () => {
        helper = await startHelper('helperOnFakes');
        caller = new Caller();
        etc = (await facts())['etc']!;
        guard = `${etc}/libvirt/hooks/qemu.d/handover-guard`;
    });
    afterEach(async () => {
        caller.close();
        await helper.stop();
        expect(helper.log()).not.toMatch(/JS ERROR|Unhandled/);
    });
    afterAll(() => polkit.stop());

    const facts = async () => (await caller.control('Facts', []))[0];
    const status = async () => (await caller.call('GuardStatus', []))[0];

    it('installs the guard, executable, and has libvirt read its hooks', async () => {
        expect(await status()).toBe('absent');
        await caller.call('InstallGuard', []);
        expect(text(guard)).toBe(text('/src/data/hooks/handover-guard'));
        expect(modeOf(guard)).toBe(0o755);
        expect(await status()).toBe('installed');
        expect((await facts())['libvirtReloads']).toBe('1');
        expect(namesIn(`${etc}/libvirt/hooks`)).toEqual(['qemu.d']);
        expect(namesIn(`${etc}/libvirt/hooks/qemu.d`)).toEqual(['handover-guard']);
        expect(await caller.call('Files', [])).toEqual([[guard]]);
    });

    it('installs and removes it once', async () => {
        for (let round = 0; round < 3; round++) await caller.call('InstallGuard', []);
        expect((await facts())['libvirtReloads']).toBe('1');
        for (let round = 0; round < 3; round++) await caller.call('RemoveGuard', []);
        expect((await facts())['libvirtReloads']).toBe('2');
        expect(await status()).toBe('absent');
        expect(await caller.call('Files', [])).toEqual([[]]);
    });

    it('updates an older one', async () => {
        putFile(guard, `${text('/src/data/hooks/handover-guard')}\n# old\n`);
        GLib.chmod(guard, 0o755);
        expect(await status()).toBe('outdated');
        await caller.call('InstallGuard', []);
        expect(await status()).toBe('installed');
    });

    for (const mode of [0o644, 0o775, 0o757]) {
        it(`mends one that has the mode ${mode.toString(8)}`, async () => {
            await caller.call('InstallGuard', []);
            GLib.chmod(guard, mode);
            expect(await status()).toBe('disabled');
            await caller.call('InstallGuard', []);
            expect(await status()).toBe('installed');
        });
    }

    it('leaves a file of somebody else alone', async () => {
        putFile(guard, '#!/bin/sh\necho mine\n');
        expect(await status()).toBe('foreign');
        expect(await caller.errorOf('InstallGuard', [])).toBe('ForeignFile');
        expect(await caller.errorOf('RemoveGuard', [])).toBe('ForeignFile');
        expect(text(guard)).toContain('mine');
        expect(await caller.call('Files', [])).toEqual([[]]);
    });

    it('follows no link in its place', async () => {
        const target = `${etc}/precious`;
        putFile(target, text('/src/data/hooks/handover-guard'));
        putLink(guard, target);
        expect(await status()).toBe('foreign');
        expect(await caller.errorOf('InstallGuard', [])).toBe('ForeignFile');
        expect(await caller.errorOf('RemoveGuard', [])).toBe('ForeignFile');
        expect(modeOf(target)).toBe(0o644);
    });

    it('writes a rule for one card, by what it is', async () => {
        await caller.call('InstallIgnoreRule', [CARD]);
        const path = `${etc}/udev/rules.d/61-handover-1002-73bf-1002-0e3a.rules`;
        expect(text(path).split('\n').slice(1)).toEqual([
            'SUBSYSTEM=="drm", KERNEL=="card[0-9]*", SUBSYSTEMS=="pci", ATTRS{vendor}=="0x1002", ' +
                'ATTRS{device}=="0x73bf", ATTRS{subsystem_vendor}=="0x1002", ATTRS{subsystem_device}=="0x0e3a", ' +
                'TAG+="mutter-device-ignore"',
            '',
        ]);
        expect(modeOf(path)).toBe(0o644);
        expect((await facts())['udevReloads']).toBe('1');
        await caller.call('InstallIgnoreRule', [CARD]);
        expect((await facts())['udevReloads']).toBe('1');
        expect(await caller.call('Files', [])).toEqual([[path]]);
        await caller.call('RemoveIgnoreRule', [CARD]);
        await caller.call('RemoveIgnoreRule', [CARD]);
        expect((await facts())['udevReloads']).toBe('2');
        expect(namesIn(`${etc}/udev/rules.d`)).toEqual([]);
    });

    it('names the place of a card that has a twin, and its sound', async () => {
        await caller.call('InstallIgnoreRule', [TWIN]);
        const [[path]] = await caller.call('Files', []);
        expect(path).toMatch(/61-handover-1002-744c-1eae-7901-at-0000-04-00-0\.rules$/);
        const lines = text(path!).trimEnd().split('\n');
        expect(lines[1]).toContain('KERNELS=="0000:04:00.0"');
        expect(lines[2]).toMatch(/^SUBSYSTEM=="sound", .*KERNELS=="0000:04:00\.1", .*ENV\{ACP_IGNORE\}="1"/);
    });

    it('brings an older rule up to date', async () => {
        await caller.call('InstallIgnoreRule', [TWIN]);
        const [[path]] = await caller.call('Files', []);
        const now = text(path!);
        const lines = now.split('\n');
        expect(now).toContain('ENV{ACP_IGNORE}="1"');
        // As it was before the sound was ignored, too.
        putFile(path!, `${lines.slice(0, 2).join('\n')}\n`);
        await caller.call('InstallIgnoreRule', [TWIN]);
        expect(text(path!)).toBe(now);
        expect((await facts())['udevReloads']).toBe('2');
        await caller.call('InstallIgnoreRule', [TWIN]);
        expect((await facts())['udevReloads']).toBe('2');
    });

    it('renames a rule when a twin comes or goes, and leaves none behind', async () => {
        const rules = `${etc}/udev/rules.d`;
        const general = '61-handover-1002-744c-1eae-7901.rules';
        putFile(`${rules}/${general}`, '# Written by Handover: of the time before the twin\n');
        await caller.call('InstallIgnoreRule', [TWIN]);
        const placed = '61-handover-1002-744c-1eae-7901-at-0000-04-00-0.rules';
        expect(namesIn(rules)).toEqual([placed]);
        putFile(`${rules}/${general}`, '# somebody else\n');
        await caller.call('InstallIgnoreRule', [TWIN]);
        await caller.call('RemoveIgnoreRule', [TWIN]);
        expect(namesIn(rules)).toEqual([general]);
        GLib.unlink(`${rules}/${general}`);

        await caller.call('InstallIgnoreRule', [TWIN]);
        await caller.control('PullOut', [TWIN]);
        await caller.control('PullOut', ['0000:04:00.1']);
        await caller.call('InstallIgnoreRule', ['0000:03:00.0']);
        expect(namesIn(rules)).toEqual([general]);
        putFile(`${rules}/${placed}`, '# Written by Handover: of the time with the twin\n');
        await caller.call('RemoveIgnoreRule', ['0000:03:00.0']);
        expect(namesIn(rules)).toEqual([]);
    });

    it("leaves somebody else's rule of the same name alone", async () => {
        const path = `${etc}/udev/rules.d/61-handover-1002-73bf-1002-0e3a.rules`;
        putFile(path, '# mine\n');
        expect(await caller.errorOf('InstallIgnoreRule', [CARD])).toBe('ForeignFile');
        expect(await caller.errorOf('RemoveIgnoreRule', [CARD])).toBe('ForeignFile');
        expect(text(path)).toBe('# mine\n');
    });
});
