// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../../../shared/health/finding.js';
import {ALL_QUESTIONS, examine} from '../../../shared/health/doctor/doctor.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {BLINDNESS, type Fault, FAULTS} from './faults.js';
import {healthy, hostdev, machineOf, readyHelper} from './healthy.js';
import {found, portsOf} from './patients.js';

/** Questions that tell what there is, and never that it is wrong. */
const TELLS = ['privileges', 'card-vendor'];
/** Those that have a computer of their own, below; or a test of their own, as their judgement alone can be put to it. */
const ELSEWHERE = [
    'amd-reset',
    'modeset',
    'second-card',
    'reset',
    'desktop-card',
    'code-43',
    'held-without-process',
];

async function examined(provoke: Fault['provoke'], fake = healthy()): Promise<Finding[]> {
    const ailment = await provoke(fake);
    return examine(portsOf(fake, {helper: readyHelper(), ...(ailment ?? {})}));
}

const failedIn = (findings: readonly Finding[]): string[] => [
    ...new Set(findings.filter(({status}) => status === 'failed').map(({id}) => id)),
];

describe('A fault', () => {
    for (const {id, name, provoke} of FAULTS)
        it(`is named by ${id} and by nothing else: ${name}`, async () => {
            const findings = await examined(provoke);
            expect(failedIn(findings)).toEqual([id]);
            found(findings, id);
        });

    it('is named by one id on computers of other kinds, too', async () => {
        const nvidia = (): FakePciTree => new FakePciTree().intelGraphics().nvidiaCard();
        const failedOf = async (fake: FakePciTree, devices = ''): Promise<string[]> => {
            const machines = devices === '' ? [] : [machineOf(devices, {rest: HALF_HIDDEN})];
            const all = await examine(
                portsOf(fake, {helper: readyHelper(), machines: () => Promise.resolve(machines)}),
                {ids: ['amd-reset', 'reset', 'second-card', 'code-43', 'desktop-card', 'firmware']},
            );
            return failedIn(all);
        };
        const navi = new FakePciTree().intelGraphics().device('0000:03:00.0', 0x030000, '1002:731f', {
            group: '15',
            bootVga: false,
        });
        expect(await failedOf(navi)).toEqual(['amd-reset']);
        expect(await failedOf(nvidia())).toEqual([]);
        expect(await failedOf(nvidia(), hostdev('0000:01:00.0'))).toEqual(['code-43']);
        const allLent = new FakePciTree().intelGraphics();
        await allLent.lend('0000:00:02.0');
        expect(await failedOf(allLent)).toEqual(['desktop-card']);
    });

    it('is none where nothing could be lent anyway, until a machine asks for a device', async () => {
        const single = (): FakePciTree => new FakePciTree().withoutIommu().intelGraphics();
        const ids = ['iommu', 'vfio-module', 'helper', 'guard', 'other-writer'];
        const failedOf = async (devices: string): Promise<string[]> =>
            failedIn(
                await examine(
                    portsOf(single(), {
                        helper: null,
                        machines: () => Promise.resolve([machineOf(devices)]),
                    }),
                    {ids},
                ),
            );
        expect(await failedOf('')).toEqual([]);
        expect(await failedOf(hostdev('0000:05:00.0'))).toEqual(['iommu', 'helper']);
    });

    it('has a case for each question that can tell of one', () => {
        const covered = new Set([...FAULTS.map(({id}) => id), ...TELLS, ...ELSEWHERE]);
        expect(ALL_QUESTIONS.map(({id}) => id).filter(id => !covered.has(id))).toEqual([]);
    });
});

const HALF_HIDDEN = "<features><hyperv><vendor_id state='on' value='x'/></hyperv></features>";

describe('What cannot be read', () => {
    for (const [id, provoke] of Object.entries(BLINDNESS))
        it(`makes ${id} say so, and fail nothing`, async () => {
            const findings = await examined(provoke);
            expect(found(findings, id).map(({status}) => status)).toContain('unknown');
            expect(failedIn(findings).filter(failed => failed === id)).toEqual([]);
        });

    it('has a case for each question that rests on something', () => {
        const none = ['card-vendor', 'group', 'second-card', 'displays', 'modeset', 'amd-reset'];
        const judged = ['desktop-reopens', 'sound', 'held-without-process', 'card-split'];
        const ids = ALL_QUESTIONS.map(({id}) => id).filter(id => !none.includes(id) && !judged.includes(id));
        expect(ids.filter(id => !(id in BLINDNESS))).toEqual([]);
    });
});
