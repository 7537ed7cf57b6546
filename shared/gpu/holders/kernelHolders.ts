// SPDX-License-Identifier: GPL-3.0-or-later
// What keeps a card busy without being a process: text consoles, and modules that count their users.
import {linkName, listNames, readAttribute, readShort} from '../../platform/files.js';
import {functionPath} from '../pciFunction.js';
import type {CardFacts} from '../pciTree.js';
import type {SysRoot} from '../sysRoot.js';

/** The text consoles are drawn on a framebuffer of the card. */
export interface ConsoleHolder {
    /** `fb0` */
    readonly framebuffer: string;
    /** `vtcon1` */
    readonly console: string;
}

/** How often a module of the card's driver is in use. */
export interface ModuleUse {
    readonly name: string;
    /** The kernel's count: open files, other modules, consoles. */
    readonly references: number;
    /** Modules that are among them. */
    readonly usedBy: readonly string[];
}

/** NVIDIA's modules, in the order in which they can be unloaded. */
export const NVIDIA_MODULES = [
    'nvidia_peermem',
    'nvidia_drm',
    'nvidia_modeset',
    'nvidia_uvm',
    'nvidia',
] as const;

/** The consoles that draw on a card. The kernel draws on the first framebuffer unless told otherwise (fbcon=map). */
export async function consolesOn(root: SysRoot, card: CardFacts): Promise<ConsoleHolder[]> {
    const own = listNames(`${functionPath(root, card.display.address)}/graphics`) ?? [];
    const all = listNames(`${root.sys}/class/graphics`) ?? [];
    const first = all.filter(name => /^fb\d+$/.test(name)).sort(byNumber)[0];
    if (first === undefined || !own.includes(first)) return [];
    const consoles = listNames(`${root.sys}/class/vtconsole`) ?? [];
    const bound = await Promise.all(
        consoles.map(async name => {
            const folder = `${root.sys}/class/vtconsole/${name}`;
            const [what, bind] = await Promise.all([
                readAttribute(`${folder}/name`),
                readAttribute(`${folder}/bind`),
            ]);
            return bind === '1' && what?.includes('frame buffer') ? [name] : [];
        }),
    );
    return bound.flat().map(name => ({framebuffer: first, console: name}));
}

function byNumber(one: string, other: string): number {
    return Number(one.slice(2)) - Number(other.slice(2));
}

/** The modules of a card's driver that are loaded, those that can be unloaded first in front. */
export function modulesOf(root: SysRoot, card: CardFacts): ModuleUse[] {
    const {address, driver} = card.display;
    if (driver === null) return [];
    const own = linkName(`${functionPath(root, address)}/driver/module`);
    const names = driver === 'nvidia' ? NVIDIA_MODULES : own === null ? [] : [own];
    return names.flatMap(name => {
        const references = readShort(`${root.sys}/module/${name}/refcnt`);
        if (references === null) return [];
        const usedBy = (listNames(`${root.sys}/module/${name}/holders`) ?? []).sort();
        return [{name, references: Number(references), usedBy}];
    });
}
