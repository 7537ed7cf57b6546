// SPDX-License-Identifier: GPL-3.0-or-later
import type {FakeProcess} from '../fakes/pci/fakeProcesses.js';
import {putFile} from '../fakes/pci/files.js';
import {GuardedMachine, hostdev} from './guardRun.js';

export const LET_PASS = {code: 0, out: '', err: ''};
export const CARD = hostdev('03:00.0') + hostdev('03:00.1');

/** An AMD card beside the processor's graphics. */
export function amd(): GuardedMachine {
    return new GuardedMachine().intelGraphics().amdCard();
}

export function nvidia(): GuardedMachine {
    const tree = new GuardedMachine().intelGraphics().nvidiaCard();
    putFile(`${tree.root.sys}/module/nvidia_drm/parameters/modeset`, 'N\n');
    return tree;
}

export function holds(tree: GuardedMachine, target: string, comm = 'blender'): FakeProcess {
    const process = tree.processes.start({comm});
    process.open(target);
    return process;
}

export async function expectRefused(
    tree: GuardedMachine,
    definition: string,
    because: RegExp,
): Promise<void> {
    const {code, out, err} = await tree.hook(definition);
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(because);
    expect(err.trimEnd().split('\n').length).toBe(1);
}
