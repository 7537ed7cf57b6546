// SPDX-License-Identifier: GPL-3.0-or-later
import {machineText} from '../../../cli/stats/machineText.js';
import type {MachineStats} from '../../../cli/stats/machineStats.js';

/** A machine of which nothing is known but what its disks have met. */
function stats(diskErrors: MachineStats['insight']['diskErrors']): MachineStats {
    const insight = {diskErrors, gpu: null, bottleneck: {kind: 'unknown', sentence: '', figure: null}};
    return {
        machine: {name: 'web', state: 'paused', reason: 'io-error'},
        sample: null,
        insight,
        boots: [],
        slowBoot: null,
    } as unknown as MachineStats;
}

describe('What handover stats says of a machine', () => {
    it('names the disks that met an error, and has no line where none did', () => {
        const disks = [
            {target: 'vda', noSpace: true},
            {target: 'vdb', noSpace: false},
        ];
        expect(machineText(stats(disks))).toMatch(/^Disk errors +vda: no space is left, vdb$/m);
        for (const none of [[], null]) expect(machineText(stats(none))).not.toContain('Disk errors');
    });
});
