// SPDX-License-Identifier: GPL-3.0-or-later

export interface ConnectorSpec {
    readonly name: string;
    readonly connected?: boolean;
    readonly enabled?: boolean;
}

/** A function as it is plugged in. */
export interface DeviceSpec {
    readonly address: string;
    readonly classCode: number;
    /** `10de:2684` */
    readonly id: string;
    /** `1043:889f`; none on bridges. */
    readonly subsystem?: string;
    readonly group?: string;
    /** The driver that Linux has for it; none is bound when its module is not loaded. */
    readonly driver?: string;
    readonly bootVga?: boolean;
    readonly connectors?: readonly ConnectorSpec[];
    /** How many I²C adapters its driver registers. */
    readonly i2c?: number;
    /** The console draws on it. */
    readonly framebuffer?: boolean;
    readonly virtualOf?: string;
    /** More files below its folder, by their name. */
    readonly attributes?: Readonly<Record<string, string>>;
}

/** What a driver makes of the devices that it is bound to. */
export type DriverKind = 'drm' | 'nvidia' | 'sound' | 'vfio' | 'plain';

export interface DriverSpec {
    readonly name: string;
    readonly kind: DriverKind;
    /** The module that brings it; null when it is built in. */
    readonly module: string | null;
}

export interface ModuleSpec {
    readonly name: string;
    /** Modules that it needs. */
    readonly needs?: readonly string[];
}

/** The drivers and modules that every pretended kernel has. */
export const DRIVERS: readonly DriverSpec[] = [
    {name: 'i915', kind: 'drm', module: 'i915'},
    {name: 'xe', kind: 'drm', module: 'xe'},
    {name: 'amdgpu', kind: 'drm', module: 'amdgpu'},
    {name: 'nouveau', kind: 'drm', module: 'nouveau'},
    {name: 'bochs-drm', kind: 'drm', module: 'bochs'},
    {name: 'virtio-pci', kind: 'drm', module: null},
    {name: 'nvidia', kind: 'nvidia', module: 'nvidia'},
    {name: 'nvidia-gpu', kind: 'plain', module: 'i2c_nvidia_gpu'},
    {name: 'snd_hda_intel', kind: 'sound', module: 'snd_hda_intel'},
    {name: 'xhci_hcd', kind: 'plain', module: null},
    {name: 'nvme', kind: 'plain', module: 'nvme'},
    {name: 'pcieport', kind: 'plain', module: null},
    {name: 'vfio-pci', kind: 'vfio', module: 'vfio_pci'},
];

export const MODULES: readonly ModuleSpec[] = [
    {name: 'i915'},
    {name: 'xe'},
    {name: 'amdgpu'},
    {name: 'nouveau'},
    {name: 'bochs'},
    {name: 'nvidia'},
    {name: 'nvidia_modeset', needs: ['nvidia']},
    {name: 'nvidia_drm', needs: ['nvidia_modeset']},
    {name: 'nvidia_uvm', needs: ['nvidia']},
    {name: 'i2c_nvidia_gpu'},
    {name: 'snd_hda_intel'},
    {name: 'nvme'},
    {name: 'vfio'},
    {name: 'vfio_pci', needs: ['vfio']},
];
