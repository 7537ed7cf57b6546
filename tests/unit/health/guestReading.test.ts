// SPDX-License-Identifier: GPL-3.0-or-later
import {
    askGuest,
    type Capture,
    type GuestPorts,
    readGuest,
} from '../../../shared/health/machine/guestReading.js';
import {read, unread} from '../../../shared/health/machine/reading.js';
import {valueOf} from './pretended.js';
import {
    type FilePorts,
    readImages,
    readStateFiles,
    tpmFolder,
} from '../../../shared/health/machine/stateFiles.js';
import {LibvirtError, ServiceLostError} from '../../../shared/libvirt/libvirtErrors.js';
import {SubprocessError} from '../../../shared/platform/errors.js';
import {Definition} from '../../../shared/definition/definition.js';

const UUID = '230d977e-e225-4159-8720-771f8ca81811';

/** Clocks that go on by 10 ms whenever somebody looks. */
function portsWith(guestTime: () => Promise<number>): GuestPorts {
    let wall = 1_000;
    let monotonic = 0;
    return {guestTime, wallClockMs: () => (wall += 10), monotonicMs: () => (monotonic += 10)};
}

const ask = (runProgram: Capture): {timeoutMs: number; runProgram: Capture} => ({
    timeoutMs: 1_000,
    runProgram,
});

describe('Asking a guest', () => {
    it('one question tells of the agent and of the clock', async () => {
        const {agent, clock} = await askGuest(portsWith(() => Promise.resolve(7)));
        expect(valueOf(agent)).toEqual({answered: true, milliseconds: 10});
        expect(valueOf(clock)).toEqual({guestMs: 7, askedMs: 1_010, answeredMs: 1_020});
    });

    it('an agent that does not answer is told from a question that was not put', async () => {
        const silent = await askGuest(portsWith(() => Promise.reject(new LibvirtError('no agent'))));
        expect(valueOf(silent.agent)?.answered).toBeFalse();
        expect(silent.clock.known).toBeFalse();
        const lost = await askGuest(portsWith(() => Promise.reject(new ServiceLostError('gone'))));
        expect(lost.agent.known).toBeFalse();
        await expectAsync(
            askGuest(portsWith(() => Promise.reject(new TypeError('ours')))),
        ).toBeRejectedWithError(TypeError);
    });

    it('who it is, by its UUID', async () => {
        const asked: string[] = [];
        const answer =
            (text: string, complete = true): Capture =>
            argv => {
                asked.push(argv.join(' '));
                return Promise.resolve({stdout: new TextEncoder().encode(text), complete});
            };
        const guest = await readGuest('qemu:///session', UUID, ask(answer('hostname : build\n')));
        expect(valueOf(guest)?.hostName).toBe('build');
        expect(asked).toEqual([`virsh --connect qemu:///session guestinfo --domain ${UUID}`]);
        expect((await readGuest('u', UUID, ask(answer(' \n')))).known).toBeFalse();
        const late = await readGuest('u', UUID, ask(answer('', false)));
        expect(late).toEqual(unread('The guest agent did not answer in time.'));
        const absent: Capture = () => Promise.reject(new SubprocessError('virsh', null, ''));
        expect((await readGuest('u', UUID, ask(absent))).known).toBeFalse();
    });
});

describe('Files of a machine', () => {
    const asked: string[] = [];
    /** Says that what has “gone” in its name is gone, and that nobody may look at what has “secret”. */
    const files: FilePorts = {
        isThere: path => Promise.resolve(path.includes('secret') ? null : !path.includes('gone')),
        freeBytes: () => Promise.resolve(read(5)),
        chain: (path, format) => {
            asked.push(`${path} ${format ?? '?'}`);
            return Promise.resolve(
                path === '/a.qcow2' ? read({layers: [], missing: '/lost.qcow2', loop: null}) : unread('No.'),
            );
        },
    };
    const machine = (os: string, devices: string): Definition =>
        Definition.parse(
            `<domain><name>m</name><uuid>${UUID}</uuid><os>${os}</os><devices>${devices}</devices></domain>`,
        );

    it('of its firmware and of its TPM', async () => {
        const both = machine(
            '<nvram> /gone/m.fd </nvram>',
            "<tpm><backend type='emulator' version='2.0'/></tpm>",
        );
        expect(await readStateFiles(both, '/secret', files)).toEqual([
            {kind: 'nvram', path: '/gone/m.fd', there: false},
            {kind: 'tpm', path: `/secret/${UUID}`, there: null},
        ]);
        const named = machine(
            "<nvram type='file'><source file='/n.fd'/></nvram>",
            "<tpm><backend type='emulator'><source type='dir' path='/t'/></backend></tpm>",
        );
        expect((await readStateFiles(named, '/x', files)).map(({path, there}) => [path, there])).toEqual([
            ['/n.fd', true],
            ['/t', true],
        ]);
        const none = machine('<nvram>relative</nvram>', "<tpm><backend type='passthrough'/></tpm>");
        expect(await readStateFiles(none, '/x', files)).toEqual([]);
    });

    it('are where libvirt is', () => {
        expect(tpmFolder(true, '/home/me/.config')).toBe('/home/me/.config/libvirt/qemu/swtpm');
        expect(tpmFolder(false, '/home/me/.config')).toBe('/var/lib/libvirt/swtpm');
    });

    it('of its disks, with what they rest on', async () => {
        const disks = machine(
            '',
            `<disk type='file' device='disk'><driver type='qcow2'/><source file='/a.qcow2'/>
               <backingStore type='file'><source file='/gone.qcow2'/>
                 <backingStore type='file'><source file='/secret.raw'/><backingStore/></backingStore>
               </backingStore><target dev='vda'/></disk>
             <disk type='block' device='disk'><source dev='/dev/vg/m'/><target dev='vdb'/></disk>
             <disk type='file' device='cdrom'><source file='/cd.iso'/><target dev='sda'/></disk>
             <disk type='network' device='disk'><source protocol='rbd' name='p/i'/><target dev='vdc'/></disk>`,
        );
        const images = await readImages(disks, files, Promise.resolve(new Map([['vdb', 7]])));
        expect(
            images.map(({target, readOnly, missing, growthBytes}) => [
                target,
                readOnly,
                missing,
                growthBytes,
            ]),
        ).toEqual([
            ['vda', false, ['/gone.qcow2', '/lost.qcow2'], null],
            ['vdb', true, [], 7],
        ]);
        expect(asked).toEqual(['/a.qcow2 qcow2', '/dev/vg/m ?']);
    });
});
