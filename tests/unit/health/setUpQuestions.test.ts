// SPDX-License-Identifier: GPL-3.0-or-later
import {DESKTOP_QUESTIONS} from '../../../shared/health/doctor/desktopQuestions.js';
import {SET_UP_QUESTIONS} from '../../../shared/health/doctor/setUpQuestions.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {drop} from '../../fakes/pci/files.js';
import {AMD, AMD_RULE, helperError, note, StubHelper} from '../setUp/pretended.js';
import {type Ailment, examine, found, statusOf} from './patients.js';

const QUESTIONS = [...SET_UP_QUESTIONS, ...DESKTOP_QUESTIONS];
const good = (): FakePciTree => new FakePciTree().intelGraphics().amdCard();
const status = (id: string, fake: FakePciTree, ailment?: Ailment): Promise<string> =>
    statusOf(QUESTIONS, id, fake, ailment);

function helper(change: (stub: StubHelper) => void = () => undefined): StubHelper {
    const stub = new StubHelper();
    stub.guard = 'installed';
    stub.written.push(AMD_RULE);
    stub.failures.set('holders', helperError('NotAuthorized'));
    change(stub);
    return stub;
}

describe('The doctor’s questions on cards that the set-up asks, too', () => {
    it('find nothing on a machine that is set up', async () => {
        const fake = good();
        note(fake, 'c226:1', 'G:mutter-device-ignore');
        const findings = await examine(QUESTIONS, fake, {helper: helper()});
        expect(findings.filter(one => one.status === 'failed')).toEqual([]);
        // No question that is about the card is asked about the desktop's own.
        expect(new Set(findings.map(({about}) => about))).toEqual(new Set([null, AMD]));
    });

    it('IOMMU and its groups: off, strangers, unreadable', async () => {
        const off = new FakePciTree().withoutIommu().intelGraphics().amdCard();
        expect(await status('iommu', off)).toBe('failed');
        const blind = good();
        drop(`${blind.root.sys}/kernel/iommu_groups`);
        expect(await status('iommu', blind)).toBe('unknown');
        expect(await status('group', good().stranger('15'))).toBe('failed');
        expect(await status('group', good())).toBe('ok');
    });

    it('ask of every card but the desktop’s, and of none where there is one only', async () => {
        expect(await status('group', good().nvidiaCard())).toBe('ok ok');
        expect(await status('group', new FakePciTree().intelGraphics())).toBe('');
    });

    it('offer to write the rule and the guard, where the helper can', async () => {
        const fake = good();
        note(fake, 'c226:1', 'G:seat');
        const bare = helper(stub => {
            stub.written = [];
            stub.guard = 'absent';
        });
        const findings = await examine(QUESTIONS, fake, {helper: bare});
        expect(found(findings, 'desktop-rule')[0]?.action).toEqual({kind: 'install-rule', card: AMD});
        expect(found(findings, 'guard')[0]?.action).toEqual({kind: 'install-guard'});
        expect(found(findings, 'guard')[0]?.fix).toMatch(/^Install the guard/);
        expect(found(findings, 'desktop-rule')[0]?.fix).toMatch(/^Keep the desktop off the card/);
        expect(bare.changes).toEqual([]);
        const foreign = await examine(QUESTIONS, fake, {
            helper: helper(stub => (stub.guard = 'foreign')),
        });
        expect(found(foreign, 'guard')[0]?.action).toBeNull();
    });

    it('offer nothing that a helper would do where there is none', async () => {
        const fake = good();
        note(fake, 'c226:1', 'G:seat');
        const findings = await examine(QUESTIONS, fake, {helper: null});
        expect(found(findings, 'guard').map(({status, action}) => [status, action])).toEqual([
            ['unknown', null],
        ]);
        const [rule] = found(findings, 'desktop-rule');
        expect([rule?.status, rule?.action]).toEqual(['failed', null]);
        expect(rule?.fix).toBe('Install Handover’s helper first, which can do it.');
    });

    it('helper: missing, and other writers', async () => {
        expect(await status('helper', good(), {helper: null})).toBe('failed');
        expect(await status('helper', good(), {helper: helper()})).toBe('ok');
        expect(await status('other-writer', good(), {supergfxd: true})).toBe('failed');
        expect(await status('other-writer', good(), {supergfxd: helperError('NotAuthorized')})).toBe(
            'unknown',
        );
    });

    it('are answered without a helper that hangs, as far as the user can see', async () => {
        const fake = good();
        note(fake, 'c226:1', 'G:mutter-device-ignore');
        const hangs = helper();
        Object.defineProperty(hangs, 'client', {
            value: new Proxy({}, {get: () => () => new Promise(() => undefined)}),
        });
        const findings = await examine(QUESTIONS, fake, {helper: hangs});
        expect(found(findings, 'helper')[0]?.status).toBe('unknown');
        expect(found(findings, 'desktop-rule')[0]?.status).toBe('ok');
        expect(found(findings, 'group')[0]?.status).toBe('ok');
    });
});
