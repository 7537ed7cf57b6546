// SPDX-License-Identifier: GPL-3.0-or-later
import {flag, flagAttribute} from './scalars.js';
import {attributeOf, childOf, childrenOf, descendantOf, textOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

export type Firmware = 'bios' | 'efi';

/** What the machine is booted by and from: the `<os>`. */
export interface Boot {
    /** `hvm`, `exe` (container), `linux` or `xen` (paravirtualised), `xenpvh`. */
    readonly osType: string;
    readonly architecture: string | null;
    /** Full name of the machine type, for example `pc-q35-9.2`. */
    readonly machineType: string | null;
    /** Null for what has no firmware, such as a container. */
    readonly firmware: Firmware | null;
    readonly secureBoot: boolean;
    /** `hd`, `cdrom`, `network`, `fd`, in order; devices with a boot order of their own are not here. */
    readonly devices: readonly string[];
    /** Kernel on the host that is booted without a boot loader. */
    readonly kernel: string | null;
}

/** What of `<features>` Handover asks about. */
export interface Features {
    /** Names of all features that are there and not switched off. */
    readonly enabled: ReadonlySet<string>;
    /** Hyper-V enlightenments that are on. */
    readonly hyperv: ReadonlySet<string>;
    /** Whether the guest is kept from seeing that it runs under KVM. */
    readonly kvmHidden: boolean;
}

/** What libvirt does when the guest ends by itself. */
export interface LifecycleActions {
    /** `destroy`, `restart`, `preserve` or `rename-restart`. */
    readonly onPowerOff: string;
    readonly onReboot: string;
    /** Besides those above `coredump-destroy` and `coredump-restart`. */
    readonly onCrash: string;
}

/** Reads `<os>`. */
export function readBoot(domain: XmlElement): Boot {
    const os = childOf(domain, 'os');
    const type = childOf(os, 'type');
    const osType = textOf(type)?.trim() || 'hvm';
    const firmware = readFirmware(os, osType);
    return {
        osType,
        architecture: attributeOf(type, 'arch'),
        machineType: attributeOf(type, 'machine'),
        firmware,
        secureBoot: firmware === 'efi' && hasSecureBoot(os),
        devices: childrenOf(os, 'boot').flatMap(boot => attributeOf(boot, 'dev') ?? []),
        kernel: textOf(childOf(os, 'kernel')),
    };
}

function readFirmware(os: XmlElement | null, osType: string): Firmware | null {
    const asked = attributeOf(os, 'firmware');
    if (asked === 'efi' || asked === 'bios') return asked;
    if (osType !== 'hvm') return null;
    const loader = childOf(os, 'loader');
    if (attributeOf(loader, 'type') === 'pflash') return 'efi';
    // Confidential machines load EFI as a ROM; only the file's name tells it from a BIOS.
    return /ovmf|aavmf|edk2/i.test(textOf(loader) ?? '') ? 'efi' : 'bios';
}

function hasSecureBoot(os: XmlElement | null): boolean {
    if (flagAttribute(childOf(os, 'loader'), 'secure') === true) return true;
    return childrenOf(childOf(os, 'firmware'), 'feature').some(
        feature =>
            attributeOf(feature, 'name') === 'secure-boot' && flagAttribute(feature, 'enabled') === true,
    );
}

/** Reads `<features>`. */
export function readFeatures(domain: XmlElement): Features {
    const features = childOf(domain, 'features');
    return {
        enabled: enabledIn(features),
        hyperv: enabledIn(childOf(features, 'hyperv')),
        kvmHidden: flagAttribute(descendantOf(features, 'kvm', 'hidden'), 'state') === true,
    };
}

function enabledIn(element: XmlElement | null): ReadonlySet<string> {
    const names = new Set<string>();
    for (const feature of childrenOf(element)) {
        if (flag(attributeOf(feature, 'state')) !== false) names.add(feature.name);
    }
    return names;
}

/** Reads `<on_poweroff>` and its kin, with libvirt's defaults. */
export function readLifecycleActions(domain: XmlElement): LifecycleActions {
    const action = (name: string, standard: string) => textOf(childOf(domain, name))?.trim() || standard;
    return {
        onPowerOff: action('on_poweroff', 'destroy'),
        onReboot: action('on_reboot', 'restart'),
        onCrash: action('on_crash', 'destroy'),
    };
}
