// SPDX-License-Identifier: GPL-3.0-or-later
import {NO_METADATA} from '../../../shared/definition/metadata.js';
import {Definition} from '../../../shared/definition/definition.js';
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {makeElement} from '../../../shared/definition/xmlTree.js';
import {canonical} from './support/canonical.js';
import {domainNames, domainXml} from './support/domainFiles.js';

const read = (name: string) => Definition.parse(domainXml(name));
const domain = (inside: string) => Definition.parse(`<domain type='kvm'>${inside}</domain>`);

describe('A definition', () => {
    it('tells who the machine is', () => {
        const definition = read('looking-glass-windows');
        expect(definition.type).toBe('kvm');
        expect(definition.name).toBe('win11-gaming');
        expect(definition.title).toBe('Windows 11 & games');
        expect(definition.description).toBe('GPU passthrough,\nLooking Glass on /dev/kvmfr0');
        expect(definition.id).toBeNull();
        expect(read('test-driver').id).toBe(1);
        expect(read('test-driver').uuid).toBe('6695eb01-f6a4-8304-79aa-97f2502e193f');
    });

    it('reads names of every script, and hostile ones, as they are', () => {
        expect(read('non-ascii').name).toBe('Büro-Ω-機械-машина');
        expect(read('right-to-left-emoji').name).toBe('מכונה-جهاز-🖥️👩‍💻');
        expect(read('long-name').name.length).toBe(10_000);
        expect(read('hostile-name').name).toBe('--force; rm -rf $HOME <b>x</b> &amp; `id` %s ../..');
        expect(read('cdata').name).toBe('c<d>&ata');
        expect(read('cdata').title).toBe('one <two> <three>');
        expect(read('cdata').description).toBe('if (a < b && c > d) { "]]" } end ]]>');
        expect(read('comments-everywhere').name).toBe('comments');
        expect(read('entities').title).toBe(`<b>"bold"</b> &amp; it's 😀 😀`);
        expect(read('entities').description).toBe('line one\nline two\r\ttab &lt; not a tag');
    });

    it('reads a UUID in any of the ways libvirt takes', () => {
        expect(read('virtualbox').uuid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(read('minimal').uuid).toBeNull();
        expect(domain('<uuid>nonsense</uuid>').uuid).toBeNull();
    });

    it('has an answer for a machine of which nothing is said', () => {
        const definition = Definition.parse('<domain/>');
        expect(definition.name).toBe('');
        expect(definition.type).toBe('');
        expect(definition.title).toBeNull();
        expect(definition.vcpus).toEqual({current: 1, maximum: 1});
        expect(definition.memory).toEqual({current: 0, maximum: 0, hotplugMaximum: null});
        expect(definition.boot.osType).toBe('hvm');
        expect(definition.devices).toEqual([]);
        expect(definition.disks).toEqual([]);
        expect(definition.lifecycle).toEqual({
            onPowerOff: 'destroy',
            onReboot: 'restart',
            onCrash: 'destroy',
        });
    });

    it('reads every fact of every kind of machine without an error', () => {
        for (const name of domainNames()) {
            const definition = read(name);
            const facts = Object.entries(Object.getOwnPropertyDescriptors(Definition.prototype))
                .filter(([, property]) => property.get !== undefined)
                .map(([fact]) => Reflect.get(definition, fact) as unknown);
            expect(facts.length).withContext(name).toBeGreaterThan(25);
            expect(definition.name).withContext(name).not.toBe('');
        }
    });

    it('is of a domain only', () => {
        expect(() => Definition.parse('<network><name>default</name></network>')).toThrowError(
            DefinitionError,
            'This describes <network>, not a machine',
        );
        expect(() => Definition.parse('no XML')).toThrowError(DefinitionError);
    });
});

describe('What a definition says of the platform', () => {
    it('tells BIOS from EFI', () => {
        const firmware = (name: string) => read(name).boot.firmware;
        expect(firmware('q35-efi-secure')).toBe('efi');
        expect(firmware('efi-by-loader')).toBe('efi');
        expect(firmware('sev-launch-security')).toBe('efi');
        expect(firmware('bios-i440fx')).toBe('bios');
        expect(firmware('xen-hvm')).toBe('bios');
        expect(firmware('minimal')).toBe('bios');
        const flash = "<os><type>hvm</type><loader type='pflash'>/firmware.fd</loader></os>";
        expect(domain(flash).boot.firmware).toBe('efi');
        expect(firmware('lxc-container')).toBeNull();
        expect(firmware('xen-pv')).toBeNull();
    });

    it('tells secure boot', () => {
        expect(read('q35-efi-secure').boot.secureBoot).toBeTrue();
        expect(read('looking-glass-windows').boot.secureBoot).toBeTrue();
        expect(read('efi-by-loader').boot.secureBoot).toBeFalse();
        expect(read('bios-i440fx').boot.secureBoot).toBeFalse();
    });

    it('reads type, architecture, machine and boot order', () => {
        expect(read('bios-i440fx').boot).toEqual({
            osType: 'hvm',
            architecture: 'x86_64',
            machineType: 'pc-i440fx-9.2',
            firmware: 'bios',
            secureBoot: false,
            devices: ['network', 'cdrom', 'hd'],
            kernel: null,
        });
        expect(read('direct-kernel').boot.kernel).toBe('/var/lib/libvirt/boot/vmlinuz');
        expect(read('lxc-container').boot.osType).toBe('exe');
        expect(read('aarch64-virt').boot.architecture).toBe('aarch64');
    });

    it('reads features and lifecycle', () => {
        const {features} = read('hyperv-enlightenments');
        expect(features.kvmHidden).toBeTrue();
        expect(features.enabled.has('acpi')).toBeTrue();
        expect(features.enabled.has('vmport')).toBeFalse();
        expect(features.hyperv.has('vendor_id')).toBeTrue();
        expect(features.hyperv.has('evmcs')).toBeFalse();
        expect(read('minimal').features.enabled.size).toBe(0);
        expect(read('direct-kernel').lifecycle).toEqual({
            onPowerOff: 'destroy',
            onReboot: 'destroy',
            onCrash: 'preserve',
        });
        expect(read('xen-pv').lifecycle.onCrash).toBe('rename-restart');
    });
});

describe('What a definition says of processors and memory', () => {
    it('counts virtual CPUs', () => {
        expect(read('cpu-host-passthrough').vcpus).toEqual({current: 4, maximum: 8});
        expect(read('vcpus-hotplug').vcpus).toEqual({current: 2, maximum: 4});
        expect(read('weird-whitespace').vcpus).toEqual({current: 2, maximum: 2});
        const listed = "<vcpu>4</vcpu><vcpus><vcpu id='0' enabled='yes'/><vcpu id='1' enabled='no'/></vcpus>";
        expect(domain(listed).vcpus).toEqual({current: 1, maximum: 4});
    });

    it('reads mode, model, topology and CPU features', () => {
        const {cpu} = read('cpu-host-passthrough');
        expect(cpu.mode).toBe('host-passthrough');
        expect(cpu.topology).toEqual({sockets: 1, dies: 1, clusters: 1, cores: 4, threads: 2});
        expect(cpu.features.get('hypervisor')).toBe('disable');
        const custom = read('cpu-custom-model').cpu;
        expect([custom.mode, custom.model]).toEqual(['custom', 'Skylake-Client-IBRS']);
        expect(read('minimal').cpu.mode).toBeNull();
        expect(read('memory-numa-hotplug').cpu.numaCells).toBe(3);
    });

    it('reads the pinning', () => {
        const {cpuPinning, ioThreads} = read('cputune-pinning');
        expect(cpuPinning.vcpus.get(2)).toEqual([2, 10]);
        expect(cpuPinning.vcpus.get(3)).toEqual([2, 4]);
        expect(cpuPinning.vcpus.get(4)).toBeUndefined();
        expect(cpuPinning.emulator).toEqual([0, 8]);
        expect(cpuPinning.ioThreads.get(1)).toEqual([0, 8]);
        expect(cpuPinning.others?.length).toBe(14);
        expect(ioThreads).toBe(2);
        expect(read('minimal').cpuPinning.others).toBeNull();
    });

    it('reads memory in any unit as KiB', () => {
        expect(read('memory-units-gib').memory).toEqual({
            current: 1464844,
            maximum: 4194304,
            hotplugMaximum: null,
        });
        // More than the maximum counts as the maximum.
        expect(read('memory-units-old').memory).toEqual({
            current: 1048576,
            maximum: 1048576,
            hotplugMaximum: null,
        });
        expect(read('one-line').memory.maximum).toBe(65537);
        expect(read('minimal').memory.maximum).toBe(1024);
        expect(read('test-driver').memory).toEqual({
            current: 2097152,
            maximum: 8388608,
            hotplugMaximum: null,
        });
        expect(read('memory-numa-hotplug').memory.hotplugMaximum).toBe(16777216);
        expect(read('numa-without-memory').memory.maximum).toBe(512000 + 524288);
    });

    it('reads where memory comes from', () => {
        expect(read('memory-numa-hotplug').memoryBacking).toEqual({
            hugePages: true,
            hugePageSizesKib: [1048576, 2048],
            locked: true,
            source: 'memfd',
            access: 'shared',
        });
        expect(read('minimal').memoryBacking.hugePages).toBeFalse();
    });
});

describe('Changing a definition', () => {
    it('changes the title alone', () => {
        const xml = domainXml('looking-glass-windows');
        const edited = Definition.parse(xml).withTitle('<Ti&tle> "x"');
        expect(edited.title).toBe('<Ti&tle> "x"');
        expect(edited.toXml()).toBe(xml.replace('Windows 11 &amp; games', '&lt;Ti&amp;tle&gt; "x"'));
    });

    it('puts title and description where libvirt has them', () => {
        const edited = read('test-driver').withDescription('two\nlines').withTitle('one');
        expect(edited.toXml()).toContain(
            '</uuid>\n  <title>one</title>\n  <description>two\nlines</description>\n  <memory',
        );
        expect(edited.withTitle(null).withDescription(null).toXml()).toBe(domainXml('test-driver'));
    });

    it('is never changed itself', () => {
        const xml = domainXml('comments-everywhere');
        const definition = Definition.parse(xml);
        definition
            .withTitle('x')
            .withDescription('y')
            .withMetadata({...NO_METADATA, shortName: 'z', shutdownDeadlineSeconds: 5});
        expect(definition.toXml()).toBe(xml);
        expect(definition.title).toBeNull();
    });

    it('is the same object when nothing changes', () => {
        const definition = read('looking-glass-windows');
        expect(definition.withTitle(definition.title)).toBe(definition);
        expect(read('minimal').withTitle(null).title).toBeNull();
        expect(definition.withAttribute(['vcpu'], 'placement', 'static')).toBe(definition);
    });

    it('refuses what libvirt would', () => {
        expect(() => read('minimal').withTitle('two\nlines')).toThrowError(DefinitionError);
        expect(() => read('minimal').withTitle('\u0000')).toThrowError(DefinitionError);
        expect(() => read('minimal').withElement([], () => null)).toThrowError(DefinitionError);
    });

    it('edits by path', () => {
        const xml = domainXml('hostdev-pci-gpu');
        const second = {name: 'hostdev', index: 1} as const;
        const edited = Definition.parse(xml).withAttribute(['devices', second, 'rom'], 'bar', 'on');
        expect(edited.toXml()).toBe(xml.replace("<rom bar='off'/>", "<rom bar='on'/>"));
        expect(edited.withElement(['devices', second], () => null).hostDevices.length).toBe(2);
        const disk = {name: 'disk', where: {device: 'disk'}} as const;
        expect(() => edited.withText(['devices', disk], 'x')).toThrowError(
            DefinitionError,
            /has no <disk device='disk'>/,
        );
        expect(read('minimal').withText(['memory'], '2048').memory.maximum).toBe(2048);
    });

    it('adds a device', () => {
        const watchdog = makeElement('watchdog', {model: 'itco', action: 'reset'});
        expect(read('tabs-indentation').withDevice(watchdog).toXml()).toContain(
            "<sound model='ich9'/>\n\t\t<watchdog model='itco' action='reset'/>\n\t</devices>",
        );
        expect(
            read('minimal')
                .withDevice(watchdog)
                .devices.map(({kind}) => kind),
        ).toEqual(['watchdog']);
    });

    it('leaves every machine as it was once the change is taken back', async () => {
        for (const name of domainNames()) {
            const definition = read(name);
            const {title, description} = definition;
            const edited = definition.withTitle('other').withDescription('other');
            expect(edited.title).withContext(name).toBe('other');
            const back = edited.withTitle(title).withDescription(description);
            expect(back.title).withContext(name).toBe(title);
            expect(await canonical(withoutTexts(back)))
                .withContext(name)
                .toBe(await canonical(withoutTexts(definition)));
        }
    }, 60_000);
});

/** The XML without title and description, which need not come back in the same place or the same spelling. */
function withoutTexts(definition: Definition): string {
    return definition.withTitle(null).withDescription(null).toXml();
}
