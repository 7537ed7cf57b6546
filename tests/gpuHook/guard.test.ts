// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FakeProcess} from '../fakes/pci/fakeProcesses.js';
import {drop, putFile, putFolder, putLink} from '../fakes/pci/files.js';
import {waitFor} from '../harness/deadline.js';
import {runProgram} from '../harness/program.js';
import {HOOK, hostdev, machine} from './guardRun.js';
import {amd, CARD, expectRefused, holds, LET_PASS, nvidia} from './pretended.js';

describe('guard hook: who holds the card', () => {
    it('lets a machine start when nobody does', async () => {
        const tree = amd();
        holds(tree, '/home/me/dri/notes.txt');
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });

    for (const node of [
        '/dev/dri/card1',
        '/dev/dri/renderD129',
        '/dev/snd/controlC0',
        '/dev/snd/pcmC0D3p',
        '/dev/i2c-2',
    ]) {
        it(`refuses while a process has ${node}`, async () => {
            const tree = amd();
            const process = holds(tree, node);
            await expectRefused(
                tree,
                machine(CARD),
                new RegExp(`0000:03:00\\.0 is in use by blender \\(pid ${process.pid}\\)`),
            );
        });
    }

    it('does not mind who uses another card', async () => {
        const tree = amd();
        for (const node of [
            '/dev/dri/card0',
            '/dev/dri/renderD128',
            '/dev/i2c-0',
            '/dev/fb0',
            '/dev/dri/card11',
        ])
            holds(tree, node, 'gnome-shell');
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });

    it('sees a node that a container knows by a longer path', async () => {
        const tree = amd();
        holds(tree, '/var/lib/machines/games/dev/dri/card1', 'steam');
        await expectRefused(tree, machine(CARD), /steam/);
    });

    it('does not mind what is left of an earlier life of the card', async () => {
        const tree = amd();
        holds(tree, '/dev/dri/card1 (deleted)', 'gnome-shell');
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });

    it('looks at the functions that are lent, and no others', async () => {
        const tree = amd();
        holds(tree, '/dev/dri/card1');
        expect(await tree.hook(machine(hostdev('03:00.1')))).toEqual(LET_PASS);
        holds(tree, '/dev/snd/controlC0', 'wireplumber');
        await expectRefused(tree, machine(hostdev('03:00.1')), /card 0000:03:00\.0 is in use by wireplumber/);
    });

    it('names three and counts the rest', async () => {
        const tree = amd();
        for (const name of ['a', 'b', 'c', 'd', 'e']) holds(tree, '/dev/dri/card1', name);
        await expectRefused(
            tree,
            machine(CARD),
            /by [a-e] \(pid \d+\), [a-e] \(pid \d+\), [a-e] \(pid \d+\) and 2 more/,
        );
    });

    it('names the desktop, and not logind and systemd, which keep what it has open', async () => {
        const tree = amd();
        holds(tree, '/dev/dri/card1', 'systemd-logind');
        await expectRefused(tree, machine(CARD), /in use by systemd-logind \(pid \d+\)\. /);
        holds(tree, '/dev/dri/card1', 'gnome-shell');
        await expectRefused(tree, machine(CARD), /in use by gnome-shell \(pid \d+\)\. /);
    });

    it('counts a process with many descriptors once', async () => {
        const tree = amd();
        const process = holds(tree, '/dev/dri/card1');
        for (let index = 0; index < 5; index++) process.open('/dev/dri/renderD129');
        await expectRefused(
            tree,
            machine(CARD),
            /in use by blender \(pid \d+\)\. .*handover start --close-apps/,
        );
    });

    it('prints no control characters of a process name', async () => {
        const tree = amd();
        const process = holds(tree, '/dev/dri/card1');
        putFile(`${process.folder}/comm`, '\u001b[31m$(id)`é\n');
        await expectRefused(tree, machine(CARD), /in use by \?\?31m\?\?id\?\?\?\? \(pid/);
    });

    it('is not led astray by a file that is called like a list of descriptors', async () => {
        const tree = amd();
        holds(tree, `/x/dev/dri/y\n${tree.root.proc}/1/fd /nothing`);
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
        holds(tree, '/dev/dri/card1', 'real');
        await expectRefused(tree, machine(CARD), /real/);
    });

    for (const shell of ['/bin/dash', '/bin/bash', 'busybox sh'])
        it(`is not led astray by a file that is called like an error, under ${shell}`, async () => {
            const tree = amd();
            tree.shell = shell;
            if (shell.startsWith('busybox'))
                tree.changeHook('\nPATH=', '\nfind() { /usr/bin/find "$@"; }\nPATH=');
            holds(tree, `/x/dev/dri/y\nfind: '${tree.root.proc}/1/fd': Permission denied`);
            expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
        });

    it('refuses when it does not see descriptors', async () => {
        const tree = amd().blind();
        await expectRefused(
            tree,
            machine(CARD),
            /cannot be found out whether the graphics card 0000:03:00\.0/,
        );
    });

    for (const processors of ['', '0', '0-1', '0-15', '0,2-3']) {
        it(`looks at all processes with the processors “${processors}”`, async () => {
            const tree = amd();
            if (processors !== '') putFile(`${tree.root.sys}/devices/system/cpu/online`, `${processors}\n`);
            for (const pid of [1, 7, ...Array.from({length: 10}, (_, last) => 5000 + last)]) {
                const process = new FakeProcess(`${tree.root.proc}/${pid}`, pid, {comm: 'blender'});
                process.open('/dev/dri/card1');
                await expectRefused(tree, machine(CARD), new RegExp(`in use by blender \\(pid ${pid}\\)\\.`));
                drop(process.folder);
            }
            expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
        });
    }

    it('sees what a game has open whose first thread has ended', async () => {
        const tree = amd();
        const game = tree.processes.start({comm: 'game.exe'});
        for (const thread of [game.pid, game.pid + 1, game.pid + 2])
            putFolder(`${game.folder}/task/${thread}/fd`);
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
        putLink(`${game.folder}/task/${game.pid + 2}/fd/7`, '/dev/dri/renderD129');
        await expectRefused(tree, machine(CARD), new RegExp(`in use by game.exe \\(pid ${game.pid}\\)\\.`));
        tree.program(
            'find',
            `case " $* " in *" ${game.folder}/task/"*) exit 1 ;; esac\nexec /usr/bin/find "$@"`,
        );
        await expectRefused(tree, machine(CARD), /cannot be found out whether/);
    });

    it('refuses when a part of the processes was not looked at', async () => {
        const tree = amd();
        for (const last of [0, 3, 7, 9]) {
            const blocked = tree.processes.start({comm: 'some'});
            const path = `${tree.root.proc}/${blocked.pid - (blocked.pid % 10) + last}`;
            putFolder(`${path}/fd`);
            tree.program('find', `case " $* " in *" ${path}/fd "*) exit 1 ;; esac\nexec /usr/bin/find "$@"`);
            await expectRefused(tree, machine(CARD), /cannot be found out whether/);
            drop(path);
            expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
        }
    });

    it('refuses when there is a process that it may not look into', async () => {
        const tree = amd();
        const process = tree.processes.start({comm: 'closed', closed: true});
        await expectRefused(tree, machine(CARD), /1 process\(es\) that may use/);
        process.exit();
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });

    it('lets a card that vfio has go, whatever else is', async () => {
        const tree = amd().blind();
        for (const part of ['0000:03:00.0', '0000:03:00.1']) {
            await tree.kernel.loadModules(['vfio-pci']);
            const driver = tree.kernel.device(part).driver?.name;
            await tree.kernel.write(`${tree.root.sys}/bus/pci/devices/${part}/driver_override`, 'vfio-pci');
            await tree.kernel.write(`${tree.root.sys}/bus/pci/drivers/${driver}/unbind`, part);
            await tree.kernel.write(`${tree.root.sys}/bus/pci/drivers_probe`, part);
        }
        holds(tree, '/dev/dri/card0');
        expect(tree.kernel.bindings('0000:03:00')).toEqual({
            '0000:03:00.0': 'vfio-pci',
            '0000:03:00.1': 'vfio-pci',
        });
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });

    it('leaves devices that are no part of a card alone', async () => {
        const tree = amd().stranger('17');
        holds(tree, '/dev/dri/card1');
        holds(tree, '/dev/nvme0');
        expect(await tree.hook(machine(hostdev('02:00.0')))).toEqual(LET_PASS);
    });

    it('leaves it to libvirt to miss a device', async () => {
        expect(
            await amd()
                .blind()
                .hook(machine(hostdev('7f:1f.7'))),
        ).toEqual(LET_PASS);
    });

    it('refuses a card in the middle of a handover, and one the kernel is stuck with', async () => {
        const tree = amd();
        const record = `${tree.root.run}/handover/0000:03:00.0.json`;
        putFile(record, '{\n  "version": 1,\n  "phase": "moving"\n}\n');
        await expectRefused(tree, machine(CARD), /is being handed over/);
        putFile(record, '{\n  "phase": "stuck"}');
        await expectRefused(tree, machine(hostdev('03:00.1')), /kernel is stuck/);
        putFile(record, '{\n  "phase": "lent"\n}\n');
        expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
    });
});

describe('guard hook: NVIDIA', () => {
    const card = machine(hostdev('01:00.0') + hostdev('01:00.1'));

    it('lets a card go that nobody uses', async () => {
        expect(await nvidia().hook(card)).toEqual(LET_PASS);
    });

    it('refuses while a process has its own node', async () => {
        const tree = nvidia();
        holds(tree, '/dev/nvidia0', 'ollama');
        await expectRefused(tree, card, /ollama/);
    });

    it('does not mind the node of another one', async () => {
        const tree = nvidia();
        holds(tree, '/dev/nvidia1');
        holds(tree, '/dev/nvidiactl');
        expect(await tree.hook(card)).toEqual(LET_PASS);
    });

    it('takes any node for its own when its driver does not tell which', async () => {
        const tree = nvidia();
        GLib.unlink(`${tree.root.proc}/driver/nvidia/gpus/0000:01:00.0/information`);
        holds(tree, '/dev/nvidia7', 'someone');
        await expectRefused(tree, card, /someone/);
    });

    it('finds a process that only has it mapped', async () => {
        const tree = nvidia();
        tree.processes.start({comm: 'gnome-shell', maps: ['7f00-7f01 rw-s 00000000 00:06 613 /dev/nvidia0']});
        putFile(`${tree.root.sys}/module/nvidia/refcnt`, '9\n');
        await expectRefused(tree, card, /gnome-shell/);
    });

    it('refuses while its display modules have it', async () => {
        const tree = nvidia();
        putFile(`${tree.root.sys}/module/nvidia_drm/parameters/modeset`, 'Y\n');
        await expectRefused(tree, card, /display modules still use the graphics card 0000:01:00\.0/);
    });

    it('refuses when the kernel does not count its users', async () => {
        const tree = nvidia();
        putFile(`${tree.root.sys}/module/nvidia/refcnt`, 'many\n');
        await expectRefused(tree, card, /cannot be found out/);
    });
});

describe('guard hook: the operation', () => {
    it('never fails when libvirt reconnects, and in none where it could do harm', async () => {
        const tree = amd().blind();
        holds(tree, '/dev/dri/card1');
        for (const [operation, step] of [
            ['reconnect', 'begin'],
            ['start', 'begin'],
            ['started', 'begin'],
            ['stopped', 'end'],
            ['migrate', 'begin'],
            ['restore', 'begin'],
            ['attach', 'begin'],
            ['prepare', 'end'],
            ['', ''],
        ] as const) {
            for (const definition of [machine(CARD), '<hostdev', ''])
                expect(await tree.hook(definition, operation, step)).toEqual(LET_PASS);
        }
        expect(tree.systemctlCalls).toEqual([]);
    });

    it('asks systemd for the card that was lent when a machine has ended', async () => {
        const tree = amd();
        putFile(`${tree.root.run}/handover/0000:03:00.0.json`, '{}');
        expect(await tree.hook(machine(CARD), 'release', 'end')).toEqual(LET_PASS);
        await waitFor('systemctl', () => tree.systemctlCalls.length > 1);
        expect(tree.systemctlCalls).toEqual([
            'reset-failed handover-return@0000:03:00.0.service',
            '--no-block start handover-return@0000:03:00.0.service',
        ]);
    });

    it('asks nothing for a card that was not lent by us', async () => {
        const tree = amd();
        expect(await tree.hook(machine(CARD), 'release', 'end')).toEqual(LET_PASS);
        expect(await tree.hook('<hostdev', 'release', 'end')).toEqual(LET_PASS);
        expect(tree.systemctlCalls).toEqual([]);
    });

    it('does not wait for systemd, and does not fail with it', async () => {
        const tree = amd();
        tree.systemctl('exec sleep 5');
        putFile(`${tree.root.run}/handover/0000:03:00.0.json`, '{}');
        const begun = GLib.get_monotonic_time();
        expect(await tree.hook(machine(CARD), 'release', 'end')).toEqual(LET_PASS);
        expect((GLib.get_monotonic_time() - begun) / 1000).toBeLessThan(2000);
        GLib.unlink(`${tree.folder}/bin/systemctl`);
        expect(await tree.hook(machine(CARD), 'release', 'end')).toEqual(LET_PASS);
    });

    it('looks at the real machine, whatever the environment says', async () => {
        const tree = amd();
        holds(tree, '/dev/dri/card1');
        const env = {
            root: tree.folder,
            ENV: `${tree.folder}/bin/systemctl`,
            IFS: '/',
            newline: 'x',
            pci: tree.folder,
        };
        const {code, out} = await runProgram(['/bin/sh', HOOK, 'win', 'prepare', 'begin', '-'], {
            input: machine(hostdev('7f:1f.7')),
            env,
        });
        expect({code, out}).toEqual({code: 0, out: ''});
    });
});
