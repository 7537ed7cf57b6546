// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../../../shared/health/finding.js';
import {driftOf} from '../../../shared/health/machine/guestChecks.js';
import {parseGuestInfo} from '../../../shared/health/machine/guestInfo.js';
import {machineChecks} from '../../../shared/health/machine/machineChecks.js';
import type {ImageLayer} from '../../../shared/health/machine/imageChain.js';
import type {DeviceFacts, MachineFacts, SnapshotFacts} from '../../../shared/health/machine/machineFacts.js';
import {read, unread} from '../../../shared/health/machine/reading.js';
import {chainOf, factsOf, GIB, image, LAYER, machineWith, offFacts} from './pretended.js';

const WHY = 'It is so.';

/** What is not as it should be, as `id status`. */
function trouble(facts: MachineFacts): string[] {
    return machineChecks(facts)
        .filter(({status}) => status !== 'ok')
        .map(({id, status}) => `${id} ${status}`);
}

function find(facts: MachineFacts, id: string): Finding {
    const found = machineChecks(facts).find(finding => finding.id === id);
    if (!found) throw new Error(`There is no finding ${id}`);
    return found;
}

const state = (word: MachineFacts['state']['state'], reason: string): MachineFacts['state'] => ({
    state: word,
    reason,
});

describe('The health of a machine', () => {
    it('is good, running and off', () => {
        expect(trouble(factsOf())).toEqual([]);
        expect(trouble(offFacts())).toEqual([]);
        expect(machineChecks(factsOf()).map(({id}) => id)).toEqual([
            'machine-state',
            'qemu-process',
            'io-error-pause',
            'crash',
            'watchdog',
            'vcpus',
            'memory',
            'disk-errors',
            'image-chain',
            'image-space',
            'guest-agent',
            'guest-info',
            'guest-filesystem',
            'guest-filesystem',
            'guest-clock',
        ]);
    });

    it('asks nothing of a guest that is off', () => {
        expect(machineChecks(offFacts()).some(({id}) => id.startsWith('guest'))).toBeFalse();
    });

    it('gives every failure a fix', () => {
        const bad = factsOf({
            state: state('paused', 'io-error'),
            process: read(null),
            host: read({cpus: 1, memoryKib: 1, availableKib: 1}),
            diskErrors: read([{target: 'vda', noSpace: true}]),
            images: [image({missing: ['/gone'], freeBytes: read(0)})],
            stateFiles: [{kind: 'tpm', path: '/t', there: false}],
            lastCrashMs: 0,
            lastWatchdogMs: 0,
        });
        const failed = machineChecks(bad).filter(({status}) => status === 'failed');
        expect(failed.map(({id}) => id)).toEqual([
            'qemu-process',
            'io-error-pause',
            'crash',
            'watchdog',
            'vcpus',
            'memory',
            'disk-errors',
            'image-chain',
            'image-space',
            'tpm-state',
        ]);
        for (const {id, fix} of failed) expect(fix).withContext(id).not.toBe('');
    });
});

describe('State and process', () => {
    it('a pause by a disk error, by the watchdog, and one that failed', () => {
        expect(trouble(factsOf({state: state('paused', 'io-error')}))).toEqual(['io-error-pause failed']);
        expect(trouble(factsOf({state: state('paused', 'watchdog')}))).toEqual(['watchdog failed']);
        expect(trouble(factsOf({state: state('paused', 'api-error')}))).toEqual(['machine-state failed']);
        expect(trouble(factsOf({state: state('paused', 'user')}))).toEqual([]);
        expect(trouble(offFacts({state: state('nostate', 'unknown')}))).toEqual(['machine-state unknown']);
        expect(trouble(offFacts({state: state('shutoff', 'failed')}))).toEqual(['machine-state failed']);
    });

    it('crashes: now, in its crash kernel, and remembered', () => {
        expect(trouble(factsOf({state: state('crashed', 'panicked')}))).toEqual(['crash failed']);
        expect(trouble(offFacts({state: state('shutoff', 'crashed')}))).toEqual(['crash failed']);
        expect(trouble(factsOf({state: state('running', 'crashed')}))).toEqual(['crash failed']);
        expect(find(offFacts({lastCrashMs: 1_000}), 'crash').evidence).toContain('1970-01-01T00:00:01Z');
        expect(find(factsOf({lastWatchdogMs: 2_000}), 'watchdog').evidence).toContain('1970-01-01T00:00:02Z');
        expect(trouble(factsOf({lastWatchdogMs: 2_000}))).toEqual(['watchdog failed']);
    });

    it('the last end, as libvirt’s log tells', () => {
        const ended = (reason: string): MachineFacts => factsOf({lastEnd: read({atMs: 1_000, reason})});
        expect(trouble(ended('shutdown'))).toEqual([]);
        expect(find(ended('shutdown'), 'crash').evidence).toContain('1970-01-01T00:00:01Z');
        expect(trouble(ended('crashed'))).toEqual(['crash failed']);
        const hidden = factsOf({lastEnd: unread(WHY)});
        expect(trouble(hidden)).toEqual([]);
        expect(find(hidden, 'crash').evidence).toContain(WHY);
    });

    it('a disk error that the guest was told of', () => {
        expect(trouble(factsOf({lastIoErrorMs: 1_000}))).toEqual(['disk-errors failed']);
    });

    it('the process: there, not there, one too many, unreadable, not of QEMU', () => {
        expect(find(factsOf(), 'qemu-process').evidence).toContain('4711');
        expect(trouble(factsOf({process: read(null)}))).toEqual(['qemu-process failed']);
        expect(trouble(offFacts({process: read({pid: 5, foundBy: 'search'})}))).toEqual([
            'qemu-process failed',
        ]);
        expect(trouble(factsOf({process: unread(WHY)}))).toEqual(['qemu-process unknown']);
        expect(trouble(offFacts({process: unread(WHY)}))).toEqual([]);
        const container = factsOf({definition: machineWith('', {type: 'lxc'}), process: read(null)});
        expect(machineChecks(container).some(({id}) => id === 'qemu-process')).toBeFalse();
    });
});

describe('What it takes of the computer', () => {
    it('processors and memory: enough, too few, unreadable', () => {
        const host = (cpus: number, total: number, available: number): MachineFacts['host'] =>
            read({cpus, memoryKib: total * 2 ** 20, availableKib: available * 2 ** 20});
        expect(trouble(factsOf({host: host(1, 32, 32)}))).toEqual(['vcpus failed']);
        expect(trouble(factsOf({host: host(2, 4, 4)}))).toEqual(['memory failed']);
        expect(trouble(offFacts({host: host(2, 8, 3)}))).toEqual(['memory failed']);
        expect(find(offFacts({host: host(2, 8, 3)}), 'memory').lasting).toBeFalse();
        expect(trouble(factsOf({host: host(2, 8, 3)}))).toEqual([]);
        expect(trouble(factsOf({host: unread(WHY)}))).toEqual(['vcpus unknown', 'memory unknown']);
    });

    it('devices: with vfio, with another driver, gone, lent elsewhere, unreadable', () => {
        const card: DeviceFacts = {
            kind: 'pci',
            id: '0000:01:00.0',
            name: 'Card',
            there: true,
            driver: 'vfio-pci',
            otherMachine: null,
        };
        const usb: DeviceFacts = {...card, kind: 'usb', id: '046d:c52b', name: null, driver: null};
        const withDevice = (changes: Partial<DeviceFacts>): MachineFacts =>
            factsOf({devices: [{...card, ...changes}]});
        expect(trouble(withDevice({}))).toEqual([]);
        expect(find(withDevice({}), 'pci-device').evidence).toContain('vfio-pci');
        expect(trouble(withDevice({driver: 'nvidia'}))).toEqual(['pci-device failed']);
        expect(trouble(withDevice({driver: null}))).toEqual(['pci-device failed']);
        expect(trouble(offFacts({devices: [{...card, driver: 'nvidia'}]}))).toEqual([]);
        expect(find(withDevice({there: false}), 'pci-device').lasting).toBeTrue();
        expect(trouble(withDevice({there: null}))).toEqual(['pci-device unknown']);
        expect(find(withDevice({otherMachine: 'other'}), 'pci-device').evidence).toContain('other');
        expect(trouble(factsOf({devices: [usb]}))).toEqual([]);
        expect(trouble(factsOf({devices: [{...usb, driver: 'usbfs'}]}))).toEqual([]);
        expect(trouble(factsOf({devices: [{...usb, driver: 'usb-storage'}]}))).toEqual(['usb-device failed']);
        expect(trouble(offFacts({devices: [{...usb, driver: 'usb-storage'}]}))).toEqual([]);
        expect(trouble(factsOf({devices: [{...usb, there: false}]}))).toEqual(['usb-device failed']);
    });
});

describe('Disks', () => {
    it('errors: none, no space, others, unreadable', () => {
        const errors = factsOf({
            diskErrors: read([
                {target: 'vda', noSpace: true},
                {target: 'vdb', noSpace: false},
            ]),
        });
        expect(trouble(errors)).toEqual(['disk-errors failed', 'disk-errors failed']);
        expect(
            machineChecks(errors)
                .flatMap(({about}) => about ?? [])
                .slice(0, 2),
        ).toEqual(['vda', 'vdb']);
        expect(find(errors, 'disk-errors').evidence).toContain('space');
        expect(trouble(factsOf({diskErrors: unread(WHY)}))).toEqual(['disk-errors unknown']);
        expect(trouble(offFacts({diskErrors: unread(WHY)}))).toEqual([]);
    });

    it('the chain: a file gone, one damaged, unreadable', () => {
        const gone = factsOf({images: [image({missing: ['/images/base.qcow2'], chain: unread(WHY)})]});
        expect(trouble(gone)).toEqual(['image-chain failed']);
        expect(find(gone, 'image-chain').evidence).toContain('/images/base.qcow2');
        const chained = (...layers: ImageLayer[]): MachineFacts =>
            factsOf({images: [image({chain: chainOf(...layers)})]});
        expect(trouble(chained({...LAYER, corrupt: true}))).toEqual(['image-chain failed']);
        const above = {...LAYER, backing: '/images/base'};
        const vague = chained(above, above, LAYER);
        expect(trouble(vague)).toEqual(['image-chain failed']);
        expect(find(vague, 'image-chain').evidence).toContain('format');
        expect(trouble(chained(above, LAYER))).toEqual([]);
        expect(trouble(chained({...above, backingFormat: 'qcow2'}, above, LAYER))).toEqual([]);
        const loop = factsOf({
            images: [image({chain: read({layers: [LAYER], missing: null, loop: '/images/m.qcow2'})})],
        });
        expect(trouble(loop)).toEqual(['image-chain failed']);
        expect(find(loop, 'image-chain').evidence).toContain('each other');
        expect(trouble(factsOf({images: [image({chain: unread(WHY)})]}))).toEqual(['image-chain unknown']);
    });

    it('the room: little, little but enough, of no interest, unreadable', () => {
        const withRoom = (free: number, changes = {}): string[] =>
            trouble(factsOf({images: [image({freeBytes: read(free), ...changes})]}));
        expect(withRoom(GIB - 1)).toEqual(['image-space failed']);
        expect(withRoom(GIB)).toEqual([]);
        expect(withRoom(0, {readOnly: true})).toEqual([]);
        expect(withRoom(0, {growthBytes: 0})).toEqual([]);
        expect(withRoom(5, {growthBytes: 9})).toEqual(['image-space failed']);
        expect(withRoom(9, {growthBytes: 9})).toEqual([]);
        expect(withRoom(5, {growthBytes: null})).toEqual(['image-space failed']);
        expect(trouble(factsOf({images: [image({freeBytes: unread(WHY)})]}))).toEqual([
            'image-space unknown',
        ]);
    });

    it('snapshots: all there, a file gone, no more in their image, unreadable', () => {
        const within: SnapshotFacts = {
            name: 's1',
            disks: [{target: 'vda', kind: 'internal', file: LAYER.path}],
            memoryFile: null,
            missing: [],
        };
        const holding = (...snapshots: string[]): Partial<MachineFacts> => ({
            images: [image({chain: chainOf({...LAYER, snapshots})})],
        });
        const withSnapshots = (changes: Partial<MachineFacts>, ...value: SnapshotFacts[]): MachineFacts =>
            offFacts({...changes, snapshots: read(value)});
        expect(trouble(withSnapshots(holding('s1'), within))).toEqual([]);
        expect(find(withSnapshots(holding('s1'), within), 'snapshots').evidence).toContain('1 snapshot,');
        expect(trouble(withSnapshots(holding('s2'), within))).toEqual(['snapshots failed']);
        // An image that the machine has no more is not looked at.
        const elsewhere = {...within, disks: [{target: 'vda', kind: 'internal', file: '/x'} as const]};
        expect(trouble(withSnapshots(holding(), elsewhere))).toEqual([]);
        const lost = find(withSnapshots(holding('s1'), {...within, missing: ['/over']}), 'snapshots');
        expect([lost.status, lost.about]).toEqual(['failed', 's1']);
        expect(trouble(offFacts({snapshots: unread(WHY)}))).toEqual(['snapshots unknown']);
    });

    it('TPM and firmware settings: there, gone, not yet there, unreadable', () => {
        const nvram = {kind: 'nvram', path: '/n', there: true} as const;
        const tpm = {kind: 'tpm', path: '/t', there: true} as const;
        expect(trouble(factsOf({stateFiles: [nvram, tpm]}))).toEqual([]);
        const gone = [
            {...nvram, there: false},
            {...tpm, there: false},
        ];
        expect(trouble(factsOf({stateFiles: gone}))).toEqual(['nvram failed', 'tpm-state failed']);
        expect(trouble(offFacts({stateFiles: gone}))).toEqual(['nvram unknown', 'tpm-state unknown']);
        expect(find(factsOf({stateFiles: gone}), 'tpm-state').fix).toContain('BitLocker');
        expect(trouble(factsOf({stateFiles: [{...tpm, there: null}]}))).toEqual(['tpm-state unknown']);
    });
});

describe('The guest', () => {
    it('its agent: answers, does not, has no channel, could not be asked', () => {
        expect(find(factsOf(), 'guest-agent').evidence).toContain('12 ms');
        const quick = factsOf({agent: read({answered: true, milliseconds: 0.4})});
        expect(find(quick, 'guest-agent').evidence).toBe('It answered within 1 ms.');
        const silent = factsOf({agent: read({answered: false, milliseconds: 5_000}), guest: unread(WHY)});
        expect(trouble(silent)).toEqual(['guest-agent failed']);
        expect(trouble(factsOf({agent: unread(WHY)}))).toEqual(['guest-agent unknown']);
        const none = factsOf({definition: machineWith('')});
        expect(trouble(none)).toEqual(['guest-agent failed']);
        expect(find(none, 'guest-agent').severity).toBe('advice');
        expect(find(none, 'guest-agent').lasting).toBeTrue();
    });

    it('who it is, without addresses that lead nowhere', () => {
        const {evidence} = find(factsOf(), 'guest-info');
        expect(evidence).toContain('Debian GNU/Linux 13');
        expect(evidence).toContain('192.168.122.5');
        expect(evidence).not.toContain('fe80');
        const about = (text: string): string => {
            const {status, evidence: said} = find(factsOf({guest: read(parseGuestInfo(text))}), 'guest-info');
            return `${status}: ${said.replace(/[\u2068\u2069]/g, '')}`;
        };
        expect(about('hostname : (none)\nos.name : Alpine')).toBe('ok: Alpine');
        expect(about('hostname : (none)')).toBe('ok: It has no name.');
        const nothing = factsOf({guest: read(parseGuestInfo(''))});
        expect(trouble(nothing)).toEqual(['guest-info unknown', 'guest-filesystem unknown']);
        expect(trouble(factsOf({guest: unread(WHY)}))).toEqual(['guest-info unknown']);
    });

    it('how full its file systems are', () => {
        const filled = (used: string, type = 'ext4'): MachineFacts =>
            factsOf({
                guest: read(
                    parseGuestInfo(
                        `hostname : x\nfs.count : 1\nfs.0.mountpoint : /\nfs.0.fstype : ${type}\nfs.0.total-bytes : 1000\n${used}`,
                    ),
                ),
            });
        expect(trouble(filled('fs.0.used-bytes : 949'))).toEqual([]);
        expect(trouble(filled('fs.0.used-bytes : 950'))).toEqual(['guest-filesystem failed']);
        expect(find(filled('fs.0.used-bytes : 950'), 'guest-filesystem').about).toBe('/');
        expect(trouble(filled('fs.0.used-bytes : 1000', 'iso9660'))).toEqual([]);
        expect(trouble(filled(''))).toEqual(['guest-filesystem unknown']);
    });

    it('its clock', () => {
        expect(driftOf({guestMs: 10, askedMs: 8, answeredMs: 12})).toBe(0);
        expect(driftOf({guestMs: 5, askedMs: 8, answeredMs: 12})).toBe(-3);
        expect(driftOf({guestMs: 15, askedMs: 8, answeredMs: 12})).toBe(3);
        const off = (guestMs: number): MachineFacts =>
            factsOf({clock: read({guestMs, askedMs: 10_000, answeredMs: 10_000})});
        expect(trouble(off(12_000))).toEqual([]);
        expect(find(off(12_001), 'guest-clock').evidence).toContain('ahead');
        expect(find(off(7_000), 'guest-clock').evidence).toContain('behind');
        expect(trouble(off(7_000))).toEqual(['guest-clock failed']);
        expect(trouble(factsOf({clock: unread(WHY)}))).toEqual(['guest-clock unknown']);
    });
});
