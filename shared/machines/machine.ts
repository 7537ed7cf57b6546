// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';

import type {Definition} from '../definition/definition.js';
import type {MachineMetadata} from '../definition/metadata.js';
import type {DomainClient, DomainProperties, Existence} from '../libvirt/domainClient.js';
import {type DomainState, isActive, type StateAndReason} from '../libvirt/domainState.js';
import type {Host} from '../libvirt/host.js';
import {monotonicMs, wallClockMs} from '../platform/clock.js';
import {firstVisible} from '../platform/i18n.js';
import type {Operation} from '../operations/operation.js';
import {actionsDuring, type MachineAction, obviousAction, type Transition, transitionOf} from './actions.js';
import {type Happening, type HappeningKind, happeningOf} from './happening.js';
import {MachineGoneError} from './machineErrors.js';
import {MachineDetails} from './machineDetails.js';
import type {ActionOptions} from './machineOperations.js';
import type {MachineFailure, MachineOwner} from './machineOwner.js';
import type {Preparation} from './preparation.js';
import {DETAILS, machineProperties} from './machineProperties.js';
import {MachineTask} from './machineTask.js';
import {startedAtMs} from './startTime.js';
import {Troubles} from './troubles.js';

/** Resets that follow each other within this time (ms) are one reboot. */
const SAME_REBOOT_MS = 2000;

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
                Properties: machineProperties(),
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
    readonly #details = new MachineDetails(
        () => this.client(),
        properties => this.#takeDetails(properties),
    );
    readonly #task = new MachineTask(this, property => {
        this.notify(property);
        this.owner.machineChanged(this);
    });
    #gone = false;
    #rebootedAt = -Infinity;

    readonly troubles = new Troubles();
    /** Serial of the event, or of the reconciliation, that the state rests on. */
    stateAt: number;
    /** Serial of the last sign of the machine of any kind: it was there then. */
    seenAt: number;

    constructor(
        readonly host: Host,
        private readonly owner: MachineOwner,
        name: string,
        state: StateAndReason,
        seenAt: number,
    ) {
        super();
        this.#name = name;
        this.#state = state.state;
        this.#reason = state.reason;
        this.stateAt = seenAt;
        this.seenAt = seenAt;
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
        return this.definition?.uuid ?? '';
    }

    get title(): string {
        return this.definition?.title ?? '';
    }

    get description(): string {
        return this.definition?.description ?? '';
    }

    /** The name for narrow places: Handover's own metadata, else the title, else the name: what shows anything. */
    get shortName(): string {
        return firstVisible(this.metadata.shortName, this.title, this.#name);
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
        return this.operation ? transitionOf(this.operation.kind) : '';
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
        return this.definition?.vcpus.current ?? 0;
    }

    /** How much memory it has, in KiB; 0 until the details are there. */
    get memoryKib(): number {
        return this.definition?.memory.current ?? 0;
    }

    get detailsLoaded(): boolean {
        return this.definition !== null;
    }

    /** Its domain XML, parsed; null until the details are there. */
    get definition(): Definition | null {
        return this.#details.definition;
    }

    /** What runs on it now. */
    get operation(): Operation<MachineAction> | null {
        return this.#task.operation;
    }

    get failure(): MachineFailure | null {
        return this.#task.failure;
    }

    get failing(): boolean {
        return this.failure !== null;
    }

    /** True when it is no more on its host. */
    get isGone(): boolean {
        return this.#gone;
    }

    /** What may be asked of it now, given its state and what is under way. */
    get actions(): readonly MachineAction[] {
        if (this.#gone || this.host.state !== 'ready') return [];
        return actionsDuring(this.#state, this.operation);
    }

    /** The one thing that its button does now; null when there is nothing to do but wait. */
    get obvious(): MachineAction | null {
        const action = obviousAction(this.#state);
        return this.actions.includes(action) ? action : null;
    }

    /** How long its guest may take to shut down, in milliseconds. */
    get shutdownDeadlineMs(): number {
        const seconds = this.metadata.shutdownDeadlineSeconds;
        return seconds ? seconds * 1000 : this.owner.defaultDeadlineMs;
    }

    /**
     * Begins an action.
     *
     * It never throws: an action that is not possible gives an operation that fails at once.
     */
    run(action: MachineAction, options: ActionOptions = {}): Operation<MachineAction> {
        return this.#task.run(action, options);
    }

    /** What its start and stop have to do besides; null when there is nothing. */
    get preparation(): Preparation | null {
        return this.owner.preparation;
    }

    /** Takes the last failure off the page, because the person has seen it. */
    dismissFailure(): void {
        this.#task.dismissFailure();
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
        await this.#details.load();
    }

    /** Says that what `loadDetails()` read may be out of date; it is read again if it was in use. */
    invalidate(): void {
        this.#details.invalidate();
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
        return this.#details.metadata;
    }

    /**
     * Writes Handover's metadata; every other Handover sees it by libvirt's signal.
     *
     * @throws DefinitionError when a value is not valid, or what the call failed with
     */
    async setMetadata(metadata: MachineMetadata): Promise<void> {
        const {writeMachineMetadata} = await import('../definition/metadata.js');
        await this.#write(async (client, where) => {
            await client.setMetadata(writeMachineMetadata(metadata, await client.metadata()), where);
        });
    }

    /** Writes the title; an empty one takes it away. */
    async setTitle(title: string): Promise<void> {
        await this.#write((client, where) => client.setTitle(title, where));
    }

    /** Writes the description; an empty one takes it away. */
    async setDescription(description: string): Promise<void> {
        await this.#write((client, where) => client.setDescription(description, where));
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
    applyState(next: StateAndReason, serial: number): void {
        this.stateAt = serial;
        this.seen(serial);
        // What is left of a guest that crashed is put away like one that shuts down.
        if (next.state === 'shutdown' && this.#state === 'crashed') return;
        if (next.state === this.#state && next.reason === this.#reason) return;
        const before = this.#state;
        const why = this.#reason;
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
        this.#task.dismissFailure();
        const kind = happeningOf(before, next, why);
        // A save pauses the machine first.
        if (kind && !(kind === 'paused' && this.transition === 'saving')) this.tell(kind);
    }

    /** Notes a sign of it that says nothing of its state. */
    seen(serial: number): void {
        this.seenAt = Math.max(this.seenAt, serial);
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
        const state = {state: this.#state, reason: this.#reason};
        this.owner.happened(this, {kind, atMs: wallClockMs(), ...state, ...more});
    }

    /** Writes to what there is of it: the running guest, what is kept, or both. */
    async #write(write: (client: DomainClient, where: Existence) => Promise<void>): Promise<void> {
        const client = await this.client();
        if (this.#persistent === null) this.setPersistent(await client.persistent());
        await write(client, {running: this.active, kept: this.persistent});
        this.invalidate();
    }

    async #takeDetails({persistent, autostart}: DomainProperties): Promise<void> {
        if (persistent !== null) this.#persistent = persistent;
        if (autostart !== null) this.#autostart = autostart;
        if (this.#since === 0 && this.#state === 'running') {
            const startedAt = await startedAtMs(this.host.driver, this.#name);
            // An event may have told of another state meanwhile, and of its time.
            if (this.#since === 0 && startedAt !== null) this.#since = startedAt;
        }
        for (const name of DETAILS) this.notify(name);
        this.owner.machineChanged(this);
    }
}
