// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type GLib from 'gi://GLib';
import GObject from 'gi://GObject';

import type {BusSignal} from '../platform/bus.js';
import {delay, monotonicMs} from '../platform/clock.js';
import {CancelledError, HandoverError, messageOf} from '../platform/errors.js';
import {Slicer} from '../platform/slicer.js';
import {ConnectionClient} from './connectionClient.js';
import {DaemonWatch} from './daemonWatch.js';
import {DomainClient} from './domainClient.js';
import type {StateAndReason} from './domainState.js';
import {askDomainStates} from './domainStates.js';
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

/** Pauses (ms) between attempts to reach libvirt; when they are used up we wait for a sign of change. */
const PAUSES_AT_FIRST = [200];
/** The same after a loss: the first call often fails while libvirt-dbus notices, and a daemon takes its time to start. */
const PAUSES_AFTER_LOSS = [0, 100, 300, 1000, 2000, 4000];

/** Who ends sooner than this (ms) after an answer is ending again and again, and gets no new set of pauses. */
const STEADY_MS = 5000;

/** How long (ms) after a sign of change a lost host is asked; how many signs are believed, as we may cause them. */
const SIGN_PAUSE_MS = 1000;
const MOST_SIGNS = 3;

/** After this time (ms) without a sign, the next ones are believed again. */
const SIGNS_FORGOTTEN_MS = 10_000;

/** Of networks and storage pools, by their members' names. */
const RESOURCE_SIGNALS = new Set(['NetworkEvent', 'StoragePoolEvent', 'Refresh']);

export interface HostFollower {
    /**
     * All domains as they stood when they were asked for.
     *
     * @param domains name → state
     * @param askedAt `serial` of the last signal before the question: what came later is newer than this
     * @param missed whether events may have been missed since the last time
     */
    reconcile(domains: ReadonlyMap<string, StateAndReason>, askedAt: number, missed: boolean): void;
    /** A lifecycle event; `serial` counts signals. */
    domainEvent(path: string, event: number, detail: number, serial: number): void;
    /** Any other signal of a domain, by the name of its member, with what it brings. */
    domainSignal(path: string, member: string, serial: number, parameters: GLib.Variant): void;
    /** A network or a storage pool has changed. */
    resourceSignal?(): void;
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
    readonly #signals = new Slicer<[BusSignal, number]>(([signal, serial]) => this.#onSignal(signal, serial));
    #service: LibvirtService | null = null;
    #watch: DaemonWatch | null = null;
    #detach: (() => void) | null = null;
    #open = new Gio.Cancellable();
    #state: HostState = 'closed';
    #error: HandoverError | null = null;
    #answeredAt = -Infinity;
    #serial = 0;
    #syncing: Promise<void> | null = null;
    #syncAgain = false;
    /** Whether events may have been missed since the last answer. */
    #missed = true;
    #pauses: number[] = [];
    #firstAnswer = true;
    #signsLeft = MOST_SIGNS;
    #lastSignAt = -Infinity;

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

    /** How many signals have come so far. */
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
        this.retry();
    }

    /** Ends everything, at once. */
    close(): void {
        this.#open.cancel();
        this.#watch?.close();
        this.#watch = null;
        this.#detach?.();
        this.#detach = null;
        this.#signals.close();
        this.#service = null;
        this.#syncing = null;
        this.#setState('closed', null);
    }

    /** Asks again, because a person wants it, or because something says that it may go well now. */
    retry(): void {
        if (this.#state === 'closed') return;
        this.#pauses = [...PAUSES_AT_FIRST];
        this.#firstAnswer = true;
        this.#signsLeft = MOST_SIGNS;
        this.#missed = true;
        if (this.#state === 'lost') this.#setState('connecting', null);
        void this.#sync();
    }

    /** True while an answer is on its way that the followers will be compared with. */
    get asking(): boolean {
        return this.#syncing !== null;
    }

    /** Compares the followers with libvirt once more; resolves when that is done, whatever came of it. */
    async refresh(): Promise<void> {
        if (this.#state !== 'closed') await this.#sync();
    }

    /**
     * What an error about one domain really says: libvirt gives no codes, so it may as well be libvirt itself
     * that could not be reached, which shows when it is asked for something else.
     */
    async verdict(error: unknown): Promise<unknown> {
        if (error instanceof NoAnswerError) void this.refresh();
        if (!(error instanceof LibvirtError)) return error;
        await this.refresh();
        return this.#state === 'lost' ? this.#error : error;
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

    /** Calls on the connection itself. @throws LibvirtUnreachableError while the host is not open */
    connection(): ConnectionClient {
        return new ConnectionClient(this.#needService(), this.driver.path);
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

    #needService(): LibvirtService {
        if (this.#service && this.#state !== 'lost') return this.#service;
        throw this.#error ?? new LibvirtUnreachableError(`${this.driver.id} is not open`, this.#ofSystem);
    }

    get #ofSystem(): boolean {
        return this.driver.bus === 'system';
    }

    async #connect(open: Gio.Cancellable): Promise<LibvirtService> {
        const service = await this.openService(this.driver.bus);
        if (open.is_cancelled()) throw new CancelledError();
        this.#service = service;
        this.#watch = new DaemonWatch(this.driver, service.bus, () => this.#sign());
        this.#detach = service.attach(this.driver.path, {
            signal: signal => this.#signals.push([signal, ++this.#serial]),
            ownerChanged: owner => this.#onOwner(owner),
        });
        return service;
    }

    #onOwner(owner: string | null): void {
        // Going while it is asked shows in the call that fails; coming because it is asked is no news either.
        if (owner === null ? this.#state === 'ready' : this.#state === 'lost') this.#sign();
    }

    #onSignal({path, interfaceName, member, parameters}: BusSignal, serial: number): void {
        if (member === 'DomainEvent' && interfaceName === Connect.name) {
            if (parameters.get_type_string() !== '(oii)') return;
            // Bursts bring thousands: this is a third of the work of unpacking.
            const [domain] = parameters.get_child_value(0).get_string();
            const event = parameters.get_child_value(1).get_int32();
            const detail = parameters.get_child_value(2).get_int32();
            for (const follower of this.#followers) follower.domainEvent(domain, event, detail, serial);
        } else if (interfaceName === Domain.name) {
            for (const follower of this.#followers) follower.domainSignal(path, member, serial, parameters);
        } else if (RESOURCE_SIGNALS.has(member)) {
            for (const follower of this.#followers) follower.resourceSignal?.();
        }
    }

    /** The daemon or libvirt-dbus went or came: events may have been missed. */
    #sign(): void {
        this.#missed = true;
        const now = monotonicMs();
        if (now - this.#lastSignAt > SIGNS_FORGOTTEN_MS) this.#signsLeft = MOST_SIGNS;
        this.#lastSignAt = now;
        if (this.#syncing) {
            this.#syncAgain = true;
        } else if (this.#state === 'ready') {
            if (now - this.#answeredAt > STEADY_MS) {
                this.#pauses = [...PAUSES_AFTER_LOSS];
                this.#signsLeft = MOST_SIGNS;
            }
            const pause = this.#pauses.shift();
            if (pause === undefined) this.#lose(new ServiceLostError('It ends as soon as it has answered'));
            else void this.#sync(pause);
        } else if (this.#state === 'lost' && this.#signsLeft > 0) {
            this.#signsLeft--;
            this.#pauses = [...PAUSES_AT_FIRST];
            void this.#sync(SIGN_PAUSE_MS);
        }
    }

    /** Asks for all domains and hands them on; one at a time, and once more if it was wanted meanwhile. */
    #sync(pauseMs = 0): Promise<void> {
        if (this.#syncing) {
            this.#syncAgain = true;
            return this.#syncing;
        }
        const open = this.#open;
        this.#syncing = this.#syncUntilSettled(open, pauseMs).finally(() => {
            if (this.#open === open) this.#syncing = null;
        });
        return this.#syncing;
    }

    async #syncUntilSettled(open: Gio.Cancellable, pauseMs: number): Promise<void> {
        try {
            if (pauseMs > 0) await this.#rest(pauseMs, open);
            do {
                this.#syncAgain = false;
                await this.#syncOnce(open);
            } while (this.#syncAgain);
        } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
        }
    }

    async #syncOnce(open: Gio.Cancellable): Promise<void> {
        try {
            const service = this.#service ?? (await this.#connect(open));
            const askedAt = this.#serial;
            const missed = this.#missed;
            this.#missed = false;
            const domains = await askDomainStates(service, this.driver);
            // In a turn of its own: at 1,000 machines each of the two takes some milliseconds.
            await delay(0, open);
            this.#answeredAt = monotonicMs();
            if (this.#firstAnswer) this.#pauses = [...PAUSES_AFTER_LOSS];
            this.#firstAnswer = false;
            this.#watch?.refresh();
            for (const follower of this.#followers) follower.reconcile(domains, askedAt, missed);
            this.#setState('ready', null);
        } catch (error) {
            if (open.is_cancelled()) throw new CancelledError();
            this.#missed = true;
            await this.#recover(error, open);
        }
    }

    async #recover(error: unknown, open: Gio.Cancellable): Promise<void> {
        const mayPass = error instanceof LibvirtError || error instanceof ServiceLostError;
        const pause = mayPass ? this.#pauses.shift() : undefined;
        if (pause !== undefined) {
            await this.#rest(pause, open);
            this.#syncAgain = true;
            return;
        }
        this.#syncAgain = false;
        this.#lose(
            error instanceof LibvirtError
                ? new LibvirtUnreachableError(error.message, this.#ofSystem, {cause: error})
                : error,
        );
        // A service that was stopped answers when it goes on, and no signal tells that.
        if (error instanceof NoAnswerError)
            void error.settled.then(() => {
                if (this.#error === error) this.retry();
            });
    }

    async #rest(pauseMs: number, open: Gio.Cancellable): Promise<void> {
        if (this.#state === 'ready') this.#setState('connecting', null);
        await delay(pauseMs, open);
    }

    #lose(error: unknown): void {
        const known =
            error instanceof HandoverError
                ? error
                : new LibvirtUnreachableError(messageOf(error), this.#ofSystem, {cause: error});
        this.#setState('lost', known);
    }

    #setState(state: HostState, error: HandoverError | null): void {
        if (state === this.#state && error === this.#error) return;
        this.#state = state;
        this.#error = error;
        this.notify('state');
    }
}
