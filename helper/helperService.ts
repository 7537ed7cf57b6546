// SPDX-License-Identifier: GPL-3.0-or-later
import {findHolders, type HolderReport} from '../shared/gpu/holders/holders.js';
import {recordPath} from '../shared/gpu/handover/recordFiles.js';
import {type Rung, RUNGS} from '../shared/gpu/handover/forceBack.js';
import {type HandoverOutcome, Helper} from '../shared/gpu/helperInterface.js';
import {type CardFacts, PciReader} from '../shared/gpu/pciTree.js';
import {findRivals} from '../shared/gpu/rivals.js';
import {HELPER_PATH, VERSION} from '../shared/names.js';
import type {Bus} from '../shared/platform/bus.js';
import {exists} from '../shared/platform/files.js';
import type {PolkitAuthority} from './authority.js';
import {checkAddress, checkLendable, findCard, keepFromDesktop} from './cardCheck.js';
import {discreetJson} from './discretion.js';
import {type Call, ExportedInterface, type Handlers} from './exportedInterface.js';
import {type DeskParts, Handovers, type Watcher} from './handovers.js';
import {HelperError} from './helperError.js';
import type {Journal} from './journal.js';
import type {GuardFile} from './setUp/guardFile.js';
import type {IgnoreRules} from './setUp/ignoreRules.js';
import {SharedLook} from './sharedLook.js';

/** What the service works with: the machine's own, or a test's. */
export interface HelperParts {
    readonly bus: Bus;
    readonly authority: PolkitAuthority;
    readonly desk: DeskParts;
    readonly journal: Journal;
    readonly guard: GuardFile;
    readonly rules: IgnoreRules;
    /** Has libvirt read its hooks again. */
    readonly reloadLibvirt: () => Promise<void>;
    /** Has udev read its rules again, and apply them to the devices of a card. */
    readonly reloadUdev: (card: CardFacts) => Promise<void>;
}

/**
 * The helper on the bus. Each method says first what it is asked about, then whether that is allowed, and only then
 * does it; nothing that a caller sends gets further than those checks.
 */
export class HelperService {
    readonly handovers: Handovers;
    readonly #exported: ExportedInterface<typeof Helper>;
    readonly #looks = new SharedLook<HolderReport>();

    /** @param called is told of each call, and gives what to do when it has been answered */
    constructor(
        private readonly parts: HelperParts,
        called: () => () => void,
    ) {
        const watcher: Watcher = {
            moving: () => this.#exported.changed('Moving'),
            progress: (...args) => this.#exported.emit('Progress', args),
            finished: (address, direction, outcome) =>
                this.#exported.emit('Finished', [address, direction, discreetJson(outcome, null)]),
        };
        this.handovers = new Handovers(parts.desk, parts.journal, watcher);
        this.#exported = new ExportedInterface<typeof Helper>(
            parts.bus.connection,
            HELPER_PATH,
            Helper,
            this.#handlers(),
            {Version: () => VERSION, Moving: () => this.handovers.moving},
            called,
        );
    }

    close(): void {
        this.#exported.close();
    }

    #handlers(): Handlers<typeof Helper> {
        const {authority, guard, rules, journal} = this.parts;
        const {root} = this.parts.desk;
        return {
            Holders: async ([address], call) => {
                const card = await findCard(root, address);
                const uid = await authority.require('look', call, address);
                const {holders} = this.parts.desk;
                const look = () => holders?.(card) ?? findHolders(root, card);
                const [report, rivals] = await Promise.all([
                    this.#looks.look(address, look),
                    findRivals(this.parts.bus),
                ]);
                return [discreetJson({...report, rivals}, uid)];
            },
            Take: async ([address], call) => {
                checkLendable(await findCard(root, address));
                const uid = await authority.require('handOver', call, address);
                // A password takes its time, and cards come and go.
                checkLendable(await findCard(root, address));
                const order = {address, direction: 'take', uid, sender: call.sender, patient: false} as const;
                const outcome = await this.handovers.run(order, (desk, options) =>
                    desk.take(address, options),
                );
                return [discreetJson(outcome, uid)];
            },
            Return: async ([address], call) => {
                await this.#findLent(address);
                const uid = await authority.require('handOver', call, address);
                return [discreetJson(await this.#goBack(address, uid, call), uid)];
            },
            ReturnAfterEnd: async ([address], call) => {
                await this.#findLent(address);
                const uid = await authority.require('handOver', call, address);
                const {kind} = await this.#goBack(address, uid, call, {afterEnd: true});
                if (kind !== 'done') throw new HelperError('NotBack', `${address} is not back: ${kind}`);
                return [];
            },
            ForceBack: async ([address, step], call) => {
                if (!isRung(step)) throw new HelperError('InvalidStep', 'There is no such step');
                await this.#findLent(address);
                const uid = await authority.require('forceBack', call, address);
                return [discreetJson(await this.#goBack(address, uid, call, {upTo: step}), uid)];
            },
            Cancel: (_none, {sender}) => Promise.resolve([this.handovers.cancel(sender)]),
            InstallGuard: async (_none, call) => {
                await authority.require('setUp', call);
                if (await guard.install()) await this.parts.reloadLibvirt();
                return [];
            },
            RemoveGuard: async (_none, call) => {
                await authority.require('setUp', call);
                if (await guard.remove()) await this.parts.reloadLibvirt();
                return [];
            },
            GuardStatus: async (_none, call) => {
                await authority.require('look', call);
                return [await guard.status()];
            },
            InstallIgnoreRule: async ([address], call) => {
                checkLendable(await findCard(root, address));
                await authority.require('setUp', call, address);
                const card = await findCard(root, address);
                checkLendable(card);
                const {cards} = await new PciReader(root).read();
                if (await rules.install(card, cards)) await this.parts.reloadUdev(card);
                return [];
            },
            RemoveIgnoreRule: async ([address], call) => {
                const card = await findCard(root, address);
                await authority.require('setUp', call, address);
                const {cards} = await new PciReader(root).read();
                if (await rules.remove(card, cards)) await this.parts.reloadUdev(card);
                return [];
            },
            Files: async (_none, call) => {
                await authority.require('look', call);
                const status = await guard.status();
                const ours = status !== 'absent' && status !== 'foreign';
                return [[...(ours ? [guard.path] : []), ...rules.files]];
            },
            Journal: async (_none, call) => {
                await authority.require('look', call);
                return [JSON.stringify(await journal.read())];
            },
        };
    }

    #goBack(
        address: string,
        uid: number,
        {sender}: Call,
        {upTo, afterEnd = false}: {upTo?: Rung; afterEnd?: boolean} = {},
    ): Promise<HandoverOutcome> {
        const order = {address, direction: 'return', uid, sender, patient: uid === 0} as const;
        return this.handovers.run(order, (desk, options) =>
            upTo === undefined
                ? desk.giveBack(address, {...options, afterEnd})
                : desk.forceBack(address, upTo, options),
        );
    }

    /** A card that has fallen off the bus is known by its record alone. */
    async #findLent(address: string): Promise<void> {
        checkAddress(address);
        const record = recordPath(this.parts.desk.root, address);
        if (record !== null && exists(record)) return;
        const card = await findCard(this.parts.desk.root, address);
        keepFromDesktop(card);
    }
}

function isRung(step: string): step is Rung {
    return (RUNGS as readonly string[]).includes(step);
}
