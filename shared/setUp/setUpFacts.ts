// SPDX-License-Identifier: GPL-3.0-or-later
// What the set-up looks at before it says anything. Nothing here changes anything, and nothing wakes a card.
import type {Definition} from '../definition/definition.js';
import {type CardDetails, readCardDetails} from '../gpu/cardDetails.js';
import type {GuardStatus} from '../gpu/helperInterface.js';
import type {HelperClient} from '../gpu/helperClient.js';
import {findHolders, type HolderOptions, type HolderReport} from '../gpu/holders/holders.js';
import {isPciAddress} from '../gpu/pciAddress.js';
import {functionPath} from '../gpu/pciFunction.js';
import {type CardFacts, PciReader, type PciTree} from '../gpu/pciTree.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import type {Bus} from '../platform/bus.js';
import {exists, listNames, readAttribute, readShort} from '../platform/files.js';
import {helperTrouble, type HelperTrouble, NO_HELPER, OLD_HELPER} from './helperTrouble.js';

/** Where the set-up looks. */
export interface SetUpWorld {
    readonly root: SysRoot;
    /** The system bus and the helper on it; null where there is no such bus. */
    readonly system: {readonly bus: Bus; readonly helper: HelperClient} | null;
    readonly holderOptions?: HolderOptions;
}

/** What the helper says of its own work; `trouble` when it does not say anything. */
export type HelperView =
    | {readonly there: true; readonly guard: GuardStatus; readonly files: readonly string[]}
    | {readonly there: false; readonly trouble: HelperTrouble};

/** All that the checks rest on, at one moment. What could not be read is null. */
export interface SetUpFacts {
    readonly tree: PciTree;
    readonly card: CardFacts;
    /** As people say it. */
    readonly cardName: string;
    readonly details: CardDetails;
    readonly holders: HolderReport;
    /** How many IOMMU groups there are. */
    readonly iommuGroups: number | null;
    /** Whether udev has told the desktop to leave the card alone, as of now. */
    readonly desktopTag: boolean | null;
    /** Whether udev has told the sound server to leave the card's sound alone; true when it has none. */
    readonly soundTag: boolean | null;
    /** Whether NVIDIA's driver shows the desktop on it; null when it does not tell, or has no such part. */
    readonly modeset: boolean | null;
    /** Whether supergfxd, which moves cards too, is running. */
    readonly supergfxd: boolean | null;
    readonly helper: HelperView;
    readonly machine: MachineFacts | null;
}

/** The machine that is to have the card. */
export interface MachineFacts {
    readonly name: string;
    readonly running: boolean;
    readonly definition: Definition;
    /** Host devices that its definition names and that are not there. */
    readonly absent: readonly string[];
}

const SUPERGFXD = 'org.supergfxctl.Daemon';
const ASK_MS = 5_000;
const SOUND = 0x0403;

/** The cards as they are now. */
export function readTree(root: SysRoot): Promise<PciTree> {
    return new PciReader(root).read();
}

/**
 * Looks at everything once.
 *
 * @param machine the machine that was chosen, with its kept definition
 * @param known what has been asked for already
 */
export async function collectFacts(
    world: SetUpWorld,
    tree: PciTree,
    card: CardFacts,
    cardName: string,
    machine: Omit<MachineFacts, 'absent'> | null,
    known: {details?: Promise<CardDetails>; helper?: Promise<HelperView>} = {},
): Promise<SetUpFacts> {
    const {root} = world;
    const [details, helper, holders, desktopTag, soundTag, modeset, supergfxd] = await Promise.all([
        known.details ?? readCardDetails(root, card),
        known.helper ?? askHelper(world),
        holdersOf(world, card),
        readDesktopTag(root, card),
        readSoundTag(root, card),
        readModeset(root, card),
        askSupergfxd(world),
    ]);
    return {
        tree,
        card,
        cardName,
        details,
        holders,
        iommuGroups: countIommuGroups(root),
        desktopTag,
        soundTag,
        modeset,
        supergfxd,
        helper,
        machine: machine && {...machine, absent: absentDevices(root, machine.definition)},
    };
}

/** How many IOMMU groups there are; null when that cannot be read. */
export function countIommuGroups(root: SysRoot): number | null {
    return listNames(`${root.sys}/kernel/iommu_groups`)?.length ?? null;
}

/** Host PCI devices that a definition names and that are not on the bus. */
export function absentDevices(root: SysRoot, definition: Definition): string[] {
    if (listNames(`${root.sys}/bus/pci/devices`) === null) return [];
    return definition.pciAddresses.filter(
        address => !isPciAddress(address) || !exists(functionPath(root, address)),
    );
}

/** What the helper says of its own work; this may start it. */
export async function askHelper({system}: SetUpWorld): Promise<HelperView> {
    if (!system) return {there: false, trouble: NO_HELPER};
    try {
        if (await system.helper.isOld()) return {there: false, trouble: OLD_HELPER};
        const [guard, files] = await Promise.all([system.helper.guardStatus(), system.helper.files()]);
        return {there: true, guard, files};
    } catch (error) {
        return {there: false, trouble: helperTrouble(error)};
    }
}

/** Of all users where the helper tells; else what this user can see. */
async function holdersOf(
    {root, system, holderOptions = {}}: SetUpWorld,
    card: CardFacts,
): Promise<HolderReport> {
    try {
        if (system) return await system.helper.holders(card.display.address);
    } catch (error) {
        // It is missing, or does not let us look: that is a finding of its own.
        helperTrouble(error);
    }
    return findHolders(root, card, holderOptions);
}

/** What udev has noted of a device, in the file of its database; null when it has noted nothing. */
function udevNotes(root: SysRoot, id: string): string[] | null {
    return readShort(`${root.run}/udev/data/${id}`)?.split('\n') ?? null;
}

async function readDesktopTag(root: SysRoot, card: CardFacts): Promise<boolean | null> {
    const node = card.drmNodes.find(name => name.startsWith('card'));
    if (node === undefined) return null;
    const number = await readAttribute(`${root.sys}/class/drm/${node}/dev`);
    const notes = number === null ? null : udevNotes(root, `c${number}`);
    if (notes === null) return null;
    // G: tags of any time; Q: those of now, which older systemds do not note
    // (systemd: src/libsystemd/sd-device/device-private.c).
    const now = notes.some(line => line.startsWith('Q:'));
    return notes.includes(`${now ? 'Q' : 'G'}:mutter-device-ignore`);
}

function readSoundTag(root: SysRoot, card: CardFacts): Promise<boolean | null> {
    const sounds = card.functions.filter(({classCode}) => classCode >> 8 === SOUND);
    const cards = sounds.flatMap(({address}) =>
        (listNames(`${functionPath(root, address)}/sound`) ?? []).filter(name => /^card\d+$/.test(name)),
    );
    if (sounds.length === 0) return Promise.resolve(true);
    const notes = cards.map(name => udevNotes(root, `+sound:${name}`));
    if (notes.length === 0 || notes.some(one => one === null)) return Promise.resolve(null);
    return Promise.resolve(notes.every(one => one?.some(line => /^E:ACP_IGNORE=(1|true)$/.test(line))));
}

async function readModeset(root: SysRoot, {display}: CardFacts): Promise<boolean | null> {
    if (display.driver !== 'nvidia') return null;
    const value = await readAttribute(`${root.sys}/module/nvidia_drm/parameters/modeset`);
    return value === null ? null : value === 'Y' || value === '1';
}

/** Whether supergfxd runs; null when that cannot be told. */
export async function askSupergfxd({system}: SetUpWorld): Promise<boolean | null> {
    try {
        return system ? await system.bus.hasOwner(SUPERGFXD, {timeoutMs: ASK_MS}) : null;
    } catch (error) {
        helperTrouble(error);
        return null;
    }
}
