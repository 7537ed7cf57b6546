// SPDX-License-Identifier: GPL-3.0-or-later
import {Definition} from '../../../shared/definition/definition.js';
import type {DoctorMachine} from '../../../shared/health/doctor/ports.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile} from '../../fakes/pci/files.js';
import {AMD, AMD_RULE, helperError, note, StubHelper} from '../setUp/pretended.js';

export const RELEASE = '6.12.9-test';

/** A computer with an AMD card to lend, on which nothing is the matter. */
export function healthy(): FakePciTree {
    const fake = new FakePciTree().intelGraphics().amdCard();
    const {proc, dev} = fake.root;
    note(fake, 'c226:1', 'G:mutter-device-ignore');
    note(fake, '+sound:card0', 'E:ACP_IGNORE=1');
    fake.kernel.device(AMD).put('power_state', 'D0');
    putFile(`${proc}/sys/kernel/osrelease`, `${RELEASE}\n`);
    putFile(`${proc}/cmdline`, 'quiet splash\n');
    putFile(`${proc}/cpuinfo`, 'flags\t\t: fpu vmx sse\n');
    putFile(`${proc}/iomem`, '00000000-00000000 : PCI Bus 0000:03\n  00000000-00000000 : 0000:03:00.0\n');
    putFile(
        `${fake.folder}/usr/lib/modules/${RELEASE}/modules.dep`,
        'kernel/drivers/vfio/pci/vfio-pci.ko.xz:\n',
    );
    putFile(`${fake.folder}/usr/share/qemu/firmware/60-edk2-x86_64.json`, '{}');
    putFile(`${dev}/kvm`, '');
    return fake;
}

/** A helper that has set the card up. */
export function readyHelper(): StubHelper {
    const stub = new StubHelper();
    stub.guard = 'installed';
    stub.written.push(AMD_RULE);
    stub.failures.set('holders', helperError('NotAuthorized'));
    return stub;
}

/** A machine with these devices. */
export function machineOf(
    devices: string,
    {
        name = 'win',
        host = 'system',
        running = false,
        rest = '',
    }: Partial<Omit<DoctorMachine, 'definition'>> & {rest?: string} = {},
): DoctorMachine {
    const definition = Definition.parse(
        `<domain type='kvm'><name>${name}</name><memory unit='MiB'>1024</memory>${rest}` +
            `<os><type>hvm</type></os><devices>${devices}</devices></domain>`,
    );
    return {name, host, running, definition};
}

/** A PCI device of the host. */
export function hostdev(address: string): string {
    const [, domain, bus, slot, part] = /^(\w+):(\w+):(\w+)\.(\w)$/.exec(address) ?? [];
    return `<hostdev mode='subsystem' type='pci' managed='no'><source>
        <address domain='0x${domain}' bus='0x${bus}' slot='0x${slot}' function='0x${part}'/></source></hostdev>`;
}
