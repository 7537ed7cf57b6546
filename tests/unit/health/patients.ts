// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../../../shared/health/finding.js';
import type {Check} from '../../../shared/health/doctor/check.js';
import type {DoctorPorts} from '../../../shared/health/doctor/ports.js';
import {runChecks} from '../../../shared/health/doctor/runChecks.js';
import {DoctorWorld} from '../../../shared/health/doctor/world.js';
import type {FakePciTree} from '../../fakes/fakePciTree.js';
import {helperError, StubHelper, worldOf} from '../setUp/pretended.js';

/** What of the world is other than in one where nothing is the matter. */
export type Ailment = Partial<Omit<DoctorPorts, 'root' | 'setUp'>> & {
    readonly helper?: StubHelper | null;
    readonly supergfxd?: boolean | Error;
};

/** A computer that has much else to do answers late; what a question says rests on no time. */
const PATIENCE = 10;

/** A world in which all is well but for what is said. */
export function portsOf(
    fake: FakePciTree,
    {helper = new StubHelper(), supergfxd = false, ...more}: Ailment = {},
): DoctorPorts {
    // The pretended processes are looked through by our own eyes.
    helper?.failures.set('holders', helper.failures.get('holders') ?? helperError('NotAuthorized'));
    const root = {...fake.root, etc: `${fake.folder}/etc`, usr: `${fake.folder}/usr`};
    return {
        root,
        setUp: () => Promise.resolve({...worldOf(fake, helper, supergfxd), root}),
        machines: () => Promise.resolve([]),
        connections: () =>
            Promise.resolve([
                {
                    host: 'system',
                    trouble: null,
                    message: '',
                    libvirtVersion: 11_003_000,
                    hypervisorVersion: 10_000_000,
                },
            ]),
        networks: () => Promise.resolve([{name: 'default', active: true, autostart: true}]),
        pools: () => Promise.resolve([]),
        kernelLog: () => Promise.resolve([]),
        lastSleepMs: () => Promise.resolve(0),
        extension: () =>
            Promise.resolve({
                shellVersion: '48.2',
                installed: true,
                enabled: true,
                state: 'active',
                version: '0.1.0',
                error: '',
            }),
        session: () => Promise.resolve({type: 'wayland', groups: ['libvirt', 'kvm'], remote: false}),
        lookingGlassReleases: () => Promise.resolve({client: null, guests: new Map()}),
        program: name => `/usr/bin/${name}`,
        patience: PATIENCE,
        ...more,
    };
}

/** What a list of questions says of a pretended machine. */
export function examine(
    checks: readonly Check<DoctorWorld>[],
    fake: FakePciTree,
    ailment: Ailment = {},
): Promise<Finding[]> {
    return runChecks(checks, new DoctorWorld(portsOf(fake, ailment)), {patience: PATIENCE});
}

/** The findings of one question, which must have been asked. Each that is not good says what to do. */
export function found(findings: readonly Finding[], id: string): Finding[] {
    const those = findings.filter(finding => finding.id === id);
    for (const {status, evidence, fix} of those) {
        expect(evidence).withContext(id).not.toBe('');
        expect(fix === '')
            .withContext(id)
            .toBe(status === 'ok');
    }
    return those;
}

/** How one question was answered: its statuses with a space between them. */
export async function statusOf(
    checks: readonly Check<DoctorWorld>[],
    id: string,
    fake: FakePciTree,
    ailment: Ailment = {},
): Promise<string> {
    const asked = checks.filter(one => one.id === id);
    expect(asked.length).withContext(`questions called ${id}`).toBe(1);
    return found(await examine(asked, fake, ailment), id)
        .map(({status}) => status)
        .join(' ');
}
