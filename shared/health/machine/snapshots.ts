// SPDX-License-Identifier: GPL-3.0-or-later
// What libvirt has noted of a machine's snapshots, to be held against the files that they are in.
import {parseXml} from '../../definition/xmlParser.js';
import {attributeOf, childOf, childrenOf, textOf, type XmlElement} from '../../definition/xmlTree.js';

/** A disk as a snapshot has it. */
export interface SnapshotDisk {
    /** Name in the guest, for example `vda`. */
    readonly target: string;
    /** `internal`: within the image that the disk had then; `external`: what came after it is in a file of its own. */
    readonly kind: 'internal' | 'external';
    /** The image that the disk had then, or for `external` the one that it has had since; null where none is named. */
    readonly file: string | null;
}

export interface Snapshot {
    readonly name: string;
    readonly disks: readonly SnapshotDisk[];
    /** Where the memory was saved to, if it was; null when it is in an image, or is not saved. */
    readonly memoryFile: string | null;
}

/** Reads what libvirt tells of a snapshot. @throws DefinitionError when it is not well formed */
export function readSnapshot(xml: string): Snapshot {
    const {root} = parseXml(xml);
    const images = imagesOf(childOf(root, 'domain'));
    const memory = childOf(root, 'memory');
    const memoryFile = attributeOf(memory, 'snapshot') === 'external' ? attributeOf(memory, 'file') : null;
    const disks = childrenOf(childOf(root, 'disks'), 'disk').flatMap((disk): SnapshotDisk[] => {
        const target = attributeOf(disk, 'name');
        const kind = attributeOf(disk, 'snapshot');
        if (target === null) return [];
        if (kind === 'internal') return [{target, kind, file: images.get(target) ?? null}];
        if (kind !== 'external' || (attributeOf(disk, 'type') ?? 'file') !== 'file') return [];
        return [{target, kind, file: attributeOf(childOf(disk, 'source'), 'file')}];
    });
    return {name: textOf(childOf(root, 'name')) ?? '', disks, memoryFile};
}

/** The image of each disk when the snapshot was taken. */
function imagesOf(domain: XmlElement | null): Map<string, string> {
    const images = new Map<string, string>();
    for (const disk of childrenOf(childOf(domain, 'devices'), 'disk')) {
        const target = attributeOf(childOf(disk, 'target'), 'dev');
        const file = attributeOf(childOf(disk, 'source'), 'file');
        if (target !== null && file !== null) images.set(target, file);
    }
    return images;
}
