// SPDX-License-Identifier: GPL-3.0-or-later
import {machineChecks} from '../../../shared/health/machine/machineChecks.js';
import type {MachineFacts} from '../../../shared/health/machine/machineFacts.js';
import {
    type KnownFacts,
    type MachineWorld,
    readMachineFacts,
} from '../../../shared/health/machine/readMachineFacts.js';
import {read, unread} from '../../../shared/health/machine/reading.js';
import {NO_FILES} from '../../../shared/health/machine/stateFiles.js';
import {THIS_MACHINE} from '../../../shared/gpu/sysRoot.js';
import {LibvirtError} from '../../../shared/libvirt/libvirtErrors.js';
import {DEVICES, factsOf, machineWith} from './pretended.js';

const NOWHERE = '/nonexistent';
const running: KnownFacts = {
    definition: machineWith(DEVICES),
    state: {state: 'running', reason: 'booted'},
    lastCrashMs: null,
    lastIoErrorMs: null,
    reportsReadable: true,
    lastWatchdogMs: null,
};

/** A world without a kernel to look at, that writes down what was asked of the guest. */
function world(asked: string[], changes: Partial<MachineWorld> = {}): MachineWorld {
    const {agent, clock, guest} = factsOf();
    const note = <T>(what: string, answer: T): Promise<T> => {
        asked.push(what);
        return Promise.resolve(answer);
    };
    return {
        root: {sys: NOWHERE, proc: NOWHERE, dev: NOWHERE, run: NOWHERE},
        here: true,
        limitMs: 2_000,
        files: NO_FILES,
        pidFiles: NOWHERE,
        tpmStates: NOWHERE,
        logs: NOWHERE,
        snapshots: () => Promise.resolve([]),
        imageGrowth: () => Promise.resolve(new Map()),
        others: () => Promise.resolve([]),
        kept: () => note('kept', machineWith('')),
        askGuest: () => note('agent', {agent, clock}),
        readGuest: () => note('guest', guest),
        diskErrors: () => note('disks', []),
        balloonReports: () => note('balloon', read(true)),
        ...changes,
    };
}

describe('Reading the facts of a machine', () => {
    it('asks a guest that runs', async () => {
        const asked: string[] = [];
        const facts = await readMachineFacts(running, world(asked));
        expect(asked.sort()).toEqual(['agent', 'balloon', 'disks', 'guest', 'kept']);
        expect(facts.guest.known).toBeTrue();
    });

    it('asks nothing of one that is off, and no disks of a machine that is', async () => {
        const asked: string[] = [];
        const off: KnownFacts = {...running, state: {state: 'shutoff', reason: 'shutdown'}};
        await readMachineFacts(off, world(asked));
        expect(asked).toEqual([]);
        const paused: KnownFacts = {...running, state: {state: 'paused', reason: 'user'}};
        await readMachineFacts(paused, world(asked));
        expect(asked.sort()).toEqual(['disks', 'kept']);
    });

    it('asks no agent where there is no channel, and a silent one once', async () => {
        const asked: string[] = [];
        await readMachineFacts({...running, definition: machineWith('')}, world(asked));
        expect(asked).not.toContain('agent');
        const silent: Pick<MachineFacts, 'agent' | 'clock'> = {
            agent: read({answered: false, milliseconds: 5_000}),
            clock: unread('No.'),
        };
        const facts = await readMachineFacts(
            running,
            world(asked, {askGuest: () => Promise.resolve(silent)}),
        );
        expect(asked).not.toContain('guest');
        expect(facts.guest.known).toBeFalse();
    });

    it('says of everything that cannot be read that it is unknown, and of nothing that it failed', async () => {
        const no = (): Promise<never> => Promise.reject(new LibvirtError('no'));
        const facts = await readMachineFacts(
            running,
            world([], {diskErrors: no, balloonReports: no, kept: no}),
        );
        const findings = machineChecks(facts);
        expect(findings.filter(({status}) => status === 'failed')).toEqual([]);
        expect(findings.filter(({status}) => status === 'unknown').map(({id}) => id)).toEqual([
            'qemu-process',
            'vcpus',
            'memory',
            'disk-errors',
            'image-chain',
            'image-space',
        ]);
        const bug = (): Promise<never> => Promise.reject(new TypeError('ours'));
        await expectAsync(readMachineFacts(running, world([], {diskErrors: bug}))).toBeRejectedWithError(
            TypeError,
        );
    });

    it('measures nothing of this computer for a machine that is not on it', async () => {
        const asked: string[] = [];
        const elsewhere = machineWith(
            `${DEVICES}<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/>
             </source></hostdev>`,
        );
        const others = (): Promise<never[]> => Promise.reject(new TypeError('nobody asks for them'));
        const facts = await readMachineFacts(
            {...running, definition: elsewhere},
            world(asked, {here: false, root: THIS_MACHINE, others}),
        );
        expect([facts.process.known, facts.host.known, facts.lastEnd.known]).toEqual([false, false, false]);
        expect(facts.devices.map(({there}) => there)).toEqual([null]);
        expect(machineChecks(facts).filter(({status}) => status === 'failed')).toEqual([]);
    });

    it('waits for nothing longer than the limit', async () => {
        const never = (): Promise<never> => new Promise(() => undefined);
        const slow = world([], {
            limitMs: 50,
            diskErrors: never,
            kept: never,
            balloonReports: never,
            snapshots: never,
            imageGrowth: never,
            others: never,
        });
        const facts = await readMachineFacts(running, slow);
        expect([facts.diskErrors.known, facts.balloonReports.known, facts.snapshots.known]).toEqual([
            false,
            false,
            false,
        ]);
        expect(machineChecks(facts).filter(({status}) => status === 'failed')).toEqual([]);
    });
});
