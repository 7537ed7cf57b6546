// SPDX-License-Identifier: GPL-3.0-or-later
import {drop, putFile} from '../../fakes/pci/files.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {AMD, AMD_RULE, check, factsOf, helperError, note, NVIDIA, StubHelper} from './pretended.js';

const good = (): FakePciTree => new FakePciTree().intelGraphics().amdCard();
const statusOf = async (...args: Parameters<typeof check>): Promise<string> => (await check(...args)).status;

function helper(change: (stub: StubHelper) => void): StubHelper {
    const stub = new StubHelper();
    change(stub);
    return stub;
}

describe('Checks of the computer', () => {
    it('IOMMU: on, off, unreadable', async () => {
        expect((await check(factsOf(good(), AMD), 'iommu')).evidence).toContain('2 groups');
        const off = new FakePciTree().withoutIommu().intelGraphics().amdCard();
        expect((await check(factsOf(off, AMD), 'iommu')).fix).toContain('VT-d');
        expect(await statusOf(factsOf(off, AMD), 'group')).toBe('failed');
        const blind = good();
        drop(`${blind.root.sys}/kernel/iommu_groups`);
        expect(await statusOf(factsOf(blind, AMD), 'iommu')).toBe('unknown');
    });

    it('the group: the card alone, a stranger, a stranger that Linux does not use, not told', async () => {
        expect(await statusOf(factsOf(good(), AMD), 'group')).toBe('ok');
        const found = await check(factsOf(good().stranger('15'), AMD), 'group');
        expect(found.status).toBe('failed');
        expect(found.evidence).toContain('0000:02:00.0');
        const idle = good().device('0000:02:00.0', 0x010802, '144d:a80a', {group: '15'});
        expect(await statusOf(factsOf(idle, AMD), 'group')).toBe('ok');
        const blind = good();
        drop(`${blind.root.sys}/bus/pci/devices/${AMD}/iommu_group`);
        expect(await statusOf(factsOf(blind, AMD), 'group')).toBe('unknown');
    });

    it('a second card for the desktop', async () => {
        expect((await check(factsOf(good(), AMD), 'second-card')).evidence).toContain('0000:00:02.0');
        expect(await statusOf(factsOf(new FakePciTree().amdCard(), AMD), 'second-card')).toBe('failed');
        const away = good();
        await away.lend('0000:00:02.0');
        expect(await statusOf(factsOf(away, AMD), 'second-card')).toBe('failed');
    });

    it("the firmware's picture", async () => {
        expect(await statusOf(factsOf(good(), AMD), 'firmware')).toBe('ok');
        expect(await statusOf(factsOf(good(), '0000:00:02.0'), 'firmware')).toBe('failed');
        const blind = good();
        drop(`${blind.root.sys}/bus/pci/devices/${AMD}/boot_vga`);
        expect(await statusOf(factsOf(blind, AMD), 'firmware')).toBe('unknown');
        const chip = new FakePciTree().intelGraphics().laptopChip();
        expect(await statusOf(factsOf(chip, NVIDIA), 'firmware')).toBe('ok');
    });

    it('displays, and reset', async () => {
        expect(await statusOf(factsOf(good(), AMD), 'displays')).toBe('ok');
        const plugged = new FakePciTree().intelGraphics().device(AMD, 0x030000, '1002:744c', {
            driver: 'amdgpu',
            group: '15',
            bootVga: false,
            connectors: [{name: 'DP-4', connected: true}],
        });
        expect((await check(factsOf(plugged, AMD), 'displays')).evidence).toContain('DP-4');
        expect(await statusOf(factsOf(good(), AMD), 'reset')).toBe('ok');
        expect(await statusOf(factsOf(plugged, AMD), 'reset')).toBe('unknown');
    });
});

describe('Checks of the desktop', () => {
    it('the rule: in force, written only, missing, not known', async () => {
        const inForce = good();
        note(inForce, 'c226:1', 'G:seat', 'G:mutter-device-ignore', 'V:1');
        expect(await statusOf(factsOf(inForce, AMD), 'desktop-rule')).toBe('ok');
        const late = good();
        note(late, 'c226:1', 'G:seat');
        const written = helper(stub => stub.written.push(AMD_RULE));
        const found = await check(factsOf(late, AMD, {helper: written}), 'desktop-rule');
        expect(found).toEqual(jasmine.objectContaining({status: 'failed', mendable: false}));
        expect(found.evidence).toContain(AMD_RULE);
        const missing = await check(factsOf(late, AMD), 'desktop-rule');
        expect(missing).toEqual(jasmine.objectContaining({status: 'failed', mendable: true, needed: true}));
        const alien = helper(stub => stub.failures.set('files', helperError('NotAuthorized')));
        expect(await statusOf(factsOf(good(), AMD, {helper: alien}), 'desktop-rule')).toBe('unknown');
    });

    it('another card’s rule does not count, nor does a tag that only sounds like it', async () => {
        const fake = good();
        note(fake, 'c226:1', 'G:mutter-device-ignore-not', 'E:TAGS=mutter-device-ignore');
        note(fake, 'c226:0', 'G:mutter-device-ignore');
        const other = helper(stub => stub.written.push(AMD_RULE.replace('744c', '744d')));
        expect(await statusOf(factsOf(fake, AMD, {helper: other}), 'desktop-rule')).toBe('failed');
    });

    it('counts a rule as in force for a card that Linux does not have', async () => {
        const fake = good();
        await fake.lend(AMD, '0000:03:00.1');
        const written = helper(stub => stub.written.push(AMD_RULE));
        expect(await statusOf(factsOf(fake, AMD, {helper: written}), 'desktop-rule')).toBe('ok');
    });

    it('the desktop now: away, holding, not seen', async () => {
        expect(await statusOf(factsOf(good(), AMD), 'desktop-now')).toBe('ok');
        const held = good();
        const shell = held.processes.start({comm: 'gnome-shell'});
        held.use(shell, '/dev/dri/card1');
        const found = await check(factsOf(held, AMD), 'desktop-now');
        expect(found.status).toBe('failed');
        expect(found.evidence).toContain(`gnome-shell (${shell.pid})`);
        const closed = good();
        closed.processes.start({comm: 'gnome-shell', closed: true});
        expect(await statusOf(factsOf(closed, AMD), 'desktop-now')).toBe('unknown');
    });

    it('the sound server: told, holding, not told, not known, and no sound at all', async () => {
        const told = good();
        note(told, '+sound:card0', 'E:ACP_IGNORE=1');
        expect(await statusOf(factsOf(told, AMD), 'sound')).toBe('ok');
        const held = good();
        held.use(held.processes.start({comm: 'wireplumber'}), '/dev/snd/controlC0');
        expect((await check(factsOf(held, AMD), 'sound')).evidence).toContain('wireplumber');
        const untold = good();
        note(untold, '+sound:card0', 'E:ACP_IGNORE=0');
        expect(await statusOf(factsOf(untold, AMD), 'sound')).toBe('failed');
        expect(await statusOf(factsOf(good(), AMD), 'sound')).toBe('unknown');
        const silent = factsOf(new FakePciTree().intelGraphics().arcCard(), AMD);
        await expectAsync(check(silent, 'sound')).toBeRejectedWithError('Not checked: sound');
    });
});

describe('Checks of what guards', () => {
    it('the helper: there, missing, old, not allowed, silent', async () => {
        expect(await statusOf(factsOf(good(), AMD), 'helper')).toBe('ok');
        for (const [error, status, words] of [
            ['org.freedesktop.DBus.Error.ServiceUnknown', 'failed', 'not installed'],
            ['org.freedesktop.DBus.Error.UnknownMethod', 'failed', 'another version'],
            ['NotAuthorized', 'unknown', 'does not let'],
            ['AuthorityFailed', 'unknown', 'does not let'],
            ['Failed', 'unknown', 'does not answer'],
        ] as const) {
            const stub = helper(one => one.failures.set('guardStatus', helperError(error)));
            const found = await check(factsOf(good(), AMD, {helper: stub}), 'helper');
            expect(found.status).withContext(error).toBe(status);
            expect(found.evidence).toContain(words);
        }
        const old = helper(one => (one.old = true));
        expect((await check(factsOf(good(), AMD, {helper: old}), 'helper')).fix).toContain('Update');
        expect(await statusOf(factsOf(good(), AMD, {helper: null}), 'helper')).toBe('failed');
    });

    it('the guard, however it stands', async () => {
        for (const [guard, status, mendable] of [
            ['installed', 'ok', false],
            ['absent', 'failed', true],
            ['outdated', 'failed', true],
            ['disabled', 'failed', true],
            ['foreign', 'failed', false],
        ] as const) {
            const stub = helper(one => (one.guard = guard));
            const found = await check(factsOf(good(), AMD, {helper: stub}), 'guard');
            expect([found.status, found.mendable]).withContext(guard).toEqual([status, mendable]);
        }
        expect(await statusOf(factsOf(good(), AMD, {helper: null}), 'guard')).toBe('unknown');
    });

    it('supergfxd', async () => {
        expect(await statusOf(factsOf(good(), AMD), 'other-writer')).toBe('ok');
        expect((await check(factsOf(good(), AMD, {supergfxd: true}), 'other-writer')).fix).toContain(
            'systemctl',
        );
        const silent = helperError('org.freedesktop.DBus.Error.NoReply');
        expect(await statusOf(factsOf(good(), AMD, {supergfxd: silent}), 'other-writer')).toBe('unknown');
    });

    it("NVIDIA's mode setting, for NVIDIA only", async () => {
        const fake = (): FakePciTree => new FakePciTree().intelGraphics().nvidiaCard();
        expect(await statusOf(factsOf(fake(), NVIDIA), 'modeset')).toBe('unknown');
        for (const [value, status] of [
            ['Y', 'failed'],
            ['N', 'ok'],
        ] as const) {
            const tree = fake();
            putFile(`${tree.root.sys}/module/nvidia_drm/parameters/modeset`, `${value}\n`);
            expect(await statusOf(factsOf(tree, NVIDIA), 'modeset')).toBe(status);
        }
        await expectAsync(check(factsOf(good(), AMD), 'modeset')).toBeRejected();
    });
});

describe('Checks of the machine', () => {
    const domain = (...devices: readonly [source: string, guest: string][]): string =>
        `<domain type='kvm'><name>win</name><devices>${devices
            .map(
                ([source, guest]) => `<hostdev type='pci'><source><address domain='0' ${source}/></source>
                <address type='pci' domain='0' ${guest}/></hostdev>`,
            )
            .join('')}</devices></domain>`;
    const at = (bus: string, part: number): string => `bus='${bus}' slot='0' function='${part}'`;

    it('has all of the card, some, none, or has it apart', async () => {
        const whole = domain([at('3', 0), at('5', 0)], [at('3', 1), at('5', 1)]);
        expect(await statusOf(factsOf(good(), AMD, {domain: whole}), 'machine')).toBe('ok');
        const half = await check(factsOf(good(), AMD, {domain: domain([at('3', 0), at('5', 0)])}), 'machine');
        expect(half.evidence).toContain('0000:03:00.1');
        expect(half.mendable).toBeTrue();
        const none = await check(factsOf(good(), AMD, {domain: domain()}), 'machine');
        expect(none.status).toBe('failed');
        const apart = domain([at('3', 0), at('5', 0)], [at('3', 1), at('6', 0)]);
        expect((await check(factsOf(good(), AMD, {domain: apart}), 'machine')).evidence).toContain('slots');
    });

    it('names what is not there', async () => {
        const stale = domain([at('0x66', 0), at('5', 0)]);
        const found = await check(factsOf(good(), AMD, {domain: stale}), 'stale-devices');
        expect(found.evidence).toContain('0000:66:00.0');
        await expectAsync(check(factsOf(good(), AMD, {domain: domain()}), 'stale-devices')).toBeRejected();
        const blind = good();
        const facts = factsOf(blind, AMD, {domain: stale});
        await facts;
        expect((await facts).machine?.absent).toEqual(['0000:66:00.0']);
    });
});
