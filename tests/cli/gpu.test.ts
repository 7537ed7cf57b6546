// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FakePciTree} from '../fakes/fakePciTree.js';
import {testDriver} from '../libvirt/testDriver.js';
import {defineHostdevMachine, startMachine} from '../fakes/hostdevMachine.js';
import {handover, json, jsonError} from './handover.js';

const TEST = ['--host', 'test'];

interface Card {
    address: string;
    name: string;
    owner: Record<string, unknown>;
    group: {id: number; members: {address: string}[]} | null;
    holders: Record<string, unknown>[];
    uninspected: number;
}

/** Runs it on a pretended machine. */
function gpu(fake: FakePciTree, ...args: string[]): ReturnType<typeof handover> {
    return handover(['gpu', ...args], {env: {HANDOVER_SYSROOT: fake.folder}});
}

async function cardsOf(fake: FakePciTree, ...args: string[]): Promise<Card[]> {
    const {code, out, err} = await gpu(fake, 'status', '--json', ...TEST, ...args);
    expect({code, err}).toEqual({code: 0, err: ''});
    return json<Card[]>(out);
}

describe('handover gpu', () => {
    afterEach(() => testDriver.clear());

    it('says that there is no card', async () => {
        const fake = new FakePciTree();
        expect(await gpu(fake, ...TEST)).toEqual({
            code: 0,
            out: '',
            err: 'There is no graphics card.\n',
        });
        expect(await gpu(fake, '--json', ...TEST)).toEqual({code: 0, out: '[]\n', err: ''});
    });

    it('shows a card of which only the address is given', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {code, out, err} = await gpu(fake, '03:00.0', '--json', ...TEST);
        expect({code, err}).toEqual({code: 0, err: ''});
        expect(json<Card[]>(out).map(({address}) => address)).toEqual(['0000:03:00.0']);
    });

    it('does not ask which card is lent when none is', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard().nvidiaCard();
        const {code, err} = await gpu(fake, 'return', ...TEST);
        expect(code).toBe(3);
        expect(err).toContain('Linux has all graphics cards');
    });

    it('answers on this machine, whatever it has', async () => {
        const {code, out} = await handover(['gpu', '--json', ...TEST]);
        expect(code).toBe(0);
        expect(Array.isArray(json<unknown>(out))).toBeTrue();
    });

    it('prints all of a card, in exactly this form', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const blender = fake.processes.start({
            comm: 'blender',
            command: ['/usr/bin/blender', 'a file.blend'],
            uid: 0,
            cgroup: '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.blender.Blender-77.scope',
        });
        fake.use(blender, '/dev/dri/renderD129');
        fake.processes.start({comm: 'secret', closed: true});
        const [intel, amd, ...rest] = await cardsOf(fake);

        expect(rest).toEqual([]);
        expect(intel).toEqual(
            jasmine.objectContaining({
                address: '0000:00:02.0',
                driver: 'i915',
                bootVga: true,
                displays: [
                    {name: 'DP-1', connected: true},
                    {name: 'HDMI-A-1', connected: false},
                ],
                consoles: ['vtcon1'],
                holders: [],
            }),
        );
        const functions = [
            {address: '0000:03:00.0', vendor: '1002', device: '744c', class: '030000', driver: 'amdgpu'},
            {
                address: '0000:03:00.1',
                vendor: '1002',
                device: 'ab30',
                class: '040300',
                driver: 'snd_hda_intel',
            },
        ];
        expect(amd as unknown).toEqual({
            address: '0000:03:00.0',
            vendor: '1002',
            device: '744c',
            subsystemVendor: '1eae',
            subsystemDevice: '7901',
            name: jasmine.stringMatching(/^AMD .*Radeon RX 7900/),
            driver: 'amdgpu',
            owner: {kind: 'linux', driver: 'amdgpu'},
            group: {id: 15, members: functions},
            functions,
            bootVga: false,
            nodes: ['card1', 'renderD129'],
            displays: [{name: 'DP-4', connected: false}],
            holders: [
                {
                    pid: blender.pid,
                    name: 'blender',
                    user: 'root',
                    uid: 0,
                    command: '/usr/bin/blender a file.blend',
                    role: 'program',
                    app: 'org.blender.Blender',
                    unit: 'app-gnome-org.blender.Blender-77.scope',
                    nodes: ['renderD129'],
                    memoryBytes: null,
                },
            ],
            consoles: [],
            modules: [{name: 'amdgpu', references: 1}],
            uninspected: 1,
            hidden: false,
            // The helper was not asked, which alone knows of them.
            rivals: null,
        });
    });

    it('prints a table, and a block for each card', async () => {
        const fake = new FakePciTree().intelGraphics().labCards().stranger('6');
        fake.use(fake.processes.start({comm: 'blender', uid: 0}), '/dev/dri/card2');
        fake.processes.start({comm: 'secret', closed: true});
        const {code, out, err} = await gpu(fake, ...TEST);
        expect({code, err}).toEqual({code: 0, err: ''});
        const lines = out.split('\n');
        expect(lines[0]).toMatch(/^Card +Address +Owner +In use$/);
        expect(out).toMatch(/^.* 0000:01:00\.0 +Linux \(virtio-pci\) +\S/m);
        expect(out).toContain('1 process could not be inspected');
        expect(out).toMatch(
            /^ {2}IOMMU group {2,}6\n +0000:01:00\.1 \(snd_hda_intel\)\n +0000:02:00\.0 \(nvme\)$/m,
        );
        expect(out).not.toMatch(/[^\n]{200}/);
    });

    it('tells one card from two, and the IOMMU that is off', async () => {
        const one = await cardsOf(new FakePciTree().withoutIommu().intelGraphics());
        expect(one.map(({group}) => group)).toEqual([null]);
        const {out} = await gpu(new FakePciTree().withoutIommu().intelGraphics(), ...TEST);
        expect(out).toContain('None: the IOMMU is off, and the card cannot be lent');
    });

    it('names each owner', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard().amdCard();
        await fake.lend('0000:03:00.0', '0000:03:00.1');
        expect((await cardsOf(fake)).map(({owner}) => owner)).toEqual([
            {kind: 'linux', driver: 'i915'},
            {kind: 'linux', driver: 'nvidia'},
            {kind: 'vfio'},
        ]);
        await defineHostdevMachine('win; rm -rf ~', '0000:03:00.0');
        expect((await cardsOf(fake))[2]?.owner).toEqual({kind: 'vfio'});
        await startMachine('win; rm -rf ~');
        expect((await cardsOf(fake))[2]?.owner).toEqual({
            kind: 'machine',
            name: 'win; rm -rf ~',
            host: 'test',
        });
        expect((await gpu(fake, ...TEST)).out).toContain('With win; rm -rf ~');
    });

    it('tells of a card with nobody, and of one between', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        await fake.lend('0000:03:00.0');
        expect((await cardsOf(fake))[1]?.owner).toEqual({
            kind: 'between',
            direction: null,
            phase: null,
            step: null,
            name: null,
            host: null,
        });
        const {kernel, root} = fake;
        await kernel.write(`${root.sys}/bus/pci/drivers/vfio-pci/unbind`, '0000:03:00.0');
        expect((await cardsOf(fake))[1]?.owner).toEqual({kind: 'nobody'});
    });

    it('lets no process write to the terminal', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const evil = fake.processes.start({
            comm: 'a\x1b[2Jb',
            command: ['/bin/\x1b]0;owned\x07x', '\u202egnp.exe', '\n0000:66:00.0  free', '--', '$(reboot)'],
            uid: 0,
        });
        fake.use(evil, '/dev/dri/card1');
        const {out} = await gpu(fake, ...TEST);
        expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/);
        expect(out).toContain('$(reboot)');
        expect(out.split('\n').filter(line => line.startsWith('0000:66'))).toEqual([]);
        const [, card] = await cardsOf(fake);
        expect(card?.holders.map(({pid}) => pid)).toEqual([evil.pid]);
    });

    it('answers without libvirt, with a warning', async () => {
        const fake = new FakePciTree().intelGraphics();
        const asText = await gpu(fake, '--host', 'system');
        expect(asText.code).toBe(0);
        expect(asText.out).toContain('0000:00:02.0');
        expect(asText.err).toMatch(/^handover: system is left out: .*libvirt-dbus.*\n$/);
        const asJson = await gpu(fake, '--json', '--host', 'system');
        expect(asJson.code).toBe(0);
        expect(json<Card[]>(asJson.out).length).toBe(1);
        expect(JSON.parse(asJson.err)).toEqual({
            warning: jasmine.objectContaining({about: 'system', category: 'unreachable'}),
        });
    });

    it('answers without a bus', async () => {
        const fake = new FakePciTree().intelGraphics();
        const {code, out} = await handover(['gpu', '--json'], {
            env: {
                HANDOVER_SYSROOT: fake.folder,
                DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere',
                DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/nowhere',
            },
        });
        expect(code).toBe(0);
        expect(json<Card[]>(out).length).toBe(1);
    });

    it('understands its tasks, and no other', async () => {
        const wrong = await handover(['gpu', 'steal', '--json']);
        expect(wrong.code).toBe(2);
        expect(jsonError(wrong.err)['category']).toBe('usage');
        expect((await handover(['gpu', 'status', 'one', 'more'])).code).toBe(2);
        expect((await handover(['gpu', '03:00.0', 'more'])).code).toBe(2);
    });

    it('costs a list nothing', () => {
        const folder = `${GLib.getenv('HANDOVER_PREFIX')}/share/handover/cli`;
        const seen = new Set<string>();
        const follow = (name: string): void => {
            if (seen.has(name)) return;
            seen.add(name);
            const code = new TextDecoder().decode(GLib.file_get_contents(`${folder}/${name}`)[1]);
            for (const [, next = ''] of code.matchAll(/^(?:import|export) [^;]*?["']\.\/([^"']+)["'];/gms))
                follow(next);
        };
        follow('main.js');
        const loaded = [...seen].map(name =>
            new TextDecoder().decode(GLib.file_get_contents(`${folder}/${name}`)[1]),
        );
        expect(loaded.join('')).not.toMatch(/shared\/gpu\/|HandoverGpu/);
        seen.clear();
        follow('commandLine.js');
        expect([...seen].some(name => name.startsWith('gpu-'))).toBeFalse();
    });
});
