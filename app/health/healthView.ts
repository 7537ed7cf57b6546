// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import type {RowId} from '../../shared/health/integration/integrationRow.js';
import {sharedFolderEdit} from '../../shared/health/integration/sharedFolder.js';
import type {MachineHealth} from '../../shared/health/machineHealth.js';
import {unwell} from '../../shared/health/unwell.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {_} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {Followed} from '../machines/follow.js';
import type {Window} from '../window.js';
import {chooseFolder} from '../widgets/chooseFolder.js';
import {addToMachine} from './addToMachine.js';
import {FindingGroups} from './findingGroups.js';
import {HealthSummary} from './healthSummary.js';
import {IntegrationGroup} from './integrationGroup.js';

/** What happens to a machine comes in bursts; this long (ms) after the last of them it is looked at again. */
const SETTLE_MS = 300;

/** How a machine does, and how it works together with this computer. It looks while it is on the screen. */
export class HealthView extends Adw.Bin {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverHealthView',
                Template: `resource://${APP_PATH}/health/healthView.ui`,
                InternalChildren: ['stack', 'waiting', 'problem', 'scroller', 'groups', 'head'],
            },
            this,
        );
    }

    declare private readonly _stack: Gtk.Stack;
    declare private readonly _waiting: Gtk.Widget;
    declare private readonly _problem: Adw.StatusPage;
    declare private readonly _scroller: Gtk.ScrolledWindow;
    declare private readonly _groups: Gtk.Box;
    declare private readonly _head: Gtk.Box;

    /** Called when it is, or is no longer, known that something about the machine needs attention. */
    onAttention: (needed: boolean) => void = () => undefined;

    #window: Window | null = null;
    #hosts: HostList | null = null;
    readonly #summary = new HealthSummary();
    readonly #integration = new IntegrationGroup({
        add: (row, edit) => this.#add(row, edit),
        shareFolder: () => {
            this.#shareFolder().catch((error: unknown) => this.#window?.toast(describeProblem(error).title));
        },
    });
    readonly #findings = new FindingGroups(null, this.#integration);
    #shown: readonly Finding[] = [];
    /** Of the look that is under way. */
    #looking: Gio.Cancellable | null = null;
    #timer = 0;
    #release: () => void = () => undefined;
    readonly #followed = new Followed(['notify::state', 'notify::reason', 'notify::details-loaded'], () =>
        this.#lookSoon(),
    );

    constructor(properties?: Partial<Adw.Bin.ConstructorProps>) {
        super(properties);
        this._head.prepend(this.#summary);
        this._groups.insert_child_after(this.#findings, this._head);
        this.connect('map', () => {
            // What changes no state: a watchdog that fires, a disk that fails.
            const id = this.#hosts?.connect('happened', (_hosts, machine: Machine) => {
                if (machine === this.machine) this.#lookSoon();
            });
            this.#release = () => id !== undefined && this.#hosts?.disconnect(id);
            this.#look();
        });
        this.connect('unmap', () => {
            this.#release();
            this.#stop();
        });
    }

    /** @param window where results are told  @param hosts which machines there are */
    open(window: Window, hosts: HostList): void {
        this.#window = window;
        this.#hosts = hosts;
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (!this.#followed.set(machine)) return;
        this.#stop();
        this.#shown = [];
        this.#summary.forget();
        this._scroller.vadjustment.value = 0;
        this._stack.visible_child = this._waiting;
        this.#tellAttention();
        if (machine) this.#look();
    }

    onLook(): void {
        this.#look();
    }

    #lookSoon(): void {
        this.#tellAttention();
        if (this.#timer !== 0 || !this.get_mapped()) return;
        this.#timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, SETTLE_MS, () => {
            this.#timer = 0;
            this.#look();
            return GLib.SOURCE_REMOVE;
        });
    }

    #stop(): void {
        if (this.#timer !== 0) GLib.Source.remove(this.#timer);
        this.#timer = 0;
        this.#looking?.cancel();
        this.#looking = null;
    }

    #look(): void {
        const {machine} = this;
        if (!machine || !this.get_mapped()) return;
        this.#stop();
        const looking = (this.#looking = new Gio.Cancellable());
        this.#summary.showFindings(this.#shown, true);
        this.#examine(machine, looking)
            .then(health => {
                if (this.#looking !== looking) return;
                this.#looking = null;
                this.#show(health);
            })
            .catch((error: unknown) => {
                if (error instanceof CancelledError || this.#looking !== looking) return;
                this.#looking = null;
                this.#fail(error);
            });
    }

    /** Few look at it: what it needs is loaded when somebody does. */
    async #examine(machine: Machine, cancellable: Gio.Cancellable): Promise<MachineHealth> {
        const {examineMachine} = await import('../../shared/health/machineHealth.js');
        return examineMachine(machine, this.#hosts!, {cancellable});
    }

    #show({findings, integration}: MachineHealth): void {
        this.#shown = findings;
        this._stack.visible_child = this._scroller;
        this.#summary.showFindings(findings, false);
        this.#findings.showFindings(findings);
        this.#integration.showRows(integration);
        this.#tellAttention();
    }

    #fail(error: unknown): void {
        const {title, body} = describeProblem(error);
        this._problem.title = title;
        this._problem.description = GLib.markup_escape_text(body, -1);
        this._stack.visible_child = this._problem;
    }

    #add(row: RowId, edit: IntegrationEdit): void {
        const {machine} = this;
        if (!machine || !this.#window) return;
        void addToMachine(this.#window, machine, row, edit, () => this.#look());
    }

    async #shareFolder(): Promise<void> {
        const {machine} = this;
        const folder = this.#window && (await chooseFolder(this.#window, _('Folder to share')));
        if (folder && machine && machine === this.machine)
            this.#add('shared-folders', sharedFolderEdit(folder));
    }

    #tellAttention(): void {
        const {machine} = this;
        const failed = this.#shown.some(({status}) => status === 'failed');
        this.onAttention(machine !== null && (failed || unwell(machine) !== null));
    }
}
