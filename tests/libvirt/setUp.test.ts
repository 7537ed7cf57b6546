// SPDX-License-Identifier: GPL-3.0-or-later
import {identityOf} from '../../shared/gpu/cardIdentity.js';
import type {Machine} from '../../shared/machines/machine.js';
import {CancelledError, type HandoverError} from '../../shared/platform/errors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {runChecks} from '../../shared/setUp/checks.js';
import {ruleFile} from '../../shared/setUp/desktopChecks.js';
import {
    afterwards,
    planSetUp,
    RECOMMENDED,
    type SetUpOptions,
    type SetUpPlan,
} from '../../shared/setUp/plan.js';
import {CardVanishedError, SetUpBlockedError, SetUpFailedError} from '../../shared/setUp/setUpErrors.js';
import {collectFacts, readTree} from '../../shared/setUp/setUpFacts.js';
import {machineFactsOf, setUpCard} from '../../shared/setUp/setUpRun.js';
import {findLent, planUndo, undoLabels, undoSetUp} from '../../shared/setUp/undo.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {AMD, AMD_RULE, cardAt, GUARD, helperError, StubHelper, worldOf} from '../unit/setUp/pretended.js';
import {Following} from './following.js';

const DOMAIN = `<domain type='qemu'><name>win</name><memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='q35'>hvm</type></os>
  <devices><memballoon model='none'/><interface type='user'/></devices></domain>`;

describe('Setting a card up, with libvirt', () => {
    const virsh = new VirshClient();
    let following: Following;
    let machine: Machine;
    let fake: FakePciTree;
    let helper: StubHelper;
    let before: string;

    beforeAll(() => new SessionLibvirt().start());

    beforeEach(async () => {
        following = await Following.start('session');
        await virsh.define(DOMAIN);
        machine = await following.reaches('session/win', 'shutoff');
        fake = new FakePciTree().intelGraphics().amdCard();
        helper = new StubHelper();
        helper.failures.set('holders', helperError('NotAuthorized'));
        before = await dump();
    });

    afterEach(async () => {
        following.close();
        await virsh.removeAll();
    });

    const dump = (): Promise<string> => virsh.run(['dumpxml', '--inactive', '--security-info', 'win']);

    async function plan(options: Partial<SetUpOptions> = {}, withMachine = true): Promise<SetUpPlan> {
        const tree = await readTree(fake.root);
        const facts = await collectFacts(
            worldOf(fake, helper),
            tree,
            cardAt(tree.cards, AMD),
            'AMD Radeon',
            withMachine ? await machineFactsOf(machine) : null,
        );
        return planSetUp(facts, runChecks(facts), {...RECOMMENDED, ...options});
    }

    const parts = () => ({root: fake.root, helper: helper.client, machine});

    async function undo() {
        const tree = await readTree(fake.root);
        const card = cardAt(tree.cards, AMD);
        const found = await findLent(
            following.hosts.machines,
            {identity: identityOf(card.display), address: AMD},
            tree.cards,
        );
        const view = {there: true as const, guard: helper.guard, files: helper.written};
        const named = {address: AMD, name: 'AMD Radeon'};
        return planUndo(named, helper.written, ruleFile({helper: view, card}), found);
    }

    it('writes the rule, the guard and the machine, and takes all of it back', async () => {
        const made = await plan();
        expect(made.changes.map(({kind}) => kind)).toEqual(['rule', 'guard', 'devices']);
        expect(helper.changes).toEqual([]);
        expect(await dump()).toBe(before);

        const operation = setUpCard(made, parts());
        await operation.finished();
        expect(operation.steps.map(({id}) => id)).toEqual(['look', 'rule', 'guard', 'machine', 'verify']);
        expect(helper.changes).toEqual([`installIgnoreRule ${AMD}`, 'installGuard']);
        const after = await dump();
        expect(after.match(/managed='no'/g)?.length).toBe(2);
        expect(after).toMatch(/bus='0x(\w\w)' slot='0x00' function='0x0' multifunction='on'/);
        expect(afterwards(made).join()).toContain('Log out and in');

        const again = await plan();
        expect(again.changes).toEqual([]);
        expect(again.checks.find(({id}) => id === 'machine')?.status).toBe('ok');

        const back = await undo();
        expect(undoLabels(back).length).toBe(3);
        await undoSetUp(back, helper.client).finished();
        expect(helper.written).toEqual([]);
        expect(await dump()).toBe(before);
        expect(undoLabels(await undo())).toEqual([]);
    });

    it('takes nothing back of another card that is alike', async () => {
        await setUpCard(await plan(), parts()).finished();
        const TWIN = '0000:04:00.0';
        fake.amdCard('0000:04:00', '18');
        const {cards} = await readTree(fake.root);
        const lentTo = async (address: string) =>
            (
                await findLent(
                    following.hosts.machines,
                    {identity: identityOf(cardAt(cards, address).display), address},
                    cards,
                )
            ).map(({lent}) => lent.address);
        expect(await lentTo(TWIN)).toEqual([]);
        expect(await lentTo(AMD)).toEqual([AMD]);
    });

    it('leaves alone what others have put into the machine since', async () => {
        await setUpCard(await plan(), parts()).finished();
        await virsh.run(['desc', 'win', '--config', 'mine']);
        await undoSetUp(await undo(), helper.client).finished();
        expect(await dump()).toContain('<description>mine</description>');
        expect(await dump()).not.toContain('hostdev');
    });

    it('keeps the guard while another card has its rule', async () => {
        await setUpCard(await plan(), parts()).finished();
        const other = AMD_RULE.replace('744c', '73bf');
        helper.written.push(other);
        const back = await undo();
        expect(back.kept).toEqual([GUARD, other]);
        await undoSetUp(back, helper.client).finished();
        expect(helper.written).toEqual([GUARD, other]);
    });

    it('sets Linux alone up where no machine was chosen', async () => {
        const made = await plan({}, false);
        await setUpCard(made, {...parts(), machine: null}).finished();
        expect(helper.written).toEqual([AMD_RULE, GUARD]);
        expect(await dump()).toBe(before);
    });

    it('changes who moves the card, and adds remedies when asked', async () => {
        await setUpCard(await plan(), parts()).finished();
        const made = await plan({managed: true, remedies: ['kvm-hidden']});
        expect(made.changes.map(({kind}) => kind)).toEqual(['managed', 'remedies']);
        await setUpCard(made, parts()).finished();
        const after = await dump();
        expect(after.match(/managed='yes'/g)?.length).toBe(2);
        expect(after).toContain("<hidden state='on'/>");
        await undoSetUp(await undo(), helper.client).finished();
        expect(await dump()).toBe(before);
    });

    it('does nothing when anything that it cannot mend stands in the way', async () => {
        for (const bad of [
            new FakePciTree().withoutIommu().intelGraphics().amdCard(),
            new FakePciTree().intelGraphics().amdCard().stranger('15'),
            new FakePciTree().amdCard(),
        ]) {
            fake = bad;
            const error: unknown = await setUpCard(await plan(), parts())
                .finished()
                .catch((one: unknown) => one);
            expect(error).toBeInstanceOf(SetUpBlockedError);
            expect(describeProblem(error).body).toContain('Nothing was changed.');
        }
        helper.guard = 'foreign';
        fake = new FakePciTree().intelGraphics().amdCard();
        await expectAsync(setUpCard(await plan(), parts()).finished()).toBeRejectedWithError(
            SetUpBlockedError,
        );
        expect(helper.changes).toEqual([]);
        expect(await dump()).toBe(before);
    });

    for (const [name, kind, category] of [
        ['org.freedesktop.DBus.Error.ServiceUnknown', 'missing', 'missing'],
        ['org.freedesktop.DBus.Error.UnknownMethod', 'old', 'failed'],
        ['NotAuthorized', 'denied', 'denied'],
        ['Failed', 'failed', 'failed'],
    ] as const)
        it(`has changed nothing when the helper is ${kind}`, async () => {
            const made = await plan();
            helper.failures.set('installIgnoreRule', helperError(name));
            const error: unknown = await setUpCard(made, parts())
                .finished()
                .catch((one: unknown) => one);
            expect((error as HandoverError).kind).toBe(`helper-${kind}`);
            expect(describeProblem(error).category).toBe(category);
            expect(helper.written).toEqual([]);
            expect(await dump()).toBe(before);
        });

    it('takes back the rule when the guard is refused', async () => {
        const made = await plan();
        helper.failures.set('installGuard', helperError('NotAuthorized'));
        const error: unknown = await setUpCard(made, parts())
            .finished()
            .catch((one: unknown) => one);
        expect(error).toBeInstanceOf(SetUpFailedError);
        expect((error as SetUpFailedError).left).toEqual([]);
        expect(describeProblem(error).category).toBe('denied');
        expect(describeProblem(error).body).toContain('taken back');
        expect(helper.written).toEqual([]);
        expect(await dump()).toBe(before);
    });

    it('names what could not be taken back', async () => {
        const made = await plan();
        helper.failures.set('installGuard', helperError('Failed'));
        helper.failures.set('removeIgnoreRule', helperError('Failed'));
        const error: unknown = await setUpCard(made, parts())
            .finished()
            .catch((one: unknown) => one);
        expect((error as SetUpFailedError).left).toEqual(['the rule for the desktop']);
        expect(describeProblem(error).body).toContain('--undo');
    });

    it('takes everything back when libvirt refuses the definition', async () => {
        const made = await plan();
        await virsh.run(['undefine', 'win']);
        const error: unknown = await setUpCard(made, parts())
            .finished()
            .catch((one: unknown) => one);
        expect(error).toBeInstanceOf(SetUpFailedError);
        expect((error as SetUpFailedError).step).toBe('machine');
        expect(helper.written).toEqual([]);
    });

    it('leaves what an earlier set-up has done when a later one fails', async () => {
        await setUpCard(await plan(), parts()).finished();
        const earlier = await dump();
        const operation = setUpCard(await plan({managed: true}), parts());
        operation.connect('notify::step', () => {
            if (operation.step === 'machine') fake.kernel.device(AMD).unplug();
        });
        const error: unknown = await operation.finished().catch((one: unknown) => one);
        expect((error as SetUpFailedError).left).toEqual([]);
        expect(await dump()).toBe(earlier);
    });

    it('notices that the card has gone, before anything and at the end', async () => {
        const made = await plan();
        fake.kernel.device(AMD).unplug();
        await expectAsync(setUpCard(made, parts()).finished()).toBeRejectedWithError(CardVanishedError);
        expect(helper.changes).toEqual([]);

        fake = new FakePciTree().intelGraphics().amdCard();
        const later = await plan();
        const operation = setUpCard(later, parts());
        operation.connect('notify::step', () => {
            if (operation.step === 'machine') fake.kernel.device(AMD).unplug();
        });
        const error: unknown = await operation.finished().catch((one: unknown) => one);
        expect((error as SetUpFailedError).cause).toBeInstanceOf(CardVanishedError);
        expect(helper.written).toEqual([]);
        expect(await dump()).toBe(before);
    });

    it('takes everything back when it is called off', async () => {
        const operation = setUpCard(await plan(), parts());
        operation.connect('notify::step', () => {
            if (operation.step === 'guard') operation.cancel();
        });
        await expectAsync(operation.finished()).toBeRejectedWithError(CancelledError);
        expect(operation.state).toBe('cancelled');
        expect(helper.written).toEqual([]);
        expect(await dump()).toBe(before);
    });
});
