// SPDX-License-Identifier: GPL-3.0-or-later
import type {RecordedHandover} from '../../../shared/gpu/handover/undoRecord.js';
import {type Claim, claimsOn, ownerOf, sameOwner} from '../../../shared/gpu/owner.js';
import type {PciFunction} from '../../../shared/gpu/pciFunction.js';
import type {CardFacts} from '../../../shared/gpu/pciTree.js';

function cardOn(...drivers: (string | null)[]): CardFacts {
    const functions = drivers.map((driver, index): PciFunction => ({
        address: `0000:01:00.${index}`,
        classCode: index === 0 ? 0x030000 : 0x040300,
        vendor: '10de',
        device: '1e84',
        subsystemVendor: null,
        subsystemDevice: null,
        virtual: false,
        driver,
        iommuGroup: '14',
    }));
    const display = functions[0]!;
    return {display, functions, group: null, strangers: [], bootVga: false, drmNodes: []};
}

const windows: Claim = {
    machine: 'system/windows',
    name: 'windows',
    running: true,
    addresses: ['0000:01:00.0', '0000:01:00.1'],
};
const other: Claim = {...windows, machine: 'system/arch', name: 'arch', running: false};

const taking: RecordedHandover = {
    card: {identity: '10de:1e84:0000:0000', address: '0000:01:00.0'},
    direction: 'take',
    phase: 'moving',
    step: 'unbind',
    by: 'uid 1000',
    startedAtMs: 1,
    problem: null,
};

describe('The owner of a card', () => {
    it('is the Linux driver of its display function', () => {
        expect(ownerOf(cardOn('nvidia', 'snd_hda_intel'), [])).toEqual({kind: 'linux', driver: 'nvidia'});
        expect(ownerOf(cardOn('nvidia', null), [])).toEqual({kind: 'linux', driver: 'nvidia'});
    });

    it('is vfio when all its functions that have a driver are there', () => {
        expect(ownerOf(cardOn('vfio-pci', 'vfio-pci'), [])).toEqual({kind: 'vfio'});
        expect(ownerOf(cardOn('vfio-pci', null), [])).toEqual({kind: 'vfio'});
        expect(ownerOf(cardOn('nvgrace-gpu-vfio-pci'), [])).toEqual({kind: 'vfio'});
    });

    it('is vfio when the machine that wants it is off', () => {
        expect(ownerOf(cardOn('vfio-pci', 'vfio-pci'), [{...windows, running: false}])).toEqual({
            kind: 'vfio',
        });
    });

    it('is the running machine that has it', () => {
        expect(ownerOf(cardOn('vfio-pci', 'vfio-pci'), [other, windows])).toEqual({
            kind: 'machine',
            machine: 'system/windows',
            name: 'windows',
        });
    });

    it('is not a machine that has another card', () => {
        expect(ownerOf(cardOn('vfio-pci'), [{...windows, addresses: ['0000:02:00.0']}])).toEqual({
            kind: 'vfio',
        });
    });

    it('is nobody without a driver', () => {
        expect(ownerOf(cardOn(null, null), [])).toEqual({kind: 'nobody'});
        expect(ownerOf(cardOn(null, 'snd_hda_intel'), [])).toEqual({kind: 'nobody'});
    });

    it('is in between when its functions are on two sides', () => {
        expect(ownerOf(cardOn('vfio-pci', 'snd_hda_intel'), [])).toEqual({
            kind: 'between',
            handover: null,
            machine: null,
        });
        expect(ownerOf(cardOn(null, 'vfio-pci'), []).kind).toBe('between');
    });

    it('is in between while a machine comes up with a card that Linux still has', () => {
        expect(ownerOf(cardOn('nvidia', 'snd_hda_intel'), [windows])).toEqual({
            kind: 'between',
            handover: null,
            machine: 'system/windows',
        });
    });

    it('is in between while a handover moves it, has got stuck or has failed', () => {
        for (const phase of ['moving', 'stuck', 'failed'] as const) {
            const handover = {...taking, phase};

            expect(ownerOf(cardOn('nvidia'), [], handover))
                .withContext(phase)
                .toEqual({kind: 'between', handover, machine: null});
        }
    });

    it('is what can be seen once the handover is over', () => {
        const lent: RecordedHandover = {...taking, phase: 'lent'};

        expect(ownerOf(cardOn('vfio-pci'), [], lent)).toEqual({kind: 'vfio'});
        expect(ownerOf(cardOn('nvidia'), [], lent)).toEqual({kind: 'linux', driver: 'nvidia'});
    });

    it('has rivals: all machines that want it are told, those that run first', () => {
        expect(claimsOn(cardOn('nvidia'), [other, windows]).map(({name}) => name)).toEqual([
            'windows',
            'arch',
        ]);
    });

    it('is compared by what it says', () => {
        expect(sameOwner({kind: 'linux', driver: 'a'}, {kind: 'linux', driver: 'a'})).toBeTrue();
        expect(sameOwner({kind: 'linux', driver: 'a'}, {kind: 'linux', driver: 'b'})).toBeFalse();
    });
});
