// SPDX-License-Identifier: GPL-3.0-or-later
import {serializeUndoRecord, type UndoRecord} from '../../../shared/gpu/handover/undoRecord.js';
import {CARD_QUESTIONS} from '../../../shared/health/doctor/cardQuestions.js';
import {
    bootFramebuffersIn,
    judgeStuck,
    KERNEL_QUESTIONS,
} from '../../../shared/health/doctor/kernelQuestions.js';
import {judgeSlept, SLEEP_QUESTIONS} from '../../../shared/health/doctor/sleepQuestions.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile} from '../../fakes/pci/files.js';
import {AMD} from '../setUp/pretended.js';
import {healthy, hostdev, machineOf, RELEASE} from './healthy.js';
import {type Ailment, examine, found, statusOf} from './patients.js';

const SOUND = '0000:03:00.1';
const QUESTIONS = [...KERNEL_QUESTIONS, ...CARD_QUESTIONS, ...SLEEP_QUESTIONS];
const status = (id: string, fake: FakePciTree, ailment?: Ailment): Promise<string> =>
    statusOf(QUESTIONS, id, fake, ailment);

function recordOf(phase: UndoRecord['phase']): UndoRecord {
    return {
        version: 1,
        id: AMD,
        card: {identity: '1002:744c:1eae:7901', address: AMD},
        direction: 'take',
        phase,
        step: 'keep',
        by: 'uid 1000',
        startedAtMs: 5_000,
        functions: [{address: AMD, driver: 'amdgpu', override: null}],
        native: false,
        modules: [],
        services: [],
        hadNodes: true,
        problem: null,
    };
}

function record(fake: FakePciTree, phase: UndoRecord['phase']): void {
    putFile(`${fake.root.run}/handover/${AMD}.json`, serializeUndoRecord(recordOf(phase)));
}

describe('The doctor’s questions on the kernel', () => {
    it('the driver for lent devices: there, built in, missing, not told', async () => {
        const list = (fake: FakePciTree, name: string): string =>
            `${fake.folder}/usr/lib/modules/${RELEASE}/${name}`;
        expect(await status('vfio-module', healthy())).toBe('ok');
        const without = healthy();
        putFile(list(without, 'modules.dep'), 'kernel/fs/btrfs/btrfs.ko:\n');
        expect(await status('vfio-module', without)).toBe('failed');
        putFile(list(without, 'modules.builtin'), 'kernel/drivers/vfio/pci/vfio-pci.ko\n');
        expect(await status('vfio-module', without)).toBe('ok');
        const blind = healthy();
        drop(`${blind.root.proc}/sys`);
        expect(await status('vfio-module', blind)).toBe('unknown');
    });

    it('its modules: there, gone after an update, not told', async () => {
        expect(await status('kernel-modules', healthy())).toBe('ok');
        const updated = healthy();
        drop(`${updated.folder}/usr/lib/modules/${RELEASE}`);
        expect(await status('kernel-modules', updated)).toBe('failed');
        drop(`${updated.root.proc}/sys`);
        expect(await status('kernel-modules', updated)).toBe('unknown');
    });

    it('tasks that are stuck: by their state, by what the kernel said, not told', async () => {
        expect(await status('unbind-hangs', healthy())).toBe('ok');
        const stuck = healthy();
        stuck.processes.start({comm: 'modprobe', uid: 0, state: 'D'});
        const [finding] = found(await examine(KERNEL_QUESTIONS, stuck), 'unbind-hangs');
        expect(finding?.status).toBe('failed');
        expect(finding?.evidence).toContain('modprobe');
        const log = ['NVRM: Attempting to remove device 0000:01:00.0 with non-zero usage count!'];
        expect(judgeStuck({stuck: [], log})[0]?.status).toBe('failed');
        const continued = (address: string): string =>
            `NVRM: Continuing with GPU removal for device ${address}`;
        expect(judgeStuck({stuck: [], log: [...log, continued('0000:02:00.0')]})[0]?.status).toBe('failed');
        expect(judgeStuck({stuck: [], log: [...log, continued('0000:01:00.0')]})[0]?.status).toBe('ok');
        const again = [...log, continued('0000:01:00.0'), ...log];
        expect(judgeStuck({stuck: [], log: again})[0]?.status).toBe('failed');
        expect(judgeStuck({stuck: null, log: null})[0]?.status).toBe('unknown');
        expect(judgeStuck({stuck: [], log: null})[0]?.status).toBe('ok');
    });

    it('the firmware’s picture in a card’s memory', async () => {
        expect(await status('boot-framebuffer', healthy())).toBe('ok');
        const held = healthy();
        const lines = [
            '0-0 : PCI Bus 0000:03',
            '  0-0 : 0000:03:00.0',
            '    0-0 : BOOTFB',
            '0-0 : System RAM',
        ];
        putFile(`${held.root.proc}/iomem`, lines.join('\n'));
        expect(await status('boot-framebuffer', held)).toBe('failed');
        drop(`${held.root.proc}/iomem`);
        expect(await status('boot-framebuffer', held)).toBe('unknown');
        expect(bootFramebuffersIn(['0-0 : bus', '  0-0 : 0000:03:00.0', '  0-0 : efifb'].join('\n'))).toEqual(
            [],
        );
    });
});

describe('The doctor’s questions on how a card stands', () => {
    it('all of it on one side, or not', async () => {
        expect(await status('card-split', healthy())).toBe('ok');
        const split = healthy();
        await split.lend(SOUND);
        expect(await status('card-split', split)).toBe('failed');
        record(split, 'moving');
        expect(await status('card-split', split)).toBe('ok');
        await split.lend(AMD);
        drop(`${split.root.run}/handover`);
        expect(await status('card-split', split)).toBe('ok');
    });

    it('Linux has lost it: kept by nobody, by a note, by a setting; or lent, or not told', async () => {
        const lost = healthy();
        expect(await status('linux-lost-card', lost)).toBe('ok');
        await lost.lend(AMD, SOUND);
        const [finding] = found(await examine(CARD_QUESTIONS, lost), 'linux-lost-card');
        expect(finding?.status).toBe('failed');
        expect(finding?.action).toEqual({kind: 'give-back', card: AMD});
        putFile(
            `${lost.folder}/etc/modprobe.d/vfio.conf`,
            '# mine\noptions vfio-pci ids=10de:1234,1002:744c\n',
        );
        const [kept] = found(await examine(CARD_QUESTIONS, lost), 'linux-lost-card');
        expect(kept?.evidence).toContain('modprobe.d/vfio.conf');

        const running = [machineOf(hostdev(AMD), {running: true})];
        expect(await status('linux-lost-card', lost, {machines: () => Promise.resolve(running)})).toBe('ok');
        const off = [machineOf(hostdev(AMD))];
        expect(await status('linux-lost-card', lost, {machines: () => Promise.resolve(off)})).toBe('failed');
        const silent = [
            {
                host: 'system',
                trouble: 'no-answer',
                message: '',
                libvirtVersion: null,
                hypervisorVersion: null,
            },
        ];
        expect(await status('linux-lost-card', lost, {connections: () => Promise.resolve(silent)})).toBe(
            'unknown',
        );
        record(lost, 'lent');
        expect(await status('linux-lost-card', lost)).toBe('ok');
    });

    it('a note that would take it away from Linux, or one that cannot be read', async () => {
        const noted = healthy();
        noted.kernel.device(AMD).setOverride('vfio-pci');
        expect(await status('linux-lost-card', noted)).toBe('failed');
        drop(`${noted.root.sys}/bus/pci/devices/${AMD}/driver_override`);
        expect(await status('linux-lost-card', noted)).toBe('unknown');
    });

    it('power: awake, stuck, said to be stuck, not told', async () => {
        expect(await status('power', healthy())).toBe('ok');
        const stuck = healthy();
        stuck.kernel.device(AMD).put('power_state', 'D3cold');
        stuck.kernel.device(AMD).put('power/runtime_status', 'active');
        expect(await status('power', stuck)).toBe('failed');
        stuck.kernel.device(AMD).put('power/runtime_status', 'suspended');
        expect(await status('power', stuck)).toBe('ok');
        const line = `vfio-pci ${AMD}: Unable to change power state from D3cold to D0, device inaccessible`;
        expect(await status('power', stuck, {kernelLog: () => Promise.resolve([line])})).toBe('failed');
        const waited = (how: string): string => `vfio-pci ${AMD}: not ready 1023ms after FLR; ${how}`;
        const said = (how: string): Promise<string | undefined> =>
            status('power', stuck, {kernelLog: () => Promise.resolve([waited(how)])});
        expect(await said('giving up')).toBe('failed');
        expect(await said('waiting')).toBe('ok');
        drop(`${stuck.root.sys}/bus/pci/devices/${AMD}/power_state`);
        expect(await status('power', stuck)).toBe('unknown');
    });

    it('AMD’s reset, of those cards alone that have the fault', async () => {
        expect(await status('amd-reset', healthy())).toBe('');
        const navi = (methods: string): FakePciTree =>
            new FakePciTree().intelGraphics().device(AMD, 0x030000, '1002:731f', {
                group: '15',
                bootVga: false,
                attributes: {reset_method: methods},
            });
        expect(await status('amd-reset', navi('bus'))).toBe('failed');
        expect(await status('amd-reset', navi('device_specific bus'))).toBe('ok');
    });

    it('sleep while it is lent: none, since, gone, not told', async () => {
        const lent = healthy();
        expect(await status('slept-while-lent', lent)).toBe('');
        record(lent, 'lent');
        expect(await status('slept-while-lent', lent)).toBe('ok');
        const at = (ms: number | null): Ailment => ({lastSleepMs: () => Promise.resolve(ms)});
        expect(await status('slept-while-lent', lent, at(6_000))).toBe('failed');
        expect(await status('slept-while-lent', lent, at(4_000))).toBe('ok');
        expect(await status('slept-while-lent', lent, at(null))).toBe('unknown');
        const gone = judgeSlept({record: recordOf('lent'), present: false, lastSleepMs: null});
        expect(gone[0]?.status).toBe('failed');
    });
});
