// SPDX-License-Identifier: GPL-3.0-or-later
// What on this computer is configured to keep a card for machines from the start on.
import type {PciFunction} from '../../gpu/pciFunction.js';
import {readFile, readFolder} from './fileReading.js';
import type {DoctorRoot} from './ports.js';

/** The places where that is written, as far as they could be read. */
export interface Configured {
    /** The kernel's command line; null when it cannot be read. */
    readonly commandLine: string | null;
    /** Files of modprobe, by their path. */
    readonly modprobe: ReadonlyMap<string, string>;
    /** Addresses for which driverctl has an override, with the driver. */
    readonly driverctl: ReadonlyMap<string, string>;
    /** supergfxd's settings; null when there are none. */
    readonly supergfxd: string | null;
}

/** Reads all of them; what is not there or not for us to read says nothing. */
export async function readConfigured(root: DoctorRoot, commandLine: string | null): Promise<Configured> {
    const [modprobe, overrides, supergfxd] = await Promise.all([
        readAll(`${root.etc}/modprobe.d`, /\.conf$/),
        readAll(`${root.etc}/driverctl.d`, /^pci-/),
        readFile(`${root.etc}/supergfxd.conf`),
    ]);
    return {
        commandLine,
        modprobe,
        driverctl: new Map(
            [...overrides].map(([path, driver]) => [
                path.slice(path.lastIndexOf('/') + 'pci-'.length + 1),
                driver.trim(),
            ]),
        ),
        supergfxd: supergfxd.is === 'read' ? supergfxd.value : null,
    };
}

async function readAll(folder: string, wanted: RegExp): Promise<Map<string, string>> {
    const names = await readFolder(folder);
    if (names.is !== 'read') return new Map();
    const files = await Promise.all(
        names.value
            .filter(name => wanted.test(name))
            .map(async name => [`${folder}/${name}`, await readFile(`${folder}/${name}`)] as const),
    );
    return new Map(
        files.flatMap(([path, file]) => (file.is === 'read' ? [[path, file.value] as const] : [])),
    );
}

/** What of it keeps a function, in words for an administrator: a file's path or an option. */
export function keepsFor(
    {commandLine, modprobe, driverctl, supergfxd}: Configured,
    {address, vendor, device}: PciFunction,
): string[] {
    const id = `${vendor}:${device}`;
    const names = (text: string, pattern: RegExp): boolean =>
        [...text.matchAll(pattern)].some(([, ids = '']) =>
            ids
                .toLowerCase()
                .split(',')
                .some(one => one === id || one.startsWith(`${id}:`)),
        );
    return [
        ...(commandLine !== null && names(commandLine, /(?:^|\s)vfio[-_]pci\.ids=(\S+)/g)
            ? ['vfio-pci.ids']
            : []),
        ...[...modprobe].flatMap(([path, text]) =>
            names(text, /^\s*options\s+vfio[-_]pci\s+(?:.*\s)?ids=(\S+)/gm) ? [path] : [],
        ),
        ...(driverctl.get(address)?.includes('vfio') ? ['driverctl'] : []),
        ...(supergfxd !== null && /"mode"\s*:\s*"Vfio"/i.test(supergfxd) ? ['supergfxd'] : []),
    ];
}
