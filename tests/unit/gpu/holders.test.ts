// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {
    findHolders,
    type HolderReport,
    isFree,
    machineProcesses,
} from '../../../shared/gpu/holders/holders.js';
import {readHolder} from '../../../shared/gpu/holders/holderProcess.js';
import {PciReader} from '../../../shared/gpu/pciTree.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop, putFile} from '../../fakes/pci/files.js';
import {NVIDIA_UVM} from '../../fakes/pci/fakeNodes.js';
import {waitFor} from '../../harness/deadline.js';

async function holdersOf(fake: FakePciTree, address: string): Promise<HolderReport> {
    const {cards} = await new PciReader(fake.root).read();
    const card = cards.find(({display}) => display.address === address);
    if (!card) throw new Error(`No card at ${address}`);
    return findHolders(fake.root, card, {
        deviceNumber: path => Promise.resolve(fake.processes.deviceNumber(path)),
    });
}

function namesIn({processes}: HolderReport): string[] {
    return processes.map(({name}) => name);
}

const NVIDIA = '0000:01:00.0';
const AMD = '0000:03:00.0';

describe('Holders', () => {
    it('are none on a card that nobody uses', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card0');
        const report = await holdersOf(fake, AMD);

        expect(report.processes).toEqual([]);
        expect(isFree(report)).toBeTrue();
        expect(report.uninspected).toBe(0);
        expect(report.hidden).toBeFalse();
    });

    it('are processes with a DRM node open, with who they are', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const blender = fake.processes.start({
            comm: 'blender',
            command: ['/usr/bin/blender', '--background', 'a file.blend'],
            uid: 0,
            cgroup: '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.blender.Blender-77.scope',
        });
        fake.use(blender, '/dev/dri/renderD129');
        fake.use(blender, '/dev/dri/card1');
        blender.open('/home/someone/a file.blend');
        blender.open('socket:[1234]');
        const report = await holdersOf(fake, AMD);

        expect(report.processes).toEqual([
            {
                pid: blender.pid,
                startTicks: 1000 + blender.pid,
                name: 'blender',
                command: '/usr/bin/blender --background a file.blend',
                uid: 0,
                user: 'root',
                unit: 'app-gnome-org.blender.Blender-77.scope',
                appId: 'org.blender.Blender',
                role: 'program',
                nodes: ['card1', 'renderD129'],
                mappedOnly: false,
                drmClients: 0,
                memoryBytes: null,
            },
        ]);
        expect(isFree(report)).toBeFalse();
        expect(report.modules).toEqual([{name: 'amdgpu', references: 1, usedBy: []}]);
    });

    it('are found by the number of the device, whatever it is called where they run', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.processes.start({comm: 'inside'}).open('/dev/dri/card0', '226:1');
        fake.processes.start({comm: 'unmounted'}).open('/dri/card7', '226:1');
        fake.processes.start({comm: 'innocent'}).open('/dev/dri/card1', '226:0');
        fake.processes.start({comm: 'photographer'}).open('/home/someone/dri/card1', null);

        expect(namesIn(await holdersOf(fake, AMD))).toEqual(['inside', 'unmounted']);
    });

    it('are not those who kept a node of the time before it was lent', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
        await fake.kernel.write(`${fake.root.sys}/bus/pci/drivers/amdgpu/unbind`, AMD);
        await fake.kernel.write(`${fake.root.sys}/bus/pci/drivers_probe`, AMD);

        expect((await holdersOf(fake, AMD)).processes).toEqual([]);
    });

    it('use NVIDIA’s own nodes, those that belong to no card included', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        fake.use(fake.processes.start({comm: 'train'}), '/dev/nvidia0');
        fake.use(fake.processes.start({comm: 'monitor'}), '/dev/nvidiactl');
        fake.use(fake.processes.start({comm: 'compute'}), '/dev/nvidia-uvm');
        fake.processes.start({comm: 'tools'}).open('/dev/nvidia-uvm-tools', `${NVIDIA_UVM}:1`);
        const report = await holdersOf(fake, NVIDIA);

        expect(namesIn(report)).toEqual(['compute', 'monitor', 'tools', 'train']);
        expect(report.processes.map(({nodes}) => nodes)).toEqual([
            ['nvidia-uvm'],
            ['nvidiactl'],
            ['nvidia-uvm'],
            ['nvidia0'],
        ]);
        expect(report.modules.map(({name, references}) => [name, references])).toEqual([
            ['nvidia_drm', 0],
            ['nvidia_modeset', 1],
            ['nvidia_uvm', 1],
            ['nvidia', 4],
        ]);
    });

    it('follow the number that NVIDIA’s second card has', async () => {
        const fake = new FakePciTree().nvidiaCard().nvidiaCard('0000:02:00', '17');
        fake.use(fake.processes.start({comm: 'first'}), '/dev/nvidia0');
        fake.use(fake.processes.start({comm: 'second'}), '/dev/nvidia1');

        expect(namesIn(await holdersOf(fake, '0000:02:00.0'))).toEqual(['second']);
    });

    it('may have nothing but a mapping', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        fake.processes.start({
            comm: 'gnome-shell',
            maps: [
                '55d0c0000000-55d0c0001000 r-xp 00000000 fe:01 1234                       /usr/bin/gnome-shell',
                '7f1200000000-7f1200200000 rw-s 00000000 00:05 789                        /dev/nvidia0',
            ],
        });
        fake.processes.start({
            comm: 'other',
            maps: [
                '7f1200000000-7f1200200000 rw-s 00000000 00:05 790                        /dev/nvidia00',
                '7f1200000000-7f1200200000 rw-s 00000000 fe:01 791                        /home/x/nvidia0',
                '7f1200000000-7f1200200000 rw-s 00000000 00:05 792                        /dev/dri/card1 (deleted)',
            ],
        });
        const report = await holdersOf(fake, NVIDIA);

        expect(namesIn(report)).toEqual(['gnome-shell']);
        expect(report.processes[0]).toEqual(
            jasmine.objectContaining({mappedOnly: true, nodes: ['nvidia0'], role: 'desktop'}),
        );
    });

    it('read its sockets’ I²C buses', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        fake.use(fake.processes.start({comm: 'powerdevil'}), '/dev/i2c-2');
        fake.use(fake.processes.start({comm: 'elsewhere'}), '/dev/i2c-0');

        expect(namesIn(await holdersOf(fake, NVIDIA))).toEqual(['powerdevil']);
    });

    it('play sound on its sockets', async () => {
        const fake = new FakePciTree().amdGraphics().amdCard();
        const wireplumber = fake.processes.start({comm: 'wireplumber'});
        for (const path of ['/dev/snd/controlC0', '/dev/snd/controlC1', '/dev/snd/controlC2'])
            fake.use(wireplumber, path);
        fake.use(fake.processes.start({comm: 'mpv'}), '/dev/snd/pcmC1D3p');
        const report = await holdersOf(fake, AMD);

        expect(report.processes.map(({name, nodes, role}) => [name, nodes, role])).toEqual([
            ['wireplumber', ['controlC2'], 'sound-server'],
        ]);
    });

    it('count each use of a card once', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const use = (id: number, kib: number) => [
            'drm-driver:\tamdgpu',
            `drm-pdev:\t${AMD}`,
            `drm-client-id:\t${id}`,
            `drm-memory-vram:\t${kib} KiB`,
            'drm-memory-gtt: \t17 KiB',
        ];
        const game = fake.processes.start({comm: 'game'});
        fake.use(game, '/dev/dri/renderD129', use(5, 1024));
        fake.use(game, '/dev/dri/renderD129', use(5, 1024));
        fake.use(game, '/dev/dri/renderD129', use(6, 2048));
        const shell = fake.processes.start({comm: 'viewer'});
        fake.use(shell, '/dev/dri/renderD129', use(5, 1024));
        const report = await holdersOf(fake, AMD);

        expect(
            report.processes.map(({name, drmClients, memoryBytes}) => [name, drmClients, memoryBytes]),
        ).toEqual([
            ['game', 2, 3 * 2 ** 20],
            ['viewer', 1, 2 ** 20],
        ]);
        expect(report.memoryBytes).toBe(3 * 2 ** 20);
    });

    it('may vanish while they are looked at', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const short = fake.processes.start({comm: 'short'});
        const long = fake.processes.start({comm: 'long'});
        for (const process of [short, long]) fake.use(process, '/dev/dri/card1');
        const {cards} = await new PciReader(fake.root).read();
        const report = await findHolders(fake.root, cards[1]!, {
            deviceNumber: path => {
                const number = fake.processes.deviceNumber(path);
                short.exit();
                return Promise.resolve(number);
            },
        });

        expect(namesIn(report)).toEqual(['long']);
        expect(report.uninspected).toBe(0);
    });

    it('may vanish while their command is read', async () => {
        const fake = new FakePciTree();
        const process = fake.processes.start({comm: 'short'});
        const use = {pid: process.pid, nodes: [], mappedOnly: false, drmClients: 0, memoryBytes: null};
        const reading = readHolder(fake.root, use, String);
        process.exit();

        expect(await reading).toBeNull();
    });

    it('have names that are fit for one line, whatever they call themselves', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const process = fake.processes.start({
            comm: 'a) R 1\n(\u202eb',
            command: ['/bin/<b>x</b>', '--x\ny', '\u001b[31m', 'z'.repeat(9000)],
        });
        fake.use(process, '/dev/dri/card1');
        const [holder] = (await holdersOf(fake, AMD)).processes;

        expect(holder?.name).toBe('a) R 1 (b');
        expect(holder?.startTicks).toBe(1000 + process.pid);
        expect(holder?.command).toMatch(/^\/bin\/<b>x<\/b> --x y {2}\[31m z+…$/);
        expect([...(holder?.command ?? '')].length).toBe(500);
    });

    it('keep the whole name of a program that the kernel cuts', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const process = fake.processes.start({
            comm: 'nvidia-persiste',
            command: ['/usr/bin/nvidia-persistenced', '--verbose'],
        });
        fake.use(process, '/dev/dri/card1');

        expect(namesIn(await holdersOf(fake, AMD))).toEqual(['nvidia-persistenced']);
    });

    it('with a command that cannot be read are known by their name', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const process = fake.processes.start({comm: 'shy'});
        fake.use(process, '/dev/dri/card1');
        drop(`${process.folder}/cmdline`);

        expect((await holdersOf(fake, AMD)).processes[0]?.command).toBe('shy');
    });

    it('have roles that tell what can be done about them', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard();
        const start = (comm: string, cgroup: string, command?: string[]) =>
            fake.use(fake.processes.start({comm, cgroup, ...(command ? {command} : {})}), '/dev/nvidia0');
        start('nvidia-persiste', '/system.slice/nvidia-persistenced.service', [
            '/usr/bin/nvidia-persistenced',
        ]);
        start('gdm-x-session', '/system.slice/gdm.service');
        start('Xorg', '/user.slice/user-1000.slice/session-2.scope');
        start('ollama', '/system.slice/ollama.service');
        start('python3', '/user.slice/user-1000.slice/session-2.scope');
        const {processes} = await holdersOf(fake, NVIDIA);

        expect(Object.fromEntries(processes.map(({name, role}) => [name, role]))).toEqual({
            'nvidia-persistenced': 'driver-service',
            'gdm-x-session': 'display-manager',
            Xorg: 'desktop',
            ollama: 'service',
            python3: 'program',
        });
    });

    it('are the desktop, and not logind, which keeps what it has open; but logind where it is alone', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const logind = {comm: 'systemd-logind', uid: 0, cgroup: '/system.slice/systemd-logind.service'};
        fake.use(fake.processes.start(logind), '/dev/dri/card1');
        const namesNow = async () => (await holdersOf(fake, AMD)).processes.map(({name}) => name);
        expect(await namesNow()).toEqual(['systemd-logind']);
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/card1');
        expect(await namesNow()).toEqual(['gnome-shell']);
        // Who only calls itself so is named.
        fake.use(fake.processes.start({...logind, uid: 1000}), '/dev/dri/card1');
        expect(await namesNow()).toEqual(['gnome-shell', 'systemd-logind']);
    });

    it('are machines while vfio has the card', async () => {
        const fake = new FakePciTree().intelGraphics().arcCard();
        fake.kernel.loadNow('vfio_pci');
        const {sys} = fake.root;
        await fake.kernel.write(`${sys}/bus/pci/devices/${AMD}/driver_override`, 'vfio-pci');
        await fake.kernel.write(`${sys}/bus/pci/drivers/xe/unbind`, AMD);
        await fake.kernel.write(`${sys}/bus/pci/drivers_probe`, AMD);
        fake.use(fake.processes.start({comm: 'qemu-system-x86', uid: 64055}), '/dev/vfio/16');
        const report = await holdersOf(fake, AMD);

        expect(machineProcesses(report).map(({name, nodes}) => [name, nodes])).toEqual([
            ['qemu-system-x86', ['vfio/16']],
        ]);
    });

    it('are text consoles, too', async () => {
        const fake = new FakePciTree().device(AMD, 0x030000, '1002:744c', {
            driver: 'amdgpu',
            framebuffer: true,
        });

        expect((await holdersOf(fake, AMD)).consoles).toEqual([{framebuffer: 'fb0', console: 'vtcon1'}]);
        expect(isFree(await holdersOf(fake, AMD))).toBeFalse();
        fake.withoutConsole();

        expect((await holdersOf(fake, AMD)).consoles).toEqual([]);
    });

    it('are no consoles on the second framebuffer', async () => {
        const fake = new FakePciTree()
            .intelGraphics()
            .device(AMD, 0x030000, '1002:744c', {driver: 'amdgpu', framebuffer: true});

        expect((await holdersOf(fake, AMD)).consoles).toEqual([]);
    });

    it('are told with what Linux uses of the group besides', async () => {
        const fake = new FakePciTree().intelGraphics().nvidiaCard().stranger('14');

        expect((await holdersOf(fake, NVIDIA)).groupMembers.map(({address}) => address)).toEqual([
            '0000:02:00.0',
        ]);
    });

    it('are found in the real /proc', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const {cards} = await new PciReader(fake.root).read();
        // /dev/zero stands in for the card's node: 1:5 is its number everywhere.
        putFile(`${fake.root.sys}/devices/pci0000:00/${AMD}/drm/card1/dev`, '1:5\n');
        const [, pid] = GLib.spawn_async(
            null,
            ['sh', '-c', 'exec 5</dev/zero; exec sleep 20'],
            null,
            GLib.SpawnFlags.SEARCH_PATH | GLib.SpawnFlags.DO_NOT_REAP_CHILD,
            null,
        );
        const called = (): string => new TextDecoder().decode(GLib.file_get_contents(`/proc/${pid}/comm`)[1]);
        await waitFor('the program', () => called() === 'sleep\n');
        const report = await findHolders({...fake.root, proc: '/proc'}, cards[1]!);
        GLib.spawn_command_line_async(`kill ${pid}`);

        expect(
            report.processes.map(({pid: one, name, user, nodes}) => [one, name, user, nodes] as unknown[]),
        ).toContain([pid, 'sleep', 'tester', ['card1']]);
    });
});
