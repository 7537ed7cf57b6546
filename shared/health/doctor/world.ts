// SPDX-License-Identifier: GPL-3.0-or-later
import {type CardDetails, readCardDetails} from '../../gpu/cardDetails.js';
import {readRecords} from '../../gpu/handover/recordFiles.js';
import type {CardFacts, PciTree} from '../../gpu/pciTree.js';
import type {SysRoot} from '../../gpu/sysRoot.js';
import {withDeadline} from '../../platform/clock.js';
import {DeadlineError} from '../../platform/errors.js';
import {once} from '../../platform/once.js';
import {listNames, readShort} from '../../platform/files.js';
import {inSlices} from '../../platform/slices.js';
import {
    askHelper,
    askSupergfxd,
    collectFacts,
    countIommuGroups,
    type HelperView,
    readTree,
    type SetUpFacts,
    type SetUpWorld,
} from '../../setUp/setUpFacts.js';
import {namesOfCards} from './cardNames.js';
import type {DoctorPorts} from './ports.js';

/** A helper that has not answered by then is taken for one that does not, in milliseconds. */
const HELPER_MS = 900;
/** Machines whose definitions have not come by then name no device, in milliseconds. */
const CLAIMS_MS = 900;
/** Cards have no names but their addresses when these have not been read by then, in milliseconds. */
const NAMES_MS = 300;
const NO_NAMES: ReadonlyMap<string, string> = new Map();
/** A bus that does not answer by then is not there, in milliseconds. */
const BUS_MS = 500;

/** A card with what its driver tells of it. */
export interface DetailedCard {
    readonly card: CardFacts;
    readonly details: CardDetails;
}

/** Where the doctor looks. Each fact is read once in a run, by whichever question asks first. */
export class DoctorWorld {
    readonly tree = once(() => readTree(this.ports.root));
    readonly cards = once(async () => lendable(await this.tree()));
    readonly detailedCards = once(async () =>
        Promise.all((await this.cards()).map(card => this.#detailed(card))),
    );
    /** What they are called, by their addresses; nothing where that takes long. */
    readonly cardNames = once(async () => {
        const read = async (): Promise<ReadonlyMap<string, string>> =>
            namesOfCards((await this.tree()).cards);
        return withDeadline('Names of cards', this.#limit(NAMES_MS), read()).catch(() => NO_NAMES);
    });
    readonly records = once(() => readRecords(this.ports.root));
    readonly machines = once(() => this.ports.machines());
    readonly connections = once(() => this.ports.connections());
    readonly session = once(() => this.ports.session());
    /** The same where it is no more than a hint: null when it cannot be told. */
    readonly sessionType = once(async () => (await this.session().catch(() => null))?.type ?? null);
    readonly processes = once(() => readProcesses(this.ports.root));
    /** Whether there is anything to lend: a card besides the desktop's, or a device that a machine asks for. */
    readonly lends = once(async () => (await this.cards()).length > 0 || (await this.#devicesAreAskedFor()));
    readonly helper = once(() => this.#askHelper());
    readonly setUp = once(() => withDeadline('The system bus', this.#limit(BUS_MS), this.ports.setUp()));
    readonly supergfxd = once(async () => askSupergfxd(await this.setUp()));
    /** What the set-up would look at, of each card. */
    readonly setUps = once(async () => {
        const tree = await this.tree();
        return Promise.all((await this.cards()).map(card => this.#setUpFacts(tree, card)));
    });

    constructor(readonly ports: DoctorPorts) {}

    #limit(milliseconds: number): number {
        return milliseconds * (this.ports.patience ?? 1);
    }

    get iommuGroups(): number | null {
        return countIommuGroups(this.ports.root);
    }

    /** The machines as far as libvirt tells of them in time: for what does not rest on them alone. */
    readonly definitions = once(async () => {
        const asked = this.machines();
        try {
            return await withDeadline('The machines', this.#limit(CLAIMS_MS), asked);
        } catch {
            // That libvirt does not answer is a finding of its own.
            asked.catch(() => undefined);
            return [];
        }
    });
    /** PCI devices that a machine names, running or not. */
    readonly claimed = once(
        async () => new Set((await this.definitions()).flatMap(({definition}) => definition.pciAddresses)),
    );

    async #devicesAreAskedFor(): Promise<boolean> {
        return (await this.claimed()).size > 0;
    }

    async #detailed(card: CardFacts): Promise<DetailedCard> {
        return {card, details: await readCardDetails(this.ports.root, card)};
    }

    async #askHelper(): Promise<HelperView> {
        try {
            return await withDeadline('The helper', this.#limit(HELPER_MS), askHelper(await this.setUp()));
        } catch (error) {
            return silent(error);
        }
    }

    /** With a helper that hangs, what can be seen without one is seen. */
    async #setUpFacts(tree: PciTree, card: CardFacts): Promise<SetUpFacts> {
        const helper = await this.helper();
        const hangs = !helper.there && helper.trouble.error instanceof DeadlineError;
        const setUp = hangs ? {...(await this.#withoutBus()), system: null} : await this.setUp();
        const name = card.display.address;
        const details = this.detailedCards().then(
            all => all.find(one => one.card === card)?.details ?? readCardDetails(this.ports.root, card),
        );
        return collectFacts(setUp, tree, card, name, null, {details, helper: Promise.resolve(helper)});
    }

    /** The bus itself may hang. */
    async #withoutBus(): Promise<SetUpWorld> {
        try {
            return await this.setUp();
        } catch (error) {
            if (error instanceof DeadlineError) return {root: this.ports.root, system: null};
            throw error;
        }
    }
}

function silent(error: unknown): HelperView {
    if (error instanceof DeadlineError) return {there: false, trouble: {kind: 'failed', error}};
    throw error;
}

/** All cards but the one that is the desktop's: the firmware's, or the first where it names none. */
function lendable({cards}: PciTree): CardFacts[] {
    const own = cards.find(({bootVga}) => bootVga === true) ?? cards[0];
    return cards.filter(card => card !== own);
}

/** A process, by its number and the name that the kernel keeps of it. */
export interface NamedProcess {
    readonly pid: string;
    readonly name: string;
}

/** @returns null when /proc is of another kind, or hides them */
async function readProcesses({proc}: SysRoot): Promise<readonly NamedProcess[] | null> {
    const pids = listNames(proc)?.filter(name => /^\d+$/.test(name));
    if (!pids?.length) return null;
    const processes: NamedProcess[] = [];
    await inSlices(pids, pid => {
        const name = readShort(`${proc}/${pid}/comm`)?.trim();
        if (name !== undefined) processes.push({pid, name});
    });
    return processes;
}
