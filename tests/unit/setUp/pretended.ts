// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {Definition} from '../../../shared/definition/definition.js';
import type {HelperClient} from '../../../shared/gpu/helperClient.js';
import type {GuardStatus} from '../../../shared/gpu/helperInterface.js';
import type {CardFacts} from '../../../shared/gpu/pciTree.js';
import {HELPER_BUS_NAME} from '../../../shared/names.js';
import type {Bus} from '../../../shared/platform/bus.js';
import {runChecks, type CheckId, type SetUpCheck} from '../../../shared/setUp/checks.js';
import {collectFacts, readTree, type SetUpFacts, type SetUpWorld} from '../../../shared/setUp/setUpFacts.js';
import type {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile} from '../../fakes/pci/files.js';

export const NVIDIA = '0000:01:00.0';
export const AMD = '0000:03:00.0';
export const AMD_RULE = '/etc/udev/rules.d/61-handover-1002-744c-1eae-7901.rules';
export const GUARD = '/etc/libvirt/hooks/qemu.d/handover-guard';

/** A helper whose answers a test chooses; it writes down what it was asked. */
export class StubHelper {
    guard: GuardStatus = 'absent';
    old = false;
    written: string[] = [];
    readonly asked: string[] = [];
    /** By method: what it fails with. */
    readonly failures = new Map<string, unknown>();

    constructor(private readonly holdersOf: () => Promise<unknown> = () => Promise.reject(this.#unasked)) {}

    readonly #unasked = new TypeError('not asked for');

    get client(): HelperClient {
        const client: Partial<Record<keyof HelperClient, unknown>> = {
            holders: () => this.#answer('holders', this.holdersOf),
            isOld: () => this.#answer('isOld', () => Promise.resolve(this.old)),
            guardStatus: () => this.#answer('guardStatus', () => Promise.resolve(this.guard)),
            files: () => this.#answer('files', () => Promise.resolve([...this.written])),
            installIgnoreRule: (address: string) =>
                this.#answer(`installIgnoreRule ${address}`, () => {
                    this.written.push(AMD_RULE);
                    return Promise.resolve();
                }),
            removeIgnoreRule: (address: string) =>
                this.#answer(`removeIgnoreRule ${address}`, () => {
                    this.written = this.written.filter(path => path !== AMD_RULE);
                    return Promise.resolve();
                }),
            installGuard: () =>
                this.#answer('installGuard', () => {
                    this.guard = 'installed';
                    this.written.push(GUARD);
                    return Promise.resolve();
                }),
            removeGuard: () =>
                this.#answer('removeGuard', () => {
                    this.guard = 'absent';
                    this.written = this.written.filter(path => path !== GUARD);
                    return Promise.resolve();
                }),
        };
        return client as unknown as HelperClient;
    }

    /** What it was asked to change, in order. */
    get changes(): string[] {
        return this.asked.filter(call => /^(install|remove)/.test(call));
    }

    #answer<T>(call: string, give: () => Promise<T>): Promise<T> {
        this.asked.push(call);
        const name = call.split(' ')[0]!;
        return this.failures.has(name) ? Promise.reject(this.failures.get(name)) : give();
    }
}

/** A world in which the helper of a test answers. */
export function worldOf(
    fake: FakePciTree,
    helper: StubHelper | null,
    supergfxd: boolean | Error = false,
): SetUpWorld {
    const holderOptions = {
        deviceNumber: (path: string) => Promise.resolve(fake.processes.deviceNumber(path)),
    };
    const bus = {
        hasOwner: () =>
            typeof supergfxd === 'boolean' ? Promise.resolve(supergfxd) : Promise.reject(supergfxd),
    };
    return {
        root: fake.root,
        holderOptions,
        system: helper && {bus: bus as unknown as Bus, helper: helper.client},
    };
}

/** The facts about a card of a pretended machine. */
export async function factsOf(
    fake: FakePciTree,
    address: string,
    {
        helper = new StubHelper(),
        supergfxd = false,
        domain = null,
    }: {helper?: StubHelper | null; supergfxd?: boolean | Error; domain?: string | null} = {},
): Promise<SetUpFacts> {
    const tree = await readTree(fake.root);
    const card = cardAt(tree.cards, address);
    const world = worldOf(fake, helper, supergfxd);
    // The pretended processes are looked through by our own eyes.
    helper?.failures.set('holders', helper.failures.get('holders') ?? helperError('NotAuthorized'));
    const machine =
        domain === null ? null : {name: 'win', running: false, definition: Definition.parse(domain)};
    return collectFacts(world, tree, card, 'the card', machine);
}

/** The answer to one question. @throws when it was not asked */
export async function check(facts: Promise<SetUpFacts>, id: CheckId): Promise<SetUpCheck> {
    const found = runChecks(await facts).find(one => one.id === id);
    if (!found) throw new Error(`Not checked: ${id}`);
    // What is not good says what to do.
    expect(found.evidence).not.toBe('');
    expect(found.fix === '').toBe(found.status === 'ok');
    return found;
}

export function cardAt(cards: readonly CardFacts[], address: string): CardFacts {
    const card = cards.find(({display}) => display.address === address);
    if (!card) throw new Error(`No card at ${address}`);
    return card;
}

/** udev's note on a device. */
export function note(fake: FakePciTree, id: string, ...lines: string[]): void {
    putFile(`${fake.root.run}/udev/data/${id}`, lines.map(line => `${line}\n`).join(''));
}

/** An error as the helper, or the bus, gives it. */
export function helperError(name: string): Error {
    const full = name.includes('.') ? name : `${HELPER_BUS_NAME}.Error.${name}`;
    return Gio.DBusError.new_for_dbus_error(full, 'as a test wants it') as unknown as Error;
}
