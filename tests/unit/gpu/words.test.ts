// SPDX-License-Identifier: GPL-3.0-or-later
import type {RecordedHandover} from '../../../shared/gpu/handover/undoRecord.js';
import type {HolderProcess} from '../../../shared/gpu/holders/holderProcess.js';
import type {HolderReport} from '../../../shared/gpu/holders/holders.js';
import {journalDurationLabel} from '../../../shared/gpu/journalWords.js';
import {needsAttention, ownerLabel, shortCardName, useLabel} from '../../../shared/gpu/words.js';

/** Names without the marks that keep their direction from leaking. */
function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

function holder(name: string, options: Partial<HolderProcess> = {}): HolderProcess {
    return {
        pid: 4000,
        startTicks: 1,
        name,
        command: name,
        uid: 1000,
        user: 'anna',
        unit: null,
        appId: null,
        role: 'program',
        nodes: ['card1'],
        mappedOnly: false,
        drmClients: 1,
        memoryBytes: null,
        ...options,
    };
}

function report(processes: HolderProcess[], options: Partial<HolderReport> = {}): HolderReport {
    return {
        processes,
        consoles: [],
        modules: [],
        groupMembers: [],
        memoryBytes: null,
        uninspected: 0,
        hidden: false,
        ...options,
    };
}

const HANDOVER: RecordedHandover = {
    card: {identity: '10de:1e84:1043:8728', address: '0000:01:00.0'},
    direction: 'take',
    phase: 'moving',
    step: 'unbind',
    by: 'uid 1000',
    startedAtMs: 0,
    problem: null,
};

describe('Words for cards', () => {
    it('say who has one', () => {
        const between = {kind: 'between', machine: null} as const;
        const labels = [
            ownerLabel({kind: 'linux', driver: 'nvidia'}),
            ownerLabel({kind: 'vfio'}),
            ownerLabel({kind: 'vfio'}, false),
            ownerLabel({kind: 'machine', machine: 'system/win', name: 'win'}),
            ownerLabel({kind: 'nobody'}),
            ownerLabel({...between, handover: null}),
            ownerLabel({...between, handover: null, machine: 'system/a/b'}),
            ownerLabel({...between, handover: HANDOVER}),
            ownerLabel({...between, handover: {...HANDOVER, direction: 'return'}}),
            ownerLabel({...between, handover: {...HANDOVER, phase: 'stuck'}}),
            ownerLabel({...between, handover: {...HANDOVER, phase: 'failed'}}),
        ];
        expect(labels.map(plain)).toEqual([
            'Linux (nvidia)',
            'vfio-pci, free',
            'vfio-pci',
            'With win',
            'No driver',
            'Partly with vfio-pci',
            'Moving to or from a/b',
            'Being taken from Linux…',
            'Coming back to Linux…',
            'Stuck: the kernel does not answer',
            'Could not be brought back',
        ]);
    });

    it('call for help only when a handover hangs or could not be undone', () => {
        const states = (['moving', 'lent', 'stuck', 'failed'] as const).map(phase =>
            needsAttention({owner: {kind: 'between', machine: null, handover: {...HANDOVER, phase}}}),
        );
        expect(states).toEqual([false, false, true, true]);
        expect(needsAttention({owner: {kind: 'nobody'}})).toBeFalse();
    });

    it('say who uses one, each once', () => {
        const blender = holder('blender', {appId: 'org.blender.Blender'});
        const appName = (id: string): string | null => (id === 'org.blender.Blender' ? 'Blender' : null);
        const shell = holder('gnome-shell', {role: 'desktop'});
        const machine = holder('qemu-system-x86', {role: 'machine'});
        const texts = [
            useLabel(report([blender, {...blender, pid: 5}]), appName),
            useLabel(report([blender])),
            useLabel(report([blender, shell]), appName),
            useLabel(report([blender, shell, holder('x')]), appName),
            useLabel(report([blender, shell, holder('x'), holder('y')]), appName),
            useLabel(report([], {consoles: [{framebuffer: 'fb0', console: 'vtcon1'}]})),
            useLabel(report([machine])),
        ];
        expect(texts.map(plain)).toEqual([
            'In use by Blender',
            'In use by blender',
            'In use by Blender and the desktop',
            'In use by Blender and 2 others',
            'In use by Blender and 3 others',
            'In use by the text console',
            'Not in use',
        ]);
    });

    it('never call a card unused while somebody could not be asked', () => {
        const texts = [
            useLabel(report([], {uninspected: 1})),
            useLabel(report([], {uninspected: 12})),
            useLabel(report([], {hidden: true})),
        ];
        expect(texts.map(plain)).toEqual([
            'No use seen; 1 process could not be inspected',
            'No use seen; 12 processes could not be inspected',
            'No use seen; processes of other users do not show',
        ]);
    });

    it('shorten a name to what tells cards apart', () => {
        const names = [
            ['NVIDIA GeForce RTX 4090', 'NVIDIA'],
            ['AMD Radeon RX 7900 XTX', 'AMD'],
            ['Intel Arc A770', 'Intel'],
            ['Intel AlderLake-S GT1', 'Intel'],
            ['NVIDIA 10de:ffff', 'NVIDIA'],
        ].map(([name = '', vendor = '']) => shortCardName({name, vendor}));
        expect(names).toEqual([
            'GeForce RTX 4090',
            'Radeon RX 7900 XTX',
            'Arc A770',
            'Intel AlderLake-S GT1',
            'NVIDIA 10de:ffff',
        ]);
    });
});

describe('The journal of handovers in words', () => {
    it('tells times as they are rounded: nothing took 100 ms and something else 0.1 s', () => {
        const labels = [0, 40.4, 99.4, 99.7, 100, 2149].map(ms => plain(journalDurationLabel(ms)));
        expect(labels).toEqual(['0 ms', '40 ms', '99 ms', '0.1 s', '0.1 s', '2.1 s']);
    });
});
