// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';

import type {BusSignal} from '../platform/bus.js';
import {NO_TIME_LIMIT} from '../platform/bus.js';
import {delay, monotonicMs} from '../platform/clock.js';
import {CancelledError, HandoverError} from '../platform/errors.js';
import {DaemonWatch} from './daemonWatch.js';
import {DomainClient} from './domainClient.js';
import {type StateAndReason, stateFromNumbers} from './domainState.js';
import {type Driver, driverLabel} from './drivers.js';
import {Connect} from './interfaces/connect.js';
import {Domain} from './interfaces/domain.js';
import {
    BadAnswerError,
    LibvirtError,
    LibvirtUnreachableError,
    NoAnswerError,
    ServiceLostError,
} from './libvirtErrors.js';
import {LibvirtService} from './libvirtService.js';

/** `closed`: nobody asked yet. `connecting`: asked, no answer yet. `lost`: see `error`. */
export type HostState = 'closed' | 'connecting' | 'ready' | 'lost';

/** VIR_DOMAIN_STATS_STATE: answered from libvirt's memory, without a job on any machine. */
const STATS_STATE = 1;

/** After these pauses (ms) we stop asking and wait for a signal that something has changed. */
const RETRY_PAUSES_MS = [200, 1000, 3000];

/** A service that ends sooner than this (ms) after it answered is given a pause before it is asked again. */
const SHORTEST_LIFE_MS = 500;

export interface HostFollower {
    /**
     * All domains as they stood when they were asked for.
     *
     * @param domains name → state
     * @param askedAt `serial` of the last event before the question: what came later is newer than this
     */
    reconcile(domains: ReadonlyMap<string, StateAndReason>, askedAt: number): void;
    /** A lifecycle event; `serial` counts them. */
    domainEvent(path: string, event: number, detail: number, serial: number): void;
    /** Any other signal of a domain, by the name of its member. */
    domainSignal(path: string, member: string, signal: BusSignal): void;
}

/**
 * One libvirt connection: its domains' events, and whether it can be reached.
 *
 * Signals come only after a first call, and stop silently when the daemon behind libvirt-dbus goes; after each
 * such loss all followers are reconciled with one call.
 */
export class Host extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverHost',
                Properties: {
                    id: GObject.ParamSpec.string('id', null, null, GObject.ParamFlags.READABLE, ''),
                    label: GObject.ParamSpec.string('label', null, null, GObject.ParamFlags.READABLE, ''),
                    state: GObject.ParamSpec.string(
                        'state',
                        null,
                        null,
                        GObject.ParamFlags.READABLE,
                        'closed',
                    ),
                },
            },
            this,
        );
    }

    readonly #followers = new Set<HostFollower>();
    #service: LibvirtService | null = null;
    #watch: DaemonWatch | null = null;
    #detach: (() => void) | null = null;
    #open = new Gio.Cancellable();
    #state: HostState = 'closed';
    #error: HandoverError | null = null;
    #answeredAt = 0;
    #serial = 0;
    #syncing = false;
    #syncAgain = false;
    #attempts = 0;
    #bell: Gio.Cancellable | null = null;

    /**
     * @param driver which connection
     * @param openService gives the shared service of a bus
     */
    constructor(
        readonly driver: Driver,
        private readonly openService: (kind: Driver['bus']) => Promise<LibvirtService> = kind =>
            LibvirtService.open(kind),
    ) {
        super();
    }

    get id(): string {
        return this.driver.id;
    }

    get label(): string {
        return driverLabel(this.driver.id);
    }

    get state(): HostState {
        return this.#state;
    }

    /** Why the host is `lost`; null otherwise. */
    get error(): HandoverError | null {
        return this.#error;
    }

    /** How many lifecycle events have come so far. */
    get serial(): number {
        return this.#serial;
    }

    /** Adds a follower; returns a function that takes it off. */
    follow(follower: HostFollower): () => void {
        this.#followers.add(follower);
        return () => void this.#followers.delete(follower);
    }

    /** Begins to follow libvirt. May be called again; it never throws: see `state` and `error`. */
    open(): void {
        if (this.#state !== 'closed') return;
        this.#open = new Gio.Cancellable();
        this.#setState('connecting', null);
        void this.#connect(this.#open);
    }

    /** Ends everything, at once. */
    close(): void {
        this.#open.cancel();
        this.#bell?.cancel();
        this.#bell = null;
        this.#watch?.close();
        this.#watch = null;
        this.#detach?.();
        this.#detach = null;
        this.#service = null;
        this.#syncing = false;
        this.#setState('closed', null);
    }

    /** Asks again, because a person wants it, or because something says that it may go well now. */
    retry(): void {
        this.#attempts = 0;
        if (this.#state === 'closed') return;
        if (this.#service) void this.#sync(this.#open);
        else void this.#connect(this.#open);
    }

    /**
     * Waits for the first answer, good or bad.
     *
     * @throws the host's error when it is lost, CancelledError when closed
     */
    whenReady(): Promise<void> {
        return new Promise((resolve, reject) => {
            const look = (): boolean => {
                if (this.#state === 'ready') resolve();
                else if (this.#state === 'lost') reject(this.#error!);
                else if (this.#state === 'closed') reject(new CancelledError());
                else return false;
                return true;
            };
            if (look()) return;
            const id = this.connect('notify::state', () => {
                if (look()) this.disconnect(id);
            });
        });
    }

    /** Calls on one domain. @throws LibvirtUnreachableError while the host is not open */
    domain(path: string): DomainClient {
        return new DomainClient(this.#needService(), path);
    }

    /** The object path of a domain. @throws LibvirtError when there is none of that name */
    async lookupDomain(name: string): Promise<string> {
        const service = this.#needService();
        const [path] = await service.call(this.driver.path, Connect, 'DomainLookupByName', [name], 'query');
        return path;
    }

    /** The name of the domain at a path. @throws LibvirtError when it has gone */
    async nameOf(path: string): Promise<string> {
        const name = await this.#needService().getProperty(path, Domain.name, 'Name');
        if (typeof name !== 'string') throw new BadAnswerError(`The name of ${path} is no string`);
        return name;
    }

    /** Defines a machine from its XML; returns its object path. */
    async defineDomain(xml: string): Promise<string> {
        const service = this.#needService();
        const [path] = await service.call(this.driver.path, Connect, 'DomainDefineXML', [xml], 'command');
        return path;
    }

    #needService(): LibvirtService {
        if (this.#service) return this.#service;
        throw this.#error ?? new LibvirtUnreachableError(`${this.driver.id} is not open`);
    }

    async #connect(open: Gio.Cancellable): Promise<void> {
        let service: LibvirtService;
        try {
            service = await this.openService(this.driver.bus);
        } catch (error) {
            if (!open.is_cancelled()) this.#lose(error);
            return;
        }
        if (open.is_cancelled() || this.#service) return;
        this.#service = service;
        this.#watch = new DaemonWatch(this.driver, service.bus, () => void this.#resync(open));
        this.#detach = service.attach(this.driver.path, {
            signal: signal => this.#onSignal(signal),
            ownerChanged: owner => this.#onOwner(owner),
        });
        await this.#sync(open);
    }

    #onOwner(owner: string | null): void {
        // While we ask, the failing call itself tells; a service that ends whenever it is asked must not be
        // activated for ever, so a lost one is asked again only when somebody else has brought it back.
        const gone = owner === null && this.#state === 'ready';
        const back = owner !== null && this.#state === 'lost';
        if (gone || back) void this.#resync(this.#open);
    }

    #onSignal(signal: BusSignal): void {
        if (signal.member === 'DomainEvent' && signal.interfaceName === Connect.name) {
            if (signal.parameters.get_type_string() !== '(oii)') return;
            const [path, event, detail] = signal.parameters.deepUnpack() as [string, number, number];
            this.#serial++;
            for (const follower of this.#followers) follower.domainEvent(path, event, detail, this.#serial);
        } else if (signal.interfaceName === Domain.name) {
            for (const follower of this.#followers) follower.domainSignal(signal.path, signal.member, signal);
        }
    }

    /** Reconciles after a loss, but not more often than once in a while. */
    async #resync(open: Gio.Cancellable): Promise<void> {
        const early = SHORTEST_LIFE_MS - (monotonicMs() - this.#answeredAt);
        if (early > 0) {
            this.#setState('connecting', null);
            try {
                await delay(early, open);
            } catch (error) {
                if (error instanceof CancelledError) return;
                throw error;
            }
        }
        await this.#sync(open);
    }

    /** Asks for all domains and hands them on; one at a time, and once more if it was wanted meanwhile. */
    async #sync(open: Gio.Cancellable): Promise<void> {
        if (this.#syncing) {
            this.#syncAgain = true;
            return;
        }
        this.#syncing = true;
        try {
            do {
                this.#syncAgain = false;
                await this.#syncOnce(open);
            } while (this.#syncAgain && !open.is_cancelled());
        } finally {
            if (this.#open === open) this.#syncing = false;
        }
    }

    async #syncOnce(open: Gio.Cancellable): Promise<void> {
        const service = this.#service;
        if (!service) return;
        const askedAt = this.#serial;
        try {
            const [stats] = await service.call(
                this.driver.path,
                Connect,
                'GetAllDomainStats',
                [STATS_STATE, 0],
                'query',
                open,
            );
            if (open.is_cancelled()) return;
            const domains = parseStates(stats);
            this.#attempts = 0;
            this.#answeredAt = monotonicMs();
            this.#watch?.refresh();
            for (const follower of this.#followers) follower.reconcile(domains, askedAt);
            this.#setState('ready', null);
        } catch (error) {
            if (open.is_cancelled()) return;
            await this.#recover(error, open);
        }
    }

    async #recover(error: unknown, open: Gio.Cancellable): Promise<void> {
        if (error instanceof NoAnswerError) {
            this.#lose(error);
            this.#ringWhenAnswered(open);
            return;
        }
        // The first call after a daemon has gone fails while libvirt-dbus notices; the next one reopens.
        const mayPass = error instanceof LibvirtError || error instanceof ServiceLostError;
        const pause = RETRY_PAUSES_MS[this.#attempts];
        if (!mayPass || pause === undefined) {
            this.#lose(
                error instanceof LibvirtError
                    ? new LibvirtUnreachableError(error.message, {cause: error})
                    : error,
            );
            return;
        }
        this.#attempts++;
        this.#syncAgain = true;
        try {
            await delay(pause, open);
        } catch (cancelled) {
            if (!(cancelled instanceof CancelledError)) throw cancelled;
        }
    }

    /**
     * Leaves one call waiting without a limit: a service that was stopped answers it when it goes on,
     * which no signal tells.
     */
    #ringWhenAnswered(open: Gio.Cancellable): void {
        if (this.#bell || !this.#service) return;
        const bell = new Gio.Cancellable();
        this.#bell = bell;
        const done = (): void => {
            if (this.#bell !== bell) return;
            this.#bell = null;
            if (!open.is_cancelled()) this.retry();
        };
        this.#service
            .callPatiently(
                this.driver.path,
                Connect,
                'GetAllDomainStats',
                [STATS_STATE, 0],
                NO_TIME_LIMIT,
                bell,
            )
            .then(done, done);
    }

    #lose(error: unknown): void {
        const known =
            error instanceof HandoverError
                ? error
                : new LibvirtUnreachableError(error instanceof Error ? error.message : String(error), {
                      cause: error,
                  });
        this.#setState('lost', known);
    }

    #setState(state: HostState, error: HandoverError | null): void {
        if (state === this.#state && error === this.#error) return;
        this.#state = state;
        this.#error = error;
        this.notify('state');
    }
}

function parseStates(
    stats: readonly (readonly [string, Record<string, unknown>])[],
): Map<string, StateAndReason> {
    const domains = new Map<string, StateAndReason>();
    for (const [name, values] of stats) {
        const state = values['state.state'];
        const reason = values['state.reason'];
        if (typeof state !== 'number') throw new BadAnswerError(`No state for ${name}`);
        domains.set(name, stateFromNumbers(state, typeof reason === 'number' ? reason : 0));
    }
    return domains;
}
