// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {findHolders, type HolderOptions, type HolderReport} from '../../../shared/gpu/holders/holders.js';
import {portionsFor} from '../../../shared/gpu/holders/processScan.js';
import {PciReader} from '../../../shared/gpu/pciTree.js';
import {exists} from '../../../shared/platform/files.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile, putFolder, putLink} from '../../fakes/pci/files.js';
import {waitFor} from '../../harness/deadline.js';
import {temporaryDirectory} from '../../harness/temporary.js';

async function holdersOf(fake: FakePciTree, options: HolderOptions = {}): Promise<HolderReport> {
    const {cards} = await new PciReader(fake.root).read();
    return findHolders(fake.root, cards.at(-1)!, {
        deviceNumber: path => Promise.resolve(fake.processes.deviceNumber(path)),
        ...options,
    });
}

function namesIn({processes}: HolderReport): string[] {
    return processes.map(({name}) => name);
}

describe('Holders: the processes', () => {
    it('that cannot be looked into are counted', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        for (const comm of ['one', 'two']) fake.processes.start({comm, closed: true, uid: 0});
        const thread = fake.processes.start({comm: 'kworker/0:1', closed: true, uid: 0});
        putFile(`${thread.folder}/stat`, `${thread.pid} (kworker/0:1) I 2 0 0 0 -1 69238880 0 0\n`);
        const report = await holdersOf(fake);

        expect(report.uninspected).toBe(2);
    });

    it('are unknown where nothing can look for them', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.use(fake.processes.start({comm: 'blender'}), '/dev/dri/card1');
        const path = GLib.getenv('PATH') ?? '';
        GLib.setenv('PATH', '/nowhere', true);
        const report = await holdersOf(fake);
        GLib.setenv('PATH', path, true);

        expect(report.processes).toEqual([]);
        expect(report.uninspected).toBe(2);
    });

    it('are unknown where only their mappings can be looked at', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const path = GLib.getenv('PATH') ?? '';
        const programs = temporaryDirectory('programs');
        for (const name of ['grep', 'sh', 'cat', 'timeout'])
            putLink(`${programs}/${name}`, `/usr/bin/${name}`);
        GLib.setenv('PATH', programs, true);
        const report = await holdersOf(fake);
        GLib.setenv('PATH', path, true);

        expect(report.uninspected).toBe(1);
    });

    it('are found whatever their number ends with', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const started = Array.from({length: 10}, (_, index) => fake.processes.start({comm: `p${index}`}));
        for (const process of started) fake.use(process, '/dev/dri/card1');
        const report = await holdersOf(fake);

        expect(namesIn(report)).toEqual(started.map(({spec}) => spec.comm));
        for (const processors of [1, 2, 3, 4, 64])
            expect([...portionsFor(processors).join('')].sort().join('')).toBe('0123456789');
        expect(portionsFor(64).length).toBe(4);
    });

    it('are those whose first thread has ended, too', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        const game = fake.processes.start({comm: 'game.exe'});
        const [first, second] = [`${game.folder}/task/${game.pid}`, `${game.folder}/task/${game.pid + 1}`];
        putFolder(`${first}/fd`);
        putLink(`${second}/fd/7`, '/dev/dri/renderD129');
        putFile(`${second}/fdinfo/7`, 'drm-client-id:\t5\ndrm-memory-vram:\t4 KiB\n');
        putFile(`${second}/maps`, '7f00-7f01 rw-s 00000000 00:06 613 /dev/dri/card1\n');
        const {processes, uninspected} = await holdersOf(fake, {
            deviceNumber: path => Promise.resolve(path === `${second}/fd/7` ? '226:129' : null),
        });

        expect(processes.map(({name, pid, nodes}) => [name, pid, nodes])).toEqual([
            ['game.exe', game.pid, ['card1', 'renderD129']],
        ]);
        expect(processes[0]?.drmClients).toBe(1);
        expect(uninspected).toBe(0);
    });

    it('are told while mappings do not come, and nothing is left behind that waits for them', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.use(fake.processes.start({comm: 'blender'}), '/dev/dri/card1');
        const programs = temporaryDirectory('programs');
        for (const name of ['find', 'sh', 'cat', 'timeout', 'sleep'])
            putLink(`${programs}/${name}`, `/usr/bin/${name}`);
        putFile(`${programs}/grep`, `#!/bin/sh\necho $$ >>${programs}/waiting\nexec sleep 60\n`);
        GLib.chmod(`${programs}/grep`, 0o755);
        const path = GLib.getenv('PATH') ?? '';
        GLib.setenv('PATH', programs, true);
        const report = await holdersOf(fake, {deadlineMs: 500});
        GLib.setenv('PATH', path, true);

        expect(namesIn(report)).toEqual(['blender']);
        expect(report.uninspected).toBe(2);
        const waiting = new TextDecoder().decode(GLib.file_get_contents(`${programs}/waiting`)[1]);
        for (const pid of waiting.trim().split('\n'))
            await waitFor('grep to be gone', () => !exists(`/proc/${pid}/exe`));
    });

    it('may be hidden from this user altogether', async () => {
        const fake = new FakePciTree().intelGraphics().amdCard();
        fake.processes.all.get(1)!.exit();

        expect((await holdersOf(fake)).hidden).toBeTrue();
    });
});
