// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import {type IntegrationEdit, withIntegration} from '../../../shared/health/integration/integrationEdit.js';
import {domainNames, domainXml} from '../definition/support/domainFiles.js';

const plain = (): Definition =>
    Definition.parse(
        "<domain type='kvm'>\n  <name>m</name>\n  <memory>1024</memory>\n  <os><type>hvm</type></os>\n  <devices>\n    <emulator>/q</emulator>\n  </devices>\n</domain>",
    );
const FOLDER: IntegrationEdit = {kind: 'shared-folder', source: '/home/me/share', tag: 'my-share'};
const ALL: readonly IntegrationEdit[] = [
    {kind: 'agent-channel'},
    {kind: 'spice-agent'},
    {kind: 'report-channel'},
    {kind: 'balloon'},
    {kind: 'acpi'},
    {kind: 'clock'},
    FOLDER,
];

describe('Edits for the guest integration', () => {
    it('add what is missing', () => {
        const after = ALL.reduce(withIntegration, plain());
        expect(after.channels.map(({type, name}) => [type, name])).toEqual([
            ['unix', 'org.qemu.guest_agent.0'],
            ['spicevmc', 'com.redhat.spice.0'],
            ['unix', 'io.github.handover.report.0'],
        ]);
        expect(after.features.enabled.has('acpi')).toBeTrue();
        expect(after.filesystems[0]).toEqual(
            jasmine.objectContaining({driver: 'virtiofs', source: '/home/me/share', target: 'my-share'}),
        );
        expect(after.memoryBacking.source).toBe('memfd');
        expect(after.memoryBacking.access).toBe('shared');
        expect(after.toXml()).toContain("<stats period='5'/>");
        expect(after.toXml()).toContain(
            "<clock offset='utc'><timer name='rtc' tickpolicy='catchup'/></clock>",
        );
    });

    it('change nothing the second time, in any machine', () => {
        for (const name of domainNames()) {
            const before = Definition.parse(domainXml(name));
            for (const edit of ALL) {
                const once = withIntegration(before, edit);
                expect(withIntegration(once, edit).toXml())
                    .withContext(`${name}: ${edit.kind}`)
                    .toBe(once.toXml());
            }
        }
    });

    it('use the agent of SPICE without SPICE, and only once', () => {
        const once = withIntegration(plain(), {kind: 'vnc-agent'});
        expect(once.channels[0]?.type).toBe('qemu-vdagent');
        expect(withIntegration(once, {kind: 'spice-agent'})).toBe(once);
        expect(withIntegration(once, {kind: 'vnc-agent'})).toBe(once);
    });

    it('bring back a balloon that was switched off', () => {
        const none = Definition.parse(
            "<domain><name>m</name><devices><memballoon model='none'/></devices></domain>",
        );
        expect(withIntegration(none, {kind: 'balloon'}).toXml()).toContain(
            "<memballoon model='virtio'><stats period='5'/></memballoon>",
        );
    });

    it('take no path and no tag that is none', () => {
        for (const source of ['share', '/a/../b', '/a\n', ''])
            expect(() => withIntegration(plain(), {kind: 'shared-folder', source, tag: 'x'}))
                .withContext(source)
                .toThrowError();
        for (const tag of ['', '-o', 'a b', 'x'.repeat(37)])
            expect(() => withIntegration(plain(), {kind: 'shared-folder', source: '/a', tag}))
                .withContext(tag)
                .toThrowError();
        const one = withIntegration(plain(), FOLDER);
        expect(() =>
            withIntegration(one, {kind: 'shared-folder', source: '/other', tag: 'my-share'}),
        ).toThrowError();
        expect(
            withIntegration(plain(), {kind: 'shared-folder', source: '/a"\'<b', tag: 'x'}).filesystems[0]
                ?.source,
        ).toBe('/a"\'<b');
    });
});
