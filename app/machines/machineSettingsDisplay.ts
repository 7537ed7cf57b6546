// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import {
    appProblem,
    type ClientKind,
    hostProblem,
    type OpensWith,
    READY_KINDS,
    type ReadyKind,
    type ReadyWhen,
    SUNSHINE_PORT,
} from '../../shared/definition/displayMetadata.js';
import type {MachineMetadata} from '../../shared/definition/metadata.js';
import {clientOf, defaultClient, defaultReady, possibleClients} from '../../shared/displays/choices.js';
import {lookingGlassMemory} from '../../shared/displays/lookingGlass.js';
import {clientLabel, readyLabel} from '../../shared/displays/words.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {delay} from '../../shared/platform/clock.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import {Followed} from './follow.js';

/** Whoever turns the port up and down is waited for this long (ms) before it is written. */
const TURNING_MS = 600;

/** Where Windows answers remote desktops: as good a first guess as any. */
const FIRST_PORT = 3389;

/** What opens a machine and when it is ready; kept by libvirt with the machine, as its other settings. */
export class MachineSettingsDisplay extends Adw.PreferencesGroup {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverMachineSettingsDisplay',
                Template: `resource://${APP_PATH}/machines/machineSettingsDisplay.ui`,
                InternalChildren: ['client', 'clientHost', 'clientApp', 'ready', 'readyHost', 'readyPort'],
            },
            this,
        );
    }

    declare private readonly _client: Adw.ComboRow;
    declare private readonly _clientHost: Adw.EntryRow;
    declare private readonly _clientApp: Adw.EntryRow;
    declare private readonly _ready: Adw.ComboRow;
    declare private readonly _readyHost: Adw.EntryRow;
    declare private readonly _readyPort: Adw.SpinRow;

    /** Called when something could not be written. */
    onFailed: (problem: Problem) => void = () => undefined;

    readonly #followed = new Followed(['notify::details-loaded', 'notify::short-name'], () => this.#sync());
    /** What the rows offer, in their order; null is what follows from the definition. */
    #clients: readonly (ClientKind | null)[] = [];
    #signs: readonly (ReadyKind | null)[] = [];
    #syncing = false;
    #turning: Gio.Cancellable | null = null;

    constructor() {
        super();
        this._client.connect('notify::selected', () => this.#chooseClient());
        this._ready.connect('notify::selected', () => this.#chooseReady());
        this.#whenApplied(this._clientHost, hostProblem, host =>
            this.#changeClient(client => withText(client, 'host', host)),
        );
        this.#whenApplied(this._clientApp, appProblem, app =>
            this.#changeClient(client => withText(client, 'app', app)),
        );
        this.#whenApplied(this._readyHost, hostProblem, host =>
            this.#changeReady(ready => withText(ready, 'host', host)),
        );
        this._readyPort.connect('notify::value', () => void this.#turned());
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (!this.#followed.set(machine)) return;
        this.#turning?.cancel();
        this.#sync();
    }

    #sync(): void {
        const {machine} = this;
        this.sensitive = machine?.detailsLoaded ?? false;
        const definition = machine?.definition;
        if (!machine || !definition) return;
        const {client, ready} = machine.metadata;
        const natural = defaultClient(definition, ready);
        const sharesMemory = lookingGlassMemory(definition) !== null;
        this.#syncing = true;

        this.#clients = [null, ...withChosen(possibleClients(definition), client?.kind)];
        offer(this._client, this.#clients, client?.kind, kind =>
            kind ? clientLabel(kind) : automatic(clientLabel(natural.kind)),
        );
        const signs = READY_KINDS.filter(kind => kind !== 'looking-glass' || sharesMemory);
        this.#signs = [null, ...withChosen(signs, ready?.kind)];
        offer(this._ready, this.#signs, ready?.kind, kind =>
            kind ? readyLabel(kind) : automatic(readyLabel(defaultReady(clientOf(machine)).kind)),
        );

        const streams = client?.kind === 'moonlight';
        this._clientHost.visible = this._clientApp.visible = streams;
        setText(this._clientHost, client?.host ?? '');
        setText(this._clientApp, client?.app ?? '');
        const asks = ready?.kind === 'tcp' || ready?.kind === 'sunshine';
        this._readyHost.visible = this._readyPort.visible = asks;
        setText(this._readyHost, ready?.host ?? '');
        this._readyPort.value = ready?.port ?? (ready?.kind === 'sunshine' ? SUNSHINE_PORT : FIRST_PORT);
        this.#syncing = false;
    }

    #chooseClient(): void {
        const kind = this.#clients[this._client.selected];
        if (kind === undefined) return;
        this.#write(({client}) => ({client: kind === null ? null : client?.kind === kind ? client : {kind}}));
    }

    #chooseReady(): void {
        const kind = this.#signs[this._ready.selected];
        if (kind === undefined) return;
        this.#write(({ready}) => {
            if (kind === null) return {ready: null};
            if (ready?.kind === kind) return {ready};
            return {ready: kind === 'tcp' ? {kind, port: FIRST_PORT} : {kind}};
        });
    }

    #changeClient(change: (client: OpensWith) => OpensWith): void {
        this.#write(({client}) => ({client: client && change(client)}));
    }

    #changeReady(change: (ready: ReadyWhen) => ReadyWhen): void {
        this.#write(({ready}) => ({ready: ready && change(ready)}));
    }

    async #turned(): Promise<void> {
        if (this.#syncing) return;
        this.#turning?.cancel();
        this.#turning = new Gio.Cancellable();
        try {
            await delay(TURNING_MS, this.#turning);
            const port = Math.round(this._readyPort.value);
            this.#changeReady(ready => ({...ready, port}));
        } catch (error) {
            if (!(error instanceof CancelledError)) throw error;
        }
    }

    /** Marks what cannot be taken while it is typed, and does not take it. */
    #whenApplied(
        row: Adw.EntryRow,
        problemOf: (text: string) => unknown,
        apply: (text: string) => void,
    ): void {
        const isGood = (): boolean => row.text.trim() === '' || problemOf(row.text.trim()) === null;
        row.connect('changed', () => {
            const good = isGood();
            if (good) row.remove_css_class('error');
            else row.add_css_class('error');
            row.update_state([Gtk.AccessibleState.INVALID], [Number(!good)]);
        });
        row.connect('apply', () => {
            if (isGood()) apply(row.text.trim());
            else
                this.onFailed({
                    category: 'usage',
                    title: _('That cannot be used here'),
                    body: '',
                    remedy: 'none',
                    command: null,
                    detail: '',
                });
        });
    }

    /** Writes, and shows what is there when that fails. */
    #write(change: (metadata: MachineMetadata) => Partial<MachineMetadata>): void {
        const {machine} = this;
        if (this.#syncing || !machine) return;
        machine.setMetadata({...machine.metadata, ...change(machine.metadata)}).catch((error: unknown) => {
            if (machine === this.machine) this.#sync();
            this.onFailed(describeProblem(error));
        });
    }
}

function automatic(what: string): string {
    return fill(_('Automatic: {what}'), {what});
}

/** What is possible, and what is chosen although it is not. */
function withChosen<Kind>(possible: readonly Kind[], chosen: Kind | undefined): readonly Kind[] {
    return chosen === undefined || possible.includes(chosen) ? possible : [...possible, chosen];
}

/** Sets one part; an empty text takes it away. */
function withText<T extends object, Part extends string>(
    whole: T & {readonly [part in Part]?: string},
    part: Part,
    text: string,
): T {
    const rest = Object.fromEntries(Object.entries(whole).filter(([name]) => name !== part));
    return (text === '' ? rest : {...rest, [part]: text}) as T;
}

/** Offers some choices; a list that is open stays as it is when they are the same. */
function offer<Kind>(
    row: Adw.ComboRow,
    kinds: readonly (Kind | null)[],
    chosen: Kind | undefined,
    label: (kind: Kind | null) => string,
): void {
    const labels = kinds.map(label);
    const model = row.model as Gtk.StringList | null;
    const same = model?.n_items === labels.length && labels.every((one, at) => model.get_string(at) === one);
    if (!same) row.model = Gtk.StringList.new(labels);
    row.selected = Math.max(0, kinds.indexOf(chosen ?? null));
}

/** What somebody is typing is left alone. */
function setText(row: Adw.EntryRow, text: string): void {
    const editing = row.get_state_flags() & Gtk.StateFlags.FOCUS_WITHIN;
    if (row.text !== text && !editing) row.text = text;
}
