// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';

import type {Definition} from '../definition/definition.js';
import type {MachineMetadata} from '../definition/metadata.js';
import type {DomainClient} from '../libvirt/domainClient.js';
import {type DomainState, isActive, type StateAndReason} from '../libvirt/domainState.js';
import type {Host} from '../libvirt/host.js';
import {monotonicMs, wallClockMs} from '../platform/clock.js';
import {CancelledError, HandoverError} from '../platform/errors.js';
import {Operation, OperationConflictError} from '../operations/operation.js';
import {
    type MachineAction,
    obviousAction,
    possibleActions,
    supersedes,
    type Transition,
    transitionOf,
} from './actions.js';
import {type Happening, type HappeningKind, happeningOf} from './happening.js';
import {MachineGoneError, NotInThatStateError} from './machineErrors.js';
import {type ActionOptions, perform} from './machineOperations.js';
import {startedAtMs} from './startTime.js';

/** What a machine tells the list that it is in. */
export interface MachineOwner {
    /** How long a guest may take to shut down where the machine itself does not say, in milliseconds. */
    readonly defaultDeadlineMs: number;
    happened(machine: Machine, happening: Happening): void;
    /** Its state, its transition or its failure is another one. */
    machineChanged(machine: Machine): void;
    /** It became active, or ceased to be. */
    activeChanged(machine: Machine): void;
    pathKnown(machine: Machine, path: string): void;
}

/** The last thing that went wrong with a machine and has not been overtaken by events. */
export interface MachineFailure {
    readonly action: MachineAction;
    readonly error: unknown;
}

/** Resets that follow each other within this time (ms) are one reboot. */
const SAME_REBOOT_MS = 2000;

const READABLE = GObject.ParamFlags.READABLE;

function text(name: string): GObject.ParamSpec<string> {
    return GObject.ParamSpec.string(name, null, null, READABLE, '');
}

function flag(name: string): GObject.ParamSpec<boolean> {
    return GObject.ParamSpec.boolean(name, null, null, READABLE, false);
}

function figure(name: string): GObject.ParamSpec<number> {
    return GObject.ParamSpec.double(name, null, null, READABLE, 0, Number.MAX_SAFE_INTEGER, 0);
}

/**
 * A libvirt domain and what we know of it.
 *
 * Name and state are always there. The rest (`uuid`, `title`, … `vcpus`) is read by `loadDetails()`, when somebody
 * looks at the machine, and then kept up to date as long as libvirt tells of changes.
 */
export class Machine extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverMachine',
                Properties: {
                    name: text('name'),
                    uuid: text('uuid'),
                    title: text('title'),
                    description: text('description'),
                    'short-name': text('short-name'),
                    state: text('state'),
                    reason: text('reason'),
                    transition: text('transition'),
                    since: figure('since'),
                    active: flag('active'),
                    persistent: flag('persistent'),
                    autostart: flag('autostart'),
                    vcpus: figure('vcpus'),
                    'memory-kib': figure('memory-kib'),
                    'details-loaded': flag('details-loaded'),
                    failing: flag('failing'),
                },
                Signals: {rebooted: {}, gone: {}},
            },
            this,
        );
    }

    #name: string;
    #path: string | null = null;
    #state: DomainState;
    #reason: string;
    #since = 0;
    #persistent: boolean | null = null;
    #autostart = false;
    #definition: Definition | null = null;
    #metadata: MachineMetadata = {shortName: null, shutdownDeadlineSeconds: null};
    #loading: Promise<void> | null = null;
    #stale = false;
    #operation: Operation<MachineAction> | null = null;
    #failure: MachineFailure | null = null;
    #gone = false;
    #rebootedAt = -Infinity;

    /** Serial of the last lifecycle event, or of the last reconciliation, that this state rests on. */
    knownAt: number;

    constructor(
        readonly host: Host,
        private readonly owner: MachineOwner,
        name: string,
        state: StateAndReason,
        knownAt: number,
    ) {
        super();
        this.#name = name;
        this.#state = state.state;
        this.#reason = state.reason;
        this.knownAt = knownAt;
    }

    /** The domain's name: unique on its host. */
    get name(): string {
        return this.#name;
    }

    /** `HOST/NAME`: what settings and other programs call it. */
    get key(): string {
        return `${this.host.id}/${this.#name}`;
    }

    get uuid(): string {
        return this.#definition?.uuid ?? '';
    }

    get title(): string {
        return this.#definition?.title ?? '';
    }

    get description(): string {
        return this.#definition?.description ?? '';
    }

    /** The name for narrow places: Handover's own metadata, else the title, else the name. */
    get shortName(): string {
        return this.#metadata.shortName ?? (this.title || this.#name);
    }

    get state(): DomainState {
        return this.#state;
    }

    /** libvirt's word for why it is in that state. */
    get reason(): string {
        return this.#reason;
    }

    get active(): boolean {
        return isActive(this.#state);
    }

    /** What an operation of ours is doing to it; empty when none runs. */
    get transition(): Transition | '' {
        return this.#operation ? transitionOf(this.#operation.kind) : '';
    }

    /** When it got into this state, in milliseconds since 1970; 0 when that is not known. */
    get since(): number {
        return this.#since;
    }

    get persistent(): boolean {
        return this.#persistent ?? true;
    }

    get autostart(): boolean {
        return this.#autostart;
    }

    /** How many virtual CPUs it has now; 0 until the details are there. */
    get vcpus(): number {
        return this.#definition?.vcpus.current ?? 0;
    }

    /** How much memory it has, in KiB; 0 until the details are there. */
    get memoryKib(): number {
        return this.#definition?.memory.current ?? 0;
    }

    get detailsLoaded(): boolean {
        return this.#definition !== null;
    }

    /** Its domain XML, parsed; null until the details are there. */
    get definition(): Definition | null {
        return this.#definition;
    }

    /** What runs on it now. */
    get operation(): Operation<MachineAction> | null {
        return this.#operation;
    }

    get failure(): MachineFailure | null {
        return this.#failure;
    }

    get failing(): boolean {
        return this.#failure !== null;
    }

    /** True when it is no more on its host. */
    get isGone(): boolean {
        return this.#gone;
    }

    /** What may be asked of it now, given its state and what is under way. */
    get actions(): readonly MachineAction[] {
        if (this.#gone || this.host.state !== 'ready') return [];
        const possible = possibleActions(this.#state);
        const running = this.#operation?.kind;
        if (running === undefined) return possible;
        const through = possible.filter(action => supersedes(action, running));
        return running === 'start' && !through.includes('force-off') ? [...through, 'force-off'] : through;
    }

    /** The one thing that its button does now; null when there is nothing to do but wait. */
    get obvious(): MachineAction | null {
        const action = obviousAction(this.#state);
        return this.actions.includes(action) ? action : null;
    }

    /** How long its guest may take to shut down, in milliseconds. */
    get shutdownDeadlineMs(): number {
        const seconds = this.#metadata.shutdownDeadlineSeconds;
        return seconds ? seconds * 1000 : this.owner.defaultDeadlineMs;
    }

    /**
     * Begins an action.
     *
     * It never throws: an action that is not possible gives an operation that fails at once.
     */
    run(action: MachineAction, options: ActionOptions = {}): Operation<MachineAction> {
        const running = this.#operation;
        if (this.#gone) return failed(action, new MachineGoneError(this.#name));
        if (running && !supersedes(action, running.kind))
            return failed(action, new OperationConflictError(action, running.kind));
        if (!running && !possibleActions(this.#state).includes(action))
            return failed(action, new NotInThatStateError(this.#name, action, this.#state));
        running?.cancel();
        const operation = new Operation(action, control => perform(this, action, control, options));
        this.#setOperation(operation);
        operation.finished().then(
            () => this.#ended(operation, null),
            (error: unknown) => this.#ended(operation, error),
        );
        return operation;
    }

    /** Takes the last failure off the page, because the person has seen it. */
    dismissFailure(): void {
        this.#setFailure(null);
    }

    /**
     * Typed calls on the domain.
     *
     * @throws MachineGoneError when there is none of that name any more, or what the call failed with
     */
    async client(): Promise<DomainClient> {
        if (this.#path === null) {
            try {
                this.setPath(await this.host.lookupDomain(this.#name));
            } catch (error) {
                const verdict = await this.host.verdict(error);
                throw this.#gone ? new MachineGoneError(this.#name, {cause: error}) : verdict;
            }
        }
        return this.host.domain(this.#path!);
    }

    /**
     * Reads everything but name and state, unless it is there already.
     *
     * @throws MachineGoneError, or what the call failed with
     */
    async loadDetails(): Promise<void> {
        if (this.#definition && !this.#stale) return;
        this.#loading ??= this.#loadUntilFresh().finally(() => (this.#loading = null));
        await this.#loading;
    }

    /** Says that what `loadDetails()` read may be out of date; it is read again if it was in use. */
    invalidate(): void {
        if (!this.#definition) return;
        this.#stale = true;
        this.loadDetails().catch((error: unknown) => {
            // It stays stale, so that who looks next reads it again and is told.
            if (!(error instanceof HandoverError)) throw error;
        });
    }

    /** Turns automatic start on or off; libvirt tells nobody about it, so it is read back. */
    async setAutostart(autostart: boolean): Promise<void> {
        const client = await this.client();
        await client.setAutostart(autostart);
        this.#autostart = (await client.properties()).autostart ?? autostart;
        this.notify('autostart');
    }

    /** What Handover itself keeps in the machine's libvirt metadata. */
    get metadata(): MachineMetadata {
        return this.#metadata;
    }

    /**
     * Writes Handover's metadata; every other Handover sees it by libvirt's signal.
     *
     * @throws DefinitionError when a value is not valid, or what the call failed with
     */
    async setMetadata(metadata: MachineMetadata): Promise<void> {
        const {writeMachineMetadata} = await import('../definition/metadata.js');
        const client = await this.client();
        const previous = await client.metadata();
        await client.setMetadata(writeMachineMetadata(metadata, previous), this.active);
        this.invalidate();
    }

    /** Writes the title; an empty one takes it away. */
    async setTitle(title: string): Promise<void> {
        const client = await this.client();
        await client.setTitle(title, this.active);
        this.invalidate();
    }

    /** Writes the description; an empty one takes it away. */
    async setDescription(description: string): Promise<void> {
        const client = await this.client();
        await client.setDescription(description, this.active);
        this.invalidate();
    }

    // What follows is for the list that the machine is in.

    get path(): string | null {
        return this.#path;
    }

    setPath(path: string): void {
        if (this.#path === path) return;
        this.#path = path;
        this.owner.pathKnown(this, path);
    }

    /** Events may have been missed: it may have been redefined, which gives it another path. */
    forget(): void {
        this.#path = null;
        this.#persistent = null;
        this.invalidate();
    }

    rename(name: string): void {
        this.#name = name;
        this.notify('name');
        this.notify('short-name');
        this.invalidate();
    }

    /** What an event, or the lack of one, tells about persistence. */
    setPersistent(persistent: boolean): void {
        if (this.#persistent === persistent) return;
        this.#persistent = persistent;
        this.notify('persistent');
    }

    /** null while libvirt has not been asked. */
    get knownPersistent(): boolean | null {
        return this.#persistent;
    }

    /** Takes a state over; nothing happens when it is the one that is known. */
    applyState(next: StateAndReason, knownAt: number): void {
        this.knownAt = knownAt;
        // What is left of a guest that crashed is put away like one that shuts down.
        if (next.state === 'shutdown' && this.#state === 'crashed') return;
        if (next.state === this.#state && next.reason === this.#reason) return;
        const before = this.#state;
        const wasActive = this.active;
        this.#state = next.state;
        this.#reason = next.reason;
        this.notify('reason');
        if (before === next.state) {
            this.owner.machineChanged(this);
            return;
        }
        this.#since = wallClockMs();
        this.notify('since');
        if (wasActive !== this.active) {
            this.owner.activeChanged(this);
            this.notify('active');
            // The definition of a running machine has what libvirt added to it.
            this.invalidate();
        }
        this.notify('state');
        this.owner.machineChanged(this);
        if (this.#failure) this.#setFailure(null);
        const kind = happeningOf(before, next);
        // A save pauses the machine first.
        if (kind && !(kind === 'paused' && this.transition === 'saving')) this.tell(kind);
    }

    markGone(): void {
        if (this.#gone) return;
        this.#gone = true;
        this.tell('removed');
        this.emit('gone');
    }

    announceReboot(): void {
        // A reboot that goes through libvirt resets the machine twice.
        const now = monotonicMs();
        if (now - this.#rebootedAt > SAME_REBOOT_MS) this.tell('rebooted');
        this.#rebootedAt = now;
        this.emit('rebooted');
    }

    tell(kind: HappeningKind, more: Pick<Happening, 'action' | 'error'> = {}): void {
        this.owner.happened(this, {
            kind,
            atMs: wallClockMs(),
            state: this.#state,
            reason: this.#reason,
            ...more,
        });
    }

    /** What changes while it is read is read again. */
    async #loadUntilFresh(): Promise<void> {
        do {
            this.#stale = false;
            try {
                await this.#load();
            } catch (error) {
                this.#stale = true;
                throw error;
            }
        } while (this.#stale);
    }

    async #load(): Promise<void> {
        const client = await this.client();
        // Most machines are only listed: the XML parser is loaded when the first one is looked at.
        const {Definition} = await import('../definition/definition.js');
        const [properties, xml] = await Promise.all([client.properties(), client.xml()]);
        this.#definition = Definition.parse(xml);
        this.#metadata = this.#definition.metadata.metadata;
        if (properties.persistent !== null) this.#persistent = properties.persistent;
        if (properties.autostart !== null) this.#autostart = properties.autostart;
        if (this.#since === 0 && this.active)
            this.#since = (await startedAtMs(this.host.driver, this.#name)) ?? 0;
        for (const name of [
            'uuid',
            'title',
            'description',
            'short-name',
            'since',
            'persistent',
            'autostart',
            'vcpus',
            'memory-kib',
            'details-loaded',
        ])
            this.notify(name);
    }

    #ended(operation: Operation<MachineAction>, error: unknown): void {
        // A later operation may have taken its place.
        if (this.#operation !== operation) return;
        this.#setOperation(null);
        if (error === null || error instanceof CancelledError) return;
        this.#setFailure({action: operation.kind, error});
        this.tell('failed', {action: operation.kind, error});
    }

    #setOperation(operation: Operation<MachineAction> | null): void {
        this.#operation = operation;
        if (operation) this.#setFailure(null);
        this.notify('transition');
        this.owner.machineChanged(this);
    }

    #setFailure(failure: MachineFailure | null): void {
        if (failure === this.#failure) return;
        this.#failure = failure;
        this.notify('failing');
        this.owner.machineChanged(this);
    }
}

function failed(action: MachineAction, error: unknown): Operation<MachineAction> {
    return new Operation(action, () => Promise.reject(error as Error));
}
