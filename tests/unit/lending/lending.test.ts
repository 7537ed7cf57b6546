// SPDX-License-Identifier: GPL-3.0-or-later
import {
    CardHeldError,
    CardMoveFailedError,
    CardRefusedError,
    HelperDeniedError,
    HelperMissingError,
    HelperOldError,
    HostDeviceMissingError,
} from '../../../shared/lending/lendingErrors.js';
import {HELPER_BUS_NAME} from '../../../shared/names.js';
import {describeProblem} from '../../../shared/problems/problem.js';
import type {Operation} from '../../../shared/operations/operation.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {busError, LendingRig, stepsOf} from '../../fakes/lendingRig.js';
import {waitFor} from '../../harness/deadline.js';

const CARD = '0000:03:00.0';
const BOTH = [CARD, '0000:03:00.1'];
const HOME = {[CARD]: 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
const LENT = {[CARD]: 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

/** What an operation fails with. */
async function failure(operation: Operation): Promise<unknown> {
    return operation.finished().then(
        () => null,
        (error: unknown) => error,
    );
}

describe('Lending an NVIDIA card', () => {
    it('does not count the services that the handover stops itself among what has to be closed', async () => {
        const NVIDIA = '0000:01:00.0';
        const rig = new LendingRig(new FakePciTree().intelGraphics().nvidiaCard());
        rig.services.add('nvidia-persistenced.service', '/dev/nvidia0');
        const blender = rig.fake.processes.start({comm: 'blender'});
        rig.fake.use(blender, '/dev/nvidia0');
        const machine = rig.machine('win', [NVIDIA]);
        const error = (await failure(rig.begin(machine))) as CardHeldError;
        expect(error.closable.map(({name}) => name)).toEqual(['blender']);
        expect(error.closingHelps).toBeTrue();

        const waiting = rig.begin(machine, {held: 'wait'});
        await waitFor('the wait', () => waiting.step === 'wait');
        blender.exit();
        rig.fake.kernel.modules.update();
        await waiting.finished();
        expect(rig.fake.kernel.bindings('0000:01')[NVIDIA]).toBe('vfio-pci');
        await rig.fail(machine).finished();
        expect(rig.fake.kernel.bindings('0000:01')[NVIDIA]).toBe('nvidia');
        rig.close();
    });

    it('is not left to libvirt without a helper, since it has users that show nowhere', async () => {
        const rig = new LendingRig(new FakePciTree().intelGraphics().nvidiaCard());
        rig.lending = rig.make(null);
        expect(await failure(rig.begin(rig.machine('win', ['0000:01:00.0'], true)))).toBeInstanceOf(
            HelperMissingError,
        );
        rig.close();
    });
});

describe('Lending a card: a start', () => {
    let rig: LendingRig;
    beforeEach(() => (rig = new LendingRig(new FakePciTree().intelGraphics().amdCard())));
    afterEach(() => {
        rig.close();
        expect(rig.helper.followers).toBe(0);
    });

    const bindings = () => rig.fake.kernel.bindings('0000:03');
    const hold = (comm: string, spec: object = {}) => {
        const process = rig.fake.processes.start({comm, ...spec});
        rig.fake.use(process, '/dev/dri/renderD129');
        return process;
    };

    it('costs a machine without devices of the host nothing but its definition', async () => {
        const machine = rig.machine('alpine', []);
        const operation = rig.begin(machine);
        await operation.finished();
        expect(stepsOf(operation)).toEqual([]);
        expect(rig.helper.asked).toEqual([]);
        expect(machine.loads).toBe(1);
    });

    it('leaves a device that is no card to libvirt', async () => {
        rig.fake.device('0000:02:00.0', 0x020000, '8086:15f3', {group: '17'});
        await rig.begin(rig.machine('router', ['0000:02:00.0'])).finished();
        expect(rig.helper.asked).toEqual([]);
    });

    it('takes the card once, whatever of it the machine names, managed or not', async () => {
        for (const managed of [false, true]) {
            const operation = rig.begin(rig.machine(`win${Number(managed)}`, BOTH, managed));
            await operation.finished();
            expect(stepsOf(operation)).toEqual(['preflight', 'take']);
            expect(bindings()).toEqual(LENT);
            await rig.helper.giveBack(CARD);
        }
        expect(rig.helper.asked.filter(call => call.startsWith('take'))).toEqual([
            `take ${CARD}`,
            `take ${CARD}`,
        ]);
    });

    it('is refused when a device is named that is not there', async () => {
        const error = await failure(rig.begin(rig.machine('win', [CARD, '0000:09:00.0'])));
        expect(error).toBeInstanceOf(HostDeviceMissingError);
        expect((error as HostDeviceMissingError).address).toBe('0000:09:00.0');
        expect(bindings()).toEqual(HOME);
    });

    it('is refused while a program holds the card, which is named and may be closed', async () => {
        const blender = hold('blender');
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardHeldError;
        expect(error).toBeInstanceOf(CardHeldError);
        expect(error.report.processes.map(({name}) => name)).toEqual(['blender']);
        expect(error.closable.map(({pid, own}) => [pid, own])).toEqual([[blender.pid, true]]);
        expect(error.closingHelps).toBeTrue();
        expect(error.machine).toBeNull();
        expect(bindings()).toEqual(HOME);
    });

    it('offers to close nothing of others, nor the desktop', async () => {
        hold('gnome-shell');
        hold('ffmpeg', {uid: 0});
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardHeldError;
        expect(error.closable).toEqual([]);
        expect(error.closingHelps).toBeFalse();
    });

    it('is refused while another machine has the card, which is named', async () => {
        const other = rig.machine('other', [CARD]);
        await rig.begin(other).finished();
        rig.turn(other, true);
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardHeldError;
        expect(error).toBeInstanceOf(CardHeldError);
        expect(error.machine).toBe('other');
        expect(bindings()).toEqual(LENT);
    });

    it('names a machine of which only its process is seen', async () => {
        await rig.helper.take(CARD);
        const command = ['/usr/bin/qemu-system-x86_64', '-name', 'guest=win11,debug-threads=on'];
        const qemu = rig.fake.processes.start({comm: 'qemu-system-x86', uid: 64055, command});
        rig.fake.use(qemu, '/dev/vfio/15');
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardHeldError;
        expect(error).toBeInstanceOf(CardHeldError);
        expect(error.machine).toBe('win11');
    });

    it('says why a card cannot be lent at all', async () => {
        rig.fake.stranger('15');
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardRefusedError;
        expect(error).toBeInstanceOf(CardRefusedError);
        expect(error.refusals.map(({kind}) => kind)).toEqual(['strangers']);
    });

    it('says where the card stands when the kernel refuses midway', async () => {
        rig.fake.kernel.misbehave({action: /^unbind snd_hda_intel/, fail: 'Device or resource busy'});
        const error = (await failure(rig.begin(rig.machine('win', BOTH)))) as CardMoveFailedError;
        expect(error).toBeInstanceOf(CardMoveFailedError);
        expect([error.step, error.restored, error.direction]).toEqual(['unbind', true, 'take']);
        expect(bindings()).toEqual(HOME);
    });

    it('takes all cards or none', async () => {
        rig.fake.amdCard('0000:06:00', '19');
        const process = rig.fake.processes.start({comm: 'blender'});
        rig.fake.use(process, '/dev/dri/card2');
        const operation = rig.begin(rig.machine('win', [CARD, '0000:06:00.0']));
        expect(await failure(operation)).toBeInstanceOf(CardHeldError);
        expect(stepsOf(operation)).toEqual(['preflight', 'take', 'take', 'return']);
        expect(bindings()).toEqual(HOME);
    });

    it('puts back what was taken when libvirt refuses, and leaves what was lent before', async () => {
        const machine = rig.machine('win', BOTH);
        await rig.begin(machine).finished();
        await rig.fail(machine).finished();
        expect(bindings()).toEqual(HOME);

        await rig.helper.take(CARD);
        await rig.begin(machine).finished();
        await rig.fail(machine).finished();
        expect(bindings()).toEqual(LENT);
    });

    it('leaves the card where it is when the machine runs after all', async () => {
        const machine = rig.machine('win', BOTH);
        await rig.begin(machine).finished();
        rig.turn(machine, true);
        await rig.fail(machine).finished();
        expect(bindings()).toEqual(LENT);
    });

    it('can be called off while the card is taken, which puts it back', async () => {
        let open = (): void => undefined;
        rig.helper.gate = new Promise(resolve => (open = resolve));
        const operation = rig.begin(rig.machine('win', BOTH));
        await waitFor('the handover', () => rig.helper.handovers.moving !== '');
        expect(operation.cancel()).toBeTrue();
        await waitFor('the call', () => rig.helper.asked.includes('cancel'));
        open();
        expect(await failure(operation)).toBeInstanceOf(CancelledError);
        expect(operation.state).toBe('cancelled');
        expect(bindings()).toEqual(HOME);
    });

    it('can be called off while polkit asks: what is allowed later is taken back', async () => {
        let answer = (): void => undefined;
        rig.helper.asking = new Promise(resolve => (answer = resolve));
        const operation = rig.begin(rig.machine('win', BOTH));
        await waitFor('the question', () => rig.helper.asked.includes(`take ${CARD}`));
        operation.cancel();
        answer();
        expect(await failure(operation)).toBeInstanceOf(CancelledError);
        expect(bindings()).toEqual(HOME);
    });

    it('takes back what could not be called off any more', async () => {
        let open = (): void => undefined;
        rig.helper.gate = new Promise(resolve => (open = resolve));
        rig.helper.cancel = () => Promise.resolve(false);
        const operation = rig.begin(rig.machine('win', BOTH));
        await waitFor('the handover', () => rig.helper.handovers.moving !== '');
        operation.cancel();
        open();
        expect(await failure(operation)).toBeInstanceOf(CancelledError);
        expect(rig.helper.asked).toContain(`return ${CARD}`);
        expect(bindings()).toEqual(HOME);
    });

    it('goes on taking when nobody waits any more', async () => {
        let open = (): void => undefined;
        rig.helper.gate = new Promise(resolve => (open = resolve));
        const operation = rig.begin(rig.machine('win', BOTH));
        await waitFor('the handover', () => rig.helper.handovers.moving !== '');
        operation.abandon();
        expect(await failure(operation)).toBeInstanceOf(CancelledError);
        open();
        await rig.helper.handovers.settled();
        expect(rig.helper.asked).not.toContain('cancel');
        expect(bindings()).toEqual(LENT);
    });

    it('waits for its turn while a card is on its way back', async () => {
        await rig.helper.take(CARD);
        let open = (): void => undefined;
        rig.helper.gate = new Promise(resolve => (open = resolve));
        const back = rig.helper.guardReturns(CARD);
        await waitFor('the return', () => rig.helper.handovers.moving !== '');
        const operation = rig.begin(rig.machine('win', BOTH));
        await waitFor('the take', () => rig.helper.asked.filter(call => call.startsWith('take')).length > 1);
        open();
        await back;
        await operation.finished();
        expect(bindings()).toEqual(LENT);
    });

    it('starts when free', async () => {
        const blender = hold('blender');
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'wait'});
        await waitFor('the wait', () => operation.step === 'wait');
        expect(operation.canCancel).toBeTrue();
        blender.exit();
        await operation.finished();
        expect(stepsOf(operation)).toEqual(['preflight', 'take', 'wait', 'take']);
        expect(bindings()).toEqual(LENT);
    });

    it('can be called off while it waits', async () => {
        hold('blender');
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'wait'});
        await waitFor('the wait', () => operation.step === 'wait');
        operation.cancel();
        expect(await failure(operation)).toBeInstanceOf(CancelledError);
        expect(bindings()).toEqual(HOME);
    });

    it('waits for another machine to let go, too', async () => {
        const other = rig.machine('other', [CARD]);
        await rig.begin(other).finished();
        rig.turn(other, true);
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'wait'});
        await waitFor('the wait', () => operation.step === 'wait');
        rig.turn(other, false);
        await operation.finished();
        expect(bindings()).toEqual(LENT);
    });

    it('closes nothing when that would not free the card', async () => {
        hold('blender');
        hold('gnome-shell');
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'close'});
        expect(await failure(operation)).toBeInstanceOf(CardHeldError);
        expect(stepsOf(operation)).toEqual(['preflight', 'take']);
    });

    it('asks the application to end, and starts', async () => {
        const cgroup =
            '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.blender.Blender-4711.scope';
        const blender = hold('blender', {cgroup});
        const asked: (string | null)[] = [];
        rig.lending = rig.make(rig.helper, {
            ask: ({desktopId}) => {
                asked.push(desktopId);
                blender.exit();
                return Promise.resolve(true);
            },
        });
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'close'});
        await operation.finished();
        expect(asked).toEqual(['org.blender.Blender.desktop']);
        expect(stepsOf(operation)).toEqual(['preflight', 'take', 'close', 'take']);
        expect(bindings()).toEqual(LENT);
    });

    it('offers force when the application does not end', async () => {
        const cgroup =
            '/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-org.blender.Blender-4711.scope';
        hold('blender', {cgroup});
        rig.lending = rig.make(rig.helper, {
            ask: ({pid}) => {
                rig.fake.processes.all.get(pid)!.exit();
                hold('blender', {cgroup});
                return Promise.resolve(true);
            },
        });
        const operation = rig.begin(rig.machine('win', BOTH), {held: 'close'});
        const error = (await failure(operation)) as CardHeldError;
        expect(error.triedClosing).toBeTrue();
        expect(describeProblem(error).remedy).toBe('force-close-holders');
    });

    const denials = [
        ['org.freedesktop.DBus.Error.ServiceUnknown', HelperMissingError],
        ['org.freedesktop.DBus.Error.Spawn.ServiceNotValid', HelperMissingError],
        ['org.freedesktop.DBus.Error.UnknownMethod', HelperOldError],
        [`${HELPER_BUS_NAME}.Error.NotAuthorized`, HelperDeniedError],
        [`${HELPER_BUS_NAME}.Error.Dismissed`, HelperDeniedError],
    ] as const;
    for (const [name, kind] of denials)
        it(`does not start when the helper says ${name}`, async () => {
            rig.helper.error = busError(name);
            expect(await failure(rig.begin(rig.machine('win', BOTH)))).toBeInstanceOf(kind);
            expect(bindings()).toEqual(HOME);
        });

    describe('without a helper', () => {
        beforeEach(() => (rig.lending = rig.make(null)));

        it('starts when the card is with vfio already', async () => {
            await rig.fake.lend(...BOTH);
            await rig.begin(rig.machine('win', BOTH)).finished();
        });

        it('leaves a card that is surely free to libvirt, where libvirt gives it back, too', async () => {
            await rig.begin(rig.machine('win', BOTH, true)).finished();
            expect(await failure(rig.begin(rig.machine('unmanaged', BOTH)))).toBeInstanceOf(
                HelperMissingError,
            );
        });

        it('does not start when not everybody could be looked into, unless the guard does', async () => {
            rig.fake.processes.start({comm: 'secret', closed: true});
            const machine = rig.machine('win', BOTH, true);
            expect(await failure(rig.begin(machine))).toBeInstanceOf(HelperMissingError);
            rig.guarded = true;
            await rig.begin(machine).finished();
        });

        it('does not start while the card is held, guard or not', async () => {
            hold('blender');
            rig.guarded = true;
            expect(await failure(rig.begin(rig.machine('win', BOTH, true)))).toBeInstanceOf(CardHeldError);
        });
    });
});
