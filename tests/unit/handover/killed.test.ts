// SPDX-License-Identifier: GPL-3.0-or-later
// A helper that is killed between any two of its effects on the world, and started again.
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';
import {waitFor} from '../../harness/deadline.js';
import {
    AMD,
    AMD_HOME,
    AMD_LENT,
    amdLab,
    BY,
    expectHome,
    NVIDIA,
    NVIDIA_HOME,
    NVIDIA_LENT,
    nvidiaLab,
    rejection,
} from './labs.js';

interface Case {
    readonly name: string;
    readonly address: string;
    readonly slot: string;
    readonly open: () => HandoverLab;
    readonly home: Record<string, string>;
    readonly lent: Record<string, string>;
    /** How many effects an uninterrupted handover has. */
    readonly takes: number;
    readonly returns: number;
}

const CASES: readonly Case[] = [
    {
        name: 'NVIDIA',
        address: NVIDIA,
        slot: '0000:01:00',
        open: nvidiaLab,
        home: NVIDIA_HOME,
        lent: NVIDIA_LENT,
        takes: 26,
        returns: 29,
    },
    {
        name: 'AMD',
        address: AMD,
        slot: '0000:03:00',
        open: amdLab,
        home: AMD_HOME,
        lent: AMD_LENT,
        takes: 16,
        returns: 18,
    },
];

/** Begins something with a helper that dies after so many effects, and waits until it is dead. */
async function die(lab: HandoverLab, effects: number, work: () => Promise<unknown>): Promise<void> {
    let ended = false;
    void work().then(
        () => (ended = true),
        () => (ended = true),
    );
    await waitFor('the helper’s death', () => lab.effects >= effects || ended, {every: 5});
    // What it had begun is done; nothing follows.
    await new Promise<void>(resolve => setTimeout(() => resolve(), 15));

    expect(ended).toBeFalse();
    lab.restart();
}

for (const {name, address, slot, open, home, lent, takes, returns} of CASES) {
    describe(`A helper that is killed while it takes an ${name} card`, () => {
        it('has as many effects as are gone through here', async () => {
            const lab = open();
            lab.killAfter(Infinity);
            await lab.desk.take(address, BY);

            expect(lab.effects).toBe(takes);
        });

        for (let effects = 0; effects < takes; effects++)
            it(`after ${effects} effects leaves what the next one explains and mends`, async () => {
                const lab = open();
                lab.killAfter(effects);
                await die(lab, effects, () => lab.desk.take(address, BY));
                const [mended, ...others] = await lab.desk.mend();

                expect(others).toEqual([]);
                if (mended?.result === 'kept') {
                    expect(lab.bindings(slot)).toEqual(lent);
                    expect(lab.store.only?.phase).toBe('lent');
                    await lab.desk.giveBack(address, BY);
                } else {
                    expect(mended?.result).toBe(effects === 0 ? undefined : 'returned');
                }

                expectHome(lab, slot, home);
                expect(await servicesRun(lab)).toBeTrue();
                expect(await lab.desk.mend()).toEqual([]);
            });
    });

    describe(`A helper that is killed while it gives an ${name} card back`, () => {
        it('has as many effects as are gone through here', async () => {
            const lab = open();
            await lab.desk.take(address, BY);
            lab.killAfter(Infinity);
            await lab.desk.giveBack(address, BY);

            expect(lab.effects).toBe(returns);
        });

        for (let effects = 0; effects < returns; effects++)
            it(`after ${effects} effects leaves what the next one explains and mends`, async () => {
                const lab = open();
                await lab.desk.take(address, BY);
                lab.killAfter(effects);
                await die(lab, effects, () => lab.desk.giveBack(address, BY));
                const [mended] = await lab.desk.mend();

                if (mended?.result === 'kept') {
                    // It had not even begun.
                    expect(effects).toBe(0);
                    await lab.desk.giveBack(address, BY);
                } else {
                    expect(mended?.result).toBe('returned');
                }

                expectHome(lab, slot, home);
                expect(await servicesRun(lab)).toBeTrue();
            });
    });
}

/** Whether the services that ran before run again; a lab without them has none to start. */
async function servicesRun(lab: HandoverLab): Promise<boolean> {
    const units = ['nvidia-persistenced.service', 'nvidia-powerd.service'];
    const running = await Promise.all(units.map(unit => lab.services.isActive(unit)));
    return lab.services.size === 0 || running.every(Boolean);
}

describe('A helper that is started again', () => {
    it('keeps a card lent that is lent', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.restart();
        const [mended] = await lab.desk.mend();

        expect(mended?.result).toBe('kept');
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
    });

    it('leaves a card alone that a machine has, whatever the record says', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        await lab.store.write({...lab.store.only!, phase: 'moving', direction: 'return'});
        lab.fake.use(lab.fake.processes.start({comm: 'qemu-system-x86'}), '/dev/vfio/15');
        lab.restart();
        lab.fake.kernel.log.length = 0;
        const [mended] = await lab.desk.mend();

        expect(mended?.result).toBe('left');
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
    });

    it('tries nothing while an old task is stuck in the kernel', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, hang: true});
        await rejection(lab.desk.take(AMD, BY));
        lab.fake.processes.start({comm: 'tee', state: 'D'});
        lab.restart();
        lab.fake.kernel.log.length = 0;
        const [mended] = await lab.desk.mend();

        expect(mended?.result).toBe('left');
        expect(lab.fake.kernel.log).toEqual([]);
        expect(lab.store.only?.phase).toBe('stuck');
    });

    it('mends once the old task is gone', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, hang: true, times: 1});
        await rejection(lab.desk.take(AMD, BY));
        lab.fake.kernel.release();
        lab.restart();
        const [mended] = await lab.desk.mend();

        expect(mended?.result).toBe('returned');
        expectHome(lab, '0000:03:00', AMD_HOME);
    });

    it('leaves what has failed to a person', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.0 amdgpu/, fail: 'refused'});
        await rejection(lab.desk.giveBack(AMD, BY));
        lab.restart();
        lab.fake.kernel.log.length = 0;
        const [mended] = await lab.desk.mend();

        expect(mended?.result).toBe('left');
        expect(mended?.problem).toContain('0000:03:00.0');
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('finds its card where it is now', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);
        const {kernel} = lab.fake;
        for (const address of Object.keys(AMD_HOME)) {
            const {spec} = kernel.device(address);
            kernel.vanish(address);
            const device = kernel.plug(spec, address.replace('03:', '05:'));
            device.setOverride('vfio-pci');
            kernel.bindNow(device, 'vfio-pci');
        }
        lab.restart();
        await lab.desk.giveBack('0000:05:00.0', BY);

        expectHome(lab, '0000:05:00', {'0000:05:00.0': 'amdgpu', '0000:05:00.1': 'snd_hda_intel'});
    });
});

describe('A look at several records', () => {
    it('goes on with the next when one of them cannot be followed', async () => {
        const lab = new HandoverLab(new FakePciTree().amdGraphics().amdCard().amdCard('0000:04:00', '18'));
        await lab.desk.take(AMD, BY);
        await lab.desk.take('0000:04:00.0', BY);
        for (const record of await lab.store.readAll())
            await lab.store.write({...record, direction: 'take', phase: 'moving'});
        const write = lab.store.write.bind(lab.store);
        spyOn(lab.store, 'write').and.callFake(record =>
            record.card.address === AMD ? Promise.reject(new Error('Input/output error')) : write(record),
        );
        lab.restart();
        const mended = await lab.desk.mend();

        expect(mended.map(({result, problem}) => [result, problem])).toEqual([
            ['left', 'Input/output error'],
            ['kept', null],
        ]);
        expect(lab.desk.busyWith).toBeNull();
    });
});
