// SPDX-License-Identifier: GPL-3.0-or-later
import {sampleJson} from '../../../cli/metrics/sampleJson.js';
import {machineText} from '../../../cli/stats/machineText.js';
import type {MachineStats} from '../../../cli/stats/machineStats.js';

/** A machine of which nothing is known but what its disks have met. */
function stats(
    diskErrors: MachineStats['insight']['diskErrors'],
    lastAgentLossMs: number | null = null,
): MachineStats {
    const insight = {
        diskErrors,
        lastAgentLossMs,
        gpu: null,
        bottleneck: {kind: 'unknown', sentence: '', figure: null},
    };
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

    it('tells since when the guest agent has been away, and has no line while it is there', () => {
        expect(machineText(stats(null, 1_000))).toMatch(
            /^Guest agent +The guest agent has been away since .*\d.*\.$/m,
        );
        expect(machineText(stats(null))).not.toContain('Guest agent');
    });

    it('has the moment in which it went, as long as the machine is on, in JSON', () => {
        const json = (active: boolean, agentLostMs: number | null): unknown => {
            const machine = {...stats(null).machine, active, host: {id: 'session'}, troubles: {agentLostMs}};
            return sampleJson(machine as unknown as MachineStats['machine'], null, null);
        };
        const at = (agentLostAt: string | null): unknown => jasmine.objectContaining({agentLostAt});
        expect(json(true, 1_000)).toEqual(at('1970-01-01T00:00:01.000Z'));
        expect(json(true, null)).toEqual(at(null));
        expect(json(false, 1_000)).toEqual(at(null));
    });
});
