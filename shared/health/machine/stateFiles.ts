// SPDX-License-Identifier: GPL-3.0-or-later
// Files in which a machine keeps what its disks do not hold, and the images of its disks.
import type {Definition} from '../../definition/definition.js';
import {
    attributeOf,
    childOf,
    childrenOf,
    descendantOf,
    textOf,
    type XmlElement,
} from '../../definition/xmlTree.js';
import {_} from '../../platform/i18n.js';
import {growthOf, type ImageChain, type ImageFacts} from './imageChain.js';
import type {StateFile} from './machineFacts.js';
import {type Reading, unread} from './reading.js';

/** What is asked of the computer's file systems. */
export interface FilePorts {
    /** Whether there is anything at a path; null when it may not be looked at. */
    isThere(path: string): Promise<boolean | null>;
    /** What is free on the file system that a path is on, in bytes. */
    freeBytes(path: string): Promise<Reading<number>>;
    /** An image with what it rests on. @param format as the definition has it; null lets qemu-img guess */
    chain(path: string, format: string | null): Promise<Reading<ImageChain>>;
}

/**
 * Where libvirt has the state of its machines' TPMs.
 *
 * @param session whether it is the user's own libvirt
 * @param configHome `$XDG_CONFIG_HOME`
 * @see https://gitlab.com/libvirt/libvirt/-/blob/master/src/qemu/qemu_conf.c (swtpmStorageDir)
 */
export function tpmFolder(session: boolean, configHome: string): string {
    return session ? `${configHome}/libvirt/qemu/swtpm` : '/var/lib/libvirt/swtpm';
}

/** The files of a machine's firmware and of its emulated TPM. */
export async function readStateFiles(
    definition: Definition,
    tpmStates: string,
    files: Pick<FilePorts, 'isThere'>,
): Promise<StateFile[]> {
    const found = [
        ...nvramPaths(definition).map(path => ({kind: 'nvram', path}) as const),
        ...tpmPaths(definition, tpmStates).map(path => ({kind: 'tpm', path}) as const),
    ];
    return Promise.all(found.map(async file => ({...file, there: await files.isThere(file.path)})));
}

function nvramPaths({root}: Definition): string[] {
    const nvram = descendantOf(root, 'os', 'nvram');
    const source = childOf(nvram, 'source');
    const path = (attributeOf(source, 'file') ?? textOf(nvram) ?? '').trim();
    return path.startsWith('/') ? [path] : [];
}

function tpmPaths(definition: Definition, tpmStates: string): string[] {
    const {uuid, tpms, root} = definition;
    if (!tpms.some(({backend}) => backend === 'emulator')) return [];
    const backend = descendantOf(root, 'devices', 'tpm', 'backend');
    const path = attributeOf(childOf(backend, 'source'), 'path');
    if (path !== null) return path.startsWith('/') ? [path] : [];
    return uuid === null ? [] : [`${tpmStates}/${uuid}`];
}

/**
 * The images of a machine's disks that are files or block devices of this computer.
 *
 * @param growth by how many bytes libvirt says that images can grow, by the name of the disk in the guest: it may look
 *     at those that we may not
 */
export function readImages(
    definition: Definition,
    files: FilePorts,
    growth: Promise<ReadonlyMap<string, number>>,
): Promise<ImageFacts[]> {
    const elements = childrenOf(childOf(definition.root, 'devices'), 'disk');
    const images = definition.disks.flatMap((disk, at) => {
        const {device, type, source} = disk;
        const isImage = (device === 'disk' || device === 'lun') && (type === 'file' || type === 'block');
        return isImage && source?.startsWith('/')
            ? [{disk, path: source, element: elements[at] ?? null}]
            : [];
    });
    return Promise.all(
        images.map(async ({disk, path, element}) => {
            const below = backingPaths(element);
            const [gone, chain, freeBytes, known] = await Promise.all([
                missingOf([path, ...below], files),
                files.chain(path, disk.format),
                files.freeBytes(path),
                growth,
            ]);
            const {target, type} = disk;
            const lost = chain.known ? [chain.value.missing].filter(one => one !== null) : [];
            const missing = [...new Set([...gone, ...lost])];
            const growthBytes =
                (chain.known ? growthOf(chain.value.layers) : null) ?? known.get(target) ?? null;
            const readOnly = disk.readOnly || type === 'block';
            return {target, path, readOnly, missing, chain, growthBytes, freeBytes};
        }),
    );
}

async function missingOf(paths: readonly string[], files: FilePorts): Promise<string[]> {
    const there = await Promise.all(paths.map(path => files.isThere(path)));
    return paths.filter((_path, at) => there[at] === false);
}

/** libvirt writes the chain of a machine that runs into its XML. */
function backingPaths(disk: XmlElement | null): string[] {
    const paths: string[] = [];
    for (let store = childOf(disk, 'backingStore'); store !== null; store = childOf(store, 'backingStore')) {
        const path = attributeOf(childOf(store, 'source'), 'file');
        if (path?.startsWith('/')) paths.push(path);
    }
    return paths;
}

/** Where nothing can be looked at, as on another computer, or with libvirt's test driver. */
export const NO_FILES: FilePorts = {
    isThere: () => Promise.resolve(null),
    freeBytes: () => Promise.resolve(unread(_('The machine is not on this computer.'))),
    chain: () => Promise.resolve(unread(_('The machine is not on this computer.'))),
};
