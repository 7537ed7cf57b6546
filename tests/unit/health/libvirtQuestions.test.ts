// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {Verdict} from '../../../shared/health/finding.js';
import {
    ENVIRONMENT_QUESTIONS,
    judgeDesktopCard,
    judgeDisplayServer,
    judgeExtension,
    judgePrivileges,
    judgeVendors,
} from '../../../shared/health/doctor/environmentQuestions.js';
import {
    judgeEfi,
    judgeKvm,
    judgeLibvirt,
    judgeService,
    judgeTpm,
    judgeVersion,
    LIBVIRT_QUESTIONS,
} from '../../../shared/health/doctor/libvirtQuestions.js';
import {
    extensionViewOf,
    lastSleepIn,
    parseLog,
    sessionTypeOf,
} from '../../../shared/health/doctor/localPorts.js';
import {
    judgeNetwork,
    judgePools,
    RESOURCE_QUESTIONS,
} from '../../../shared/health/doctor/resourceQuestions.js';
import type {ConnectionView, ExtensionView} from '../../../shared/health/doctor/ports.js';
import {readTree} from '../../../shared/setUp/setUpFacts.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile} from '../../fakes/pci/files.js';
import {healthy} from './healthy.js';
import {statusOf} from './patients.js';

const one = (verdicts: readonly Verdict[]): string => verdicts.map(({status}) => status).join(' ');

describe('The doctor’s questions on libvirt', () => {
    const view = (trouble: string | null, libvirtVersion: number | null = 11_003_000): ConnectionView => ({
        host: 'system',
        trouble,
        message: trouble ?? '',
        libvirtVersion,
        hypervisorVersion: 10_000_000,
    });

    it('lay a trouble at one door only', () => {
        expect(one(judgeService(view(null)))).toBe('ok');
        expect(one(judgeLibvirt(view(null)))).toBe('ok');
        for (const kind of ['service-missing', 'not-permitted', 'no-bus', 'driver-missing', 'service-lost']) {
            expect(one(judgeService(view(kind))))
                .withContext(kind)
                .toBe('failed');
            expect(one(judgeLibvirt(view(kind))))
                .withContext(kind)
                .toBe('unknown');
        }
        expect(one(judgeService(view('libvirt-unreachable')))).toBe('ok');
        expect(one(judgeLibvirt(view('libvirt-unreachable')))).toBe('failed');
        expect(one(judgeService(view('no-answer')))).toBe('unknown');
        expect(one(judgeLibvirt(view('no-answer')))).toBe('unknown');
    });

    it('version: new, old, not told, not reached', () => {
        expect(judgeVersion(view(null))[0]?.evidence).toContain('11.3.0');
        expect(one(judgeVersion(view(null, 6_004_000)))).toBe('failed');
        expect(one(judgeVersion(view(null, null)))).toBe('unknown');
        expect(one(judgeVersion(view('no-answer')))).toBe('');
    });

    it('KVM: ours, not ours, absent, not told', async () => {
        const fake = healthy();
        const ask = (): Promise<string> => statusOf(LIBVIRT_QUESTIONS, 'kvm', fake);
        expect(await ask()).toBe('ok');
        GLib.chmod(`${fake.root.dev}/kvm`, 0o000);
        expect(await ask()).toBe('failed');
        drop(`${fake.root.dev}/kvm`);
        expect(await ask()).toBe('failed');
        expect(judgeKvm({is: 'absent'}, true)[0]?.fix).toContain('modprobe');
        expect(judgeKvm({is: 'absent'}, false)[0]?.fix).toContain('VT-x');
        drop(`${fake.root.proc}/cpuinfo`);
        expect(await ask()).toBe('unknown');
        expect(one(judgeKvm({is: 'unreadable', why: 'closed'}, true))).toBe('unknown');
    });

    it('firmware and TPM: installed, missing, not told', async () => {
        const fake = healthy();
        expect(await statusOf(LIBVIRT_QUESTIONS, 'efi', fake)).toBe('ok');
        drop(`${fake.folder}/usr/share/qemu`);
        expect(await statusOf(LIBVIRT_QUESTIONS, 'efi', fake)).toBe('failed');
        putFile(`${fake.folder}/usr/share/qemu/firmware/README`, '');
        expect(await statusOf(LIBVIRT_QUESTIONS, 'efi', fake)).toBe('failed');
        expect(one(judgeEfi({is: 'unreadable', why: 'closed'}))).toBe('unknown');
        expect(one(judgeTpm('/usr/bin/swtpm'))).toBe('ok');
        expect(one(judgeTpm(null))).toBe('failed');
    });

    it('the network: started, not started, not with the computer, none, not told', async () => {
        const judge = (active: boolean, autostart: boolean, name = 'default'): string =>
            one(judgeNetwork([{name, active, autostart}], true));
        expect(judge(true, true)).toBe('ok');
        expect(judge(false, true)).toBe('failed');
        expect(judge(true, false)).toBe('failed');
        expect(judge(true, true, 'lan')).toBe('failed');
        expect(one(judgeNetwork([], false))).toBe('ok');
        expect(one(judgeNetwork(null, true))).toBe('');
        const away = {networks: () => Promise.reject(new Error('away'))};
        expect(await statusOf(RESOURCE_QUESTIONS, 'network', healthy(), away)).toBe('unknown');
    });

    it('room: enough, little, little of much, not started', () => {
        const GIB = 1024 ** 3;
        const judge = (free: number, all: number, active = true, autostart = false): string => {
            const bytes = {capacityBytes: all * GIB, availableBytes: free * GIB};
            return one(judgePools([{host: 'system', name: 'p', active, autostart, ...bytes}]));
        };
        expect(judge(50, 100)).toBe('ok');
        expect(judge(4, 20)).toBe('failed');
        expect(judge(40, 1000)).toBe('failed');
        expect(judge(0, 100, false)).toBe('');
        expect(judge(0, 0, false, true)).toBe('failed');
    });

    it('what is to be typed is one word, whatever a pool is called', () => {
        const fixOf = (name: string): string => {
            const pool = {host: 'system', name, active: false, autostart: true};
            return judgePools([{...pool, capacityBytes: 0, availableBytes: 0}])[0]?.fix ?? '';
        };
        expect(fixOf('images')).toMatch(/virsh -c qemu:\/\/\/system pool-start images$/);
        expect(fixOf('x; rm -rf ~')).toMatch(/pool-start 'x; rm -rf ~'$/);
    });
});

describe('The doctor’s questions on the environment', () => {
    it('name the default that follows, and why', async () => {
        const both = await readTree(new FakePciTree().intelGraphics().nvidiaCard().root);
        expect(judgeDesktopCard(both)[0]?.evidence).toContain('Intel');
        expect(judgeVendors(both)[0]?.evidence).toContain('NVIDIA');
        expect(judgeVendors(both).map(({about}) => about)).toEqual(['0000:01:00.0']);
        const bare = {
            ...both,
            cards: both.cards.map(card => ({...card, display: {...card.display, driver: null}})),
        };
        expect(judgeVendors(bare)[0]?.evidence).toContain('without a driver');
        const single = await readTree(new FakePciTree().intelGraphics().root);
        expect(judgeDesktopCard(single)[0]?.evidence).toContain('virtual');
        expect(one(judgeDesktopCard(await readTree(new FakePciTree().root)))).toBe('unknown');
        const lent = new FakePciTree().intelGraphics();
        await lent.lend('0000:00:02.0');
        expect(one(judgeDesktopCard(await readTree(lent.root)))).toBe('failed');
    });

    it('session: Wayland, X11, none, not told', () => {
        const judge = (type: 'wayland' | 'x11' | 'tty' | null): string =>
            one(judgeDisplayServer({type, groups: [], remote: null}));
        expect(judge('wayland')).toBe('ok');
        expect(judge('tty')).toBe('ok');
        expect(judge('x11')).toBe('failed');
        expect(judge(null)).toBe('unknown');
        expect(sessionTypeOf(null, true)).toBe('tty');
        expect(sessionTypeOf('mir', false)).toBeNull();
    });

    it('rights: in the group, not in it, not told', () => {
        const judge = (groups: string[] | null, admitted: boolean | null): string => {
            const verdicts = judgePrivileges({type: null, groups, remote: true}, admitted);
            return `${one(verdicts)}: ${verdicts[0]?.evidence}`;
        };
        expect(judge(['users', 'libvirt'], true)).toMatch(/^ok: In the group libvirt/);
        expect(judge(['users'], true)).toMatch(/^ok: Not in the group libvirt, and admitted/);
        // That the bus does not admit it is said of libvirt-dbus.
        expect(judge(['users'], false)).toMatch(/^ok: .*only your own machines/);
        expect(judge(null, null)).toMatch(/^unknown/);
    });

    it('extension: on, off, failed, too old, of another version, missing, no Shell', async () => {
        const good: ExtensionView = {
            shellVersion: '48.2',
            installed: true,
            enabled: true,
            state: 'active',
            version: '0.1.0',
            error: '',
        };
        const judge = (more: Partial<ExtensionView>): string => one(judgeExtension({...good, ...more}));
        expect(judge({})).toBe('ok');
        expect(judge({enabled: false, state: 'inactive'})).toBe('failed');
        expect(judge({state: 'error', error: 'TypeError'})).toBe('failed');
        expect(judge({state: 'out-of-date'})).toBe('failed');
        expect(judge({version: '0.0.9'})).toBe('failed');
        expect(judge({installed: false})).toBe('failed');
        expect(judge({shellVersion: null})).toBe('unknown');
        expect(await statusOf(ENVIRONMENT_QUESTIONS, 'extension', healthy())).toBe('ok');
    });

    it('reads what the Shell and the journal say', () => {
        expect(extensionViewOf('48.2', {})).toEqual(
            jasmine.objectContaining({installed: false, enabled: false}),
        );
        const info = {uuid: 'x', state: 1, 'version-name': '0.1.0', enabled: true};
        expect(extensionViewOf('48.2', info)).toEqual(
            jasmine.objectContaining({installed: true, enabled: true, state: 'active', version: '0.1.0'}),
        );
        const log = parseLog(
            '1700000000.500000 host kernel: PM: suspend exit\n1700000001.000000 host kernel: hello\n-- boot --\n',
        );
        expect(log?.length).toBe(2);
        expect(lastSleepIn(log)).toBe(1_700_000_000_500);
        for (const text of ['PM: hibernation: hibernation exit', 'PM: hibernation exit'])
            expect(lastSleepIn([{ms: 5, text}]))
                .withContext(text)
                .toBe(5);
        expect(lastSleepIn([])).toBe(0);
        expect(lastSleepIn(null)).toBeNull();
        expect(parseLog('')).toBeNull();
    });
});
