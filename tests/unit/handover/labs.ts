// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverRefused, type Refusal} from '../../../shared/gpu/handover/handoverErrors.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {HandoverLab} from '../../fakes/handoverLab.js';

export const BY = {by: 'uid 1000'};
export const NVIDIA = '0000:01:00.0';
export const AMD = '0000:03:00.0';
export const VFIO = 'vfio-pci';

export const NVIDIA_HOME = {
    '0000:01:00.0': 'nvidia',
    '0000:01:00.1': 'snd_hda_intel',
    '0000:01:00.2': 'xhci_hcd',
    '0000:01:00.3': 'nvidia-gpu',
};
export const NVIDIA_LENT = {
    '0000:01:00.0': VFIO,
    '0000:01:00.1': VFIO,
    '0000:01:00.2': VFIO,
    '0000:01:00.3': VFIO,
};
export const AMD_HOME = {'0000:03:00.0': 'amdgpu', '0000:03:00.1': 'snd_hda_intel'};
export const AMD_LENT = {'0000:03:00.0': VFIO, '0000:03:00.1': VFIO};

export function nvidiaLab(): HandoverLab {
    const lab = new HandoverLab(new FakePciTree().intelGraphics().nvidiaCard());
    lab.services.add('nvidia-persistenced.service', '/dev/nvidia0');
    lab.services.add('nvidia-powerd.service', '/dev/nvidiactl');
    return lab;
}

export function amdLab(): HandoverLab {
    return new HandoverLab(new FakePciTree().amdGraphics().amdCard());
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
    try {
        await promise;
    } catch (error) {
        return error;
    }
    throw new Error('It was expected to fail');
}

export async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
    const error = await rejection(promise);
    if (!(error instanceof HandoverRefused)) throw error;
    return error.refusals[0];
}

export function kindsOf(error: unknown): string[] {
    if (!(error instanceof HandoverRefused)) throw error;
    return error.refusals.map(({kind}) => kind);
}

/** Nothing of a take is left: drivers, overrides, modules, services and record are as they were. */
export function expectHome(lab: HandoverLab, slot: string, home: Record<string, string>): void {
    expect(lab.bindings(slot)).toEqual(home);
    expect(lab.overrides(slot)).toEqual({});
    expect(lab.store.only).toBeNull();
}

/** Somebody gives all functions of a slot to vfio without a record. */
export async function lentByHand(lab: HandoverLab, slot: string): Promise<void> {
    const {kernel, root} = lab.fake;
    kernel.loadNow('vfio_pci');
    for (const [address, driver] of Object.entries(kernel.bindings(slot))) {
        await kernel.write(`${root.sys}/bus/pci/devices/${address}/driver_override`, VFIO);
        await kernel.write(`${root.sys}/bus/pci/drivers/${driver}/unbind`, address);
        await kernel.write(`${root.sys}/bus/pci/drivers_probe`, address);
    }
    kernel.log.length = 0;
}
