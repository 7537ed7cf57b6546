// SPDX-License-Identifier: GPL-3.0-or-later
import {CardNotBackError, CardStuckError, HelperDeniedError} from '../../../shared/lending/lendingErrors.js';
import {ReturnWatch} from '../../../shared/lending/returnWatch.js';
import {bringBack} from '../../../shared/lending/bringBack.js';
import type {Gpu} from '../../../shared/gpu/gpu.js';
import Gio from 'gi://Gio';
import {HELPER_BUS_NAME} from '../../../shared/names.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {busError, LendingRig, type PretendedMachine, stepsOf} from '../../fakes/lendingRig.js';
import {waitFor} from '../../harness/deadline.js';

const CARD = '0000:03:00.0';
const BOTH = [CARD, '0000:03:00.1'];
const HOME = {[CARD]: 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
const LENT = {[CARD]: 'vfio-pci', '0000:03:00.1': 'vfio-pci'};

describe('Lending a card: its return', () => {
    let rig: LendingRig;
    let machine: PretendedMachine;

    beforeEach(async () => {
        rig = new LendingRig(new FakePciTree().intelGraphics().amdCard());
        machine = rig.machine('win', BOTH);
        await rig.begin(machine).finished();
        rig.turn(machine, true);
        await rig.cards.lookOnce();
    });
    afterEach(() => {
        rig.close();
        expect(rig.helper.followers).toBe(0);
    });

    const bindings = () => rig.fake.kernel.bindings('0000:03');
    const returns = () => rig.helper.asked.filter(call => call.startsWith('return'));

    it('is left to the guard, and waited for', async () => {
        rig.guarded = true;
        rig.turn(machine, false);
        const operation = rig.end(machine);
        void rig.helper.guardReturns(CARD);
        await operation.finished();
        expect(bindings()).toEqual(HOME);
        expect(stepsOf(operation)).toEqual(['return', 'verify']);
        expect(returns()).toEqual([]);
    });

    it('is waited for without a look of its own every now and then', async () => {
        rig.guarded = true;
        rig.turn(machine, false);
        const operation = rig.end(machine);
        setTimeout(() => void rig.helper.guardReturns(CARD), 300);
        await operation.finished();
        expect(operation.elapsedMs).toBeLessThan(900);
        expect(returns()).toEqual([]);
    });

    it('is asked for at once where there is no guard', async () => {
        rig.turn(machine, false);
        const operation = rig.end(machine);
        await operation.finished();
        expect(bindings()).toEqual(HOME);
        expect(returns()).toEqual([`return ${CARD}`]);
        expect(operation.elapsedMs).toBeLessThan(600);
    });

    it('is asked for when the guard has not done it within a second', async () => {
        rig.guarded = true;
        rig.turn(machine, false);
        const operation = rig.end(machine);
        await operation.finished();
        expect(bindings()).toEqual(HOME);
        expect(returns()).toEqual([`return ${CARD}`]);
        expect(operation.elapsedMs).toBeGreaterThan(950);
    });

    it('is not asked for twice: a return that is under way is waited for', async () => {
        rig.turn(machine, false);
        let open = (): void => undefined;
        rig.helper.gate = new Promise(resolve => (open = resolve));
        const back = rig.helper.guardReturns(CARD);
        await waitFor('the return', () => rig.helper.handovers.moving !== '');
        const operation = rig.end(machine);
        await waitFor('the question', () => operation.step === 'return');
        setTimeout(open, 200);
        await operation.finished();
        await back;
        expect(bindings()).toEqual(HOME);
    });

    it('is over when libvirt has given the card back itself', async () => {
        rig.turn(machine, false);
        await rig.helper.giveBack(CARD);
        rig.helper.asked.length = 0;
        await rig.end(machine).finished();
        expect(rig.helper.asked).toEqual([]);
    });

    it('is not forced on a card that was with vfio before anybody took it', async () => {
        await rig.helper.giveBack(CARD);
        await rig.fake.lend(...BOTH);
        rig.turn(machine, false);
        rig.helper.asked.length = 0;
        await rig.end(machine).finished();
        expect(rig.helper.asked).toEqual([]);
        expect(bindings()).toEqual(LENT);
    });

    it('is over when another machine has the card', async () => {
        rig.turn(machine, false);
        rig.turn(rig.machine('other', BOTH), true);
        await rig.cards.lookOnce();
        await rig.end(machine).finished();
        expect(bindings()).toEqual(LENT);
    });

    it('costs a machine without a card nothing', async () => {
        const operation = rig.end(rig.machine('alpine', []));
        await operation.finished();
        expect(stepsOf(operation)).toEqual([]);
    });

    it('says what to do when the kernel does not give the card back', async () => {
        rig.fake.kernel.misbehave({action: /^probe/, fail: 'No such device'});
        rig.turn(machine, false);
        const operation = rig.end(machine);
        await expectAsync(operation.finished()).toBeRejected();
        expect((operation.error as {kind: string}).kind).toBe('card-move-failed');
        expect((operation.error as {restored: boolean}).restored).toBeFalse();
        // The next look finds the same, from the helper's record.
        const again = rig.end(machine);
        await expectAsync(again.finished()).toBeRejectedWithError(CardNotBackError);
    });

    it('says that only a restart helps when the kernel is stuck', async () => {
        rig.fake.kernel.misbehave({action: /^unbind vfio/, hang: true});
        rig.turn(machine, false);
        await expectAsync(rig.end(machine).finished()).toBeRejectedWithError(CardStuckError);
        await expectAsync(rig.end(machine).finished()).toBeRejectedWithError(CardStuckError);
        await expectAsync(rig.begin(machine).finished()).toBeRejectedWithError(CardStuckError);
    });

    it('says at once that we may not ask for it where nobody else does', async () => {
        rig.turn(machine, false);
        rig.helper.error = busError(`${HELPER_BUS_NAME}.Error.NotAuthorized`);
        await expectAsync(rig.end(machine).finished()).toBeRejectedWithError(HelperDeniedError);
    });

    it('is waited for when we may not ask for it, since the guard may', async () => {
        rig.guarded = null;
        rig.turn(machine, false);
        rig.helper.error = busError(`${HELPER_BUS_NAME}.Error.NotAuthorized`);
        const operation = rig.end(machine);
        await waitFor('the question', () => returns().length > 0);
        await rig.helper.guardReturns(CARD);
        await operation.finished();
        expect(bindings()).toEqual(HOME);
    });

    it('is not taken for done because its machine still seems to have the card', async () => {
        const gpu = await rig.gpu(CARD);
        expect(gpu.owner.kind).toBe('machine');
        // What machines have of cards is looked at a moment later.
        rig.turn(machine, false);
        await bringBack(rig.cards, [gpu], {
            machine: machine.key,
            helper: rig.helper,
            guarded: false,
            cancellable: new Gio.Cancellable(),
        });
        expect(bindings()).toEqual(HOME);
    });

    it('has a deadline', async () => {
        const gpu = await rig.gpu(CARD);
        rig.turn(machine, false);
        await rig.cards.lookOnce();
        const wait = bringBack(rig.cards, [gpu], {
            machine: machine.key,
            helper: null,
            guarded: true,
            cancellable: new Gio.Cancellable(),
            deadlineMs: 150,
        });
        await expectAsync(wait).toBeRejectedWithError(CardNotBackError);
    });

    describe('watched', () => {
        let told: string[];
        let watch: ReturnWatch;

        const follow = (deadlineMs?: number) => {
            told = [];
            watch = new ReturnWatch(rig.cards, rig.helper, deadlineMs);
            watch.connect('returned', (_watch: ReturnWatch, gpu: Gpu, ms: number) =>
                told.push(`returned ${gpu.address} ${ms >= 0 && ms < 5000}`),
            );
            watch.connect('stuck', (_watch: ReturnWatch, gpu: Gpu, error: {kind: string}) =>
                told.push(`stuck ${gpu.address} ${error.kind}`),
            );
        };
        afterEach(() => watch.close());

        it('tells that a card is back, whoever brought it', async () => {
            follow();
            rig.turn(machine, false);
            await rig.helper.guardReturns(CARD);
            await waitFor('the news', () => told.length > 0);
            expect(told).toEqual([`returned ${CARD} true`]);
        });

        it('tells nothing of a card that no machine had', async () => {
            rig.turn(machine, false);
            await rig.cards.lookOnce();
            follow();
            await rig.helper.guardReturns(CARD);
            await rig.helper.take(CARD);
            await rig.helper.giveBack(CARD);
            await rig.cards.lookOnce();
            expect(told).toEqual([]);
        });

        it('tells once why a card does not come back, and that it has come in the end', async () => {
            follow();
            rig.fake.kernel.misbehave({action: /^probe/, fail: 'No such device', times: 4});
            rig.turn(machine, false);
            await rig.helper.guardReturns(CARD);
            await waitFor('the news', () => told.length > 0);
            await rig.cards.lookOnce();
            expect(told.map(line => line.split(' ')[0])).toEqual(['stuck']);
            rig.fake.kernel.behave();
            await rig.helper.forceBack(CARD, 'return');
            await waitFor('its return', () => told.length > 1);
            expect(told[1]).toBe(`returned ${CARD} true`);
        });

        it('tells that a card is late when nobody brings it', async () => {
            follow(150);
            rig.turn(machine, false);
            await waitFor('the news', () => told.length > 0);
            expect(told).toEqual([`stuck ${CARD} card-not-back`]);
        });

        it('tells that the kernel is stuck', async () => {
            follow();
            rig.fake.kernel.misbehave({action: /^unbind vfio/, hang: true});
            rig.turn(machine, false);
            await rig.helper.guardReturns(CARD);
            await waitFor('the news', () => told.length > 0);
            expect(told).toEqual([`stuck ${CARD} card-stuck`]);
        });

        it('tells nothing of a card that was with vfio before and stays there', async () => {
            await rig.helper.giveBack(CARD);
            await rig.fake.lend(...BOTH);
            await rig.cards.lookOnce();
            follow(50);
            rig.turn(machine, false);
            await rig.cards.lookOnce();
            await new Promise(resolve => setTimeout(resolve, 150));
            expect(told).toEqual([]);
        });
    });
});
