// SPDX-License-Identifier: GPL-3.0-or-later
import {listNames, readAttribute, readLink, readShort} from '../../platform/files.js';
import type {CardFacts} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';

export type NodeKind = 'drm' | 'nvidia' | 'i2c' | 'sound' | 'vfio';

/** A file below /dev through which programs reach a card. */
export interface DeviceNode {
    readonly kind: NodeKind;
    /** Its name now, e.g. `card1`; another card may have it tomorrow. */
    readonly name: string;
    /** `major:minor` */
    readonly number: string;
}

/** All ways to a card. */
export class DeviceNodes {
    readonly #byNumber: ReadonlyMap<string, DeviceNode>;

    /**
     * @param nodes those with numbers of their own
     * @param majors drivers whose every node counts, by their major number
     */
    constructor(
        readonly nodes: readonly DeviceNode[],
        private readonly majors: ReadonlyMap<string, string> = new Map(),
    ) {
        this.#byNumber = new Map(nodes.map(node => [node.number, node]));
    }

    /** The node that a `major:minor` stands for; null when it is none of the card's. */
    byNumber(number: string): DeviceNode | null {
        const node = this.#byNumber.get(number);
        if (node) return node;
        const name = this.majors.get(number.split(':')[0] ?? '');
        return name === undefined ? null : {kind: 'nvidia', name, number};
    }

    /** Their names, as they end the paths of mappings. */
    get names(): string[] {
        return [...this.nodes.map(({name}) => name), ...this.majors.values()];
    }
}

/** Classes of sysfs whose members lead to the device that they belong to. */
const CLASSES: readonly (readonly [string, NodeKind])[] = [
    ['drm', 'drm'],
    ['i2c-dev', 'i2c'],
    ['sound', 'sound'],
    ['vfio-dev', 'vfio'],
];

/** NVIDIA's nodes; the number of a card's own is its minor (kernel-open/common/inc/nv.h). */
const NVIDIA_MAJOR = '195';
const NVIDIA_SHARED = [
    {name: 'nvidiactl', number: `${NVIDIA_MAJOR}:255`},
    {name: 'nvidia-modeset', number: `${NVIDIA_MAJOR}:254`},
] as const;
/** Those get their majors when the module is loaded. */
const NVIDIA_DYNAMIC: ReadonlySet<string> = new Set(['nvidia-uvm', 'nvidia-caps']);

/** Finds the nodes of all functions of a card, as they are numbered now. */
export async function deviceNodesOf(root: SysRoot, card: CardFacts): Promise<DeviceNodes> {
    const parts = card.functions.map(({address}) => `/${address}/`);
    const found = CLASSES.flatMap(([className, kind]) => {
        const folder = `${root.sys}/class/${className}`;
        return (listNames(folder) ?? [])
            .filter(name => {
                const target = `${readLink(`${folder}/${name}`) ?? ''}/`;
                return parts.some(part => target.includes(part));
            })
            .map(name => ({kind, name, path: `${folder}/${name}/dev`}));
    });
    const group = card.display.iommuGroup;
    if (group !== null) found.push({kind: 'vfio', name: group, path: `${root.sys}/class/vfio/${group}/dev`});
    const numbered = await Promise.all(
        found.map(async ({kind, name, path}) => ({kind, name, number: await readAttribute(path)})),
    );
    // Sockets and sound cards as a whole are members of their classes, too, and have no node.
    const nodes = numbered.flatMap(({kind, name, number}) =>
        number !== null && /^\d+:\d+$/.test(number) ? [{kind, name, number}] : [],
    );
    if (card.display.driver !== 'nvidia') return new DeviceNodes(nodes);
    return new DeviceNodes([...nodes, ...(await nvidiaNodes(root, card))], nvidiaMajors(root));
}

async function nvidiaNodes(root: SysRoot, card: CardFacts): Promise<DeviceNode[]> {
    const path = `${root.proc}/driver/nvidia/gpus/${card.display.address}/information`;
    const minor = /^Device Minor:\s*(\d+)$/m.exec((await readAttribute(path)) ?? '')?.[1];
    const own = minor === undefined ? [] : [{name: `nvidia${minor}`, number: `${NVIDIA_MAJOR}:${minor}`}];
    return [...own, ...NVIDIA_SHARED].map(node => ({kind: 'nvidia', ...node}));
}

function nvidiaMajors(root: SysRoot): Map<string, string> {
    const lines = (readShort(`${root.proc}/devices`) ?? '').split('\n');
    return new Map(
        lines.flatMap(line => {
            const [major = '', name = ''] = line.trim().split(/\s+/);
            return NVIDIA_DYNAMIC.has(name) ? [[major, name] as const] : [];
        }),
    );
}
