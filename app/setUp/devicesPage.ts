// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import type {Operation} from '../../shared/operations/operation.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {_, oneLine} from '../../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../../shared/problems/problem.js';
import {giveDevice, takeDevice} from '../../shared/setUp/deviceGift.js';
import {type GivenDevice, type MachineDevices, readMachineDevices} from '../../shared/setUp/givenDevices.js';
import {deviceKey, type HostDevice} from '../../shared/setUp/hostDevices.js';
import type {SetUpWorld} from '../../shared/setUp/setUpFacts.js';
import {showProblemDialog} from '../hosts/problemDialog.js';
import {RowGroup} from './checkRows.js';
import {MachineChoice} from './machineChoice.js';

/** USB, sound and other PCI devices of this computer, each with a button that gives it to a machine or takes it back. */
export class DevicesPage extends Adw.Bin {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverDevicesPage',
                Template: `resource://${APP_PATH}/setUp/devicesPage.ui`,
                InternalChildren: [
                    'banner',
                    'stack',
                    'nothing',
                    'page',
                    'machineRow',
                    'given',
                    'usb',
                    'pci',
                    'none',
                ],
            },
            this,
        );
    }

    declare private readonly _banner: Adw.Banner;
    declare private readonly _stack: Gtk.Stack;
    declare private readonly _nothing: Gtk.Widget;
    declare private readonly _page: Gtk.Widget;
    declare private readonly _machineRow: Adw.ComboRow;
    declare private readonly _given: Adw.PreferencesGroup;
    declare private readonly _usb: Adw.PreferencesGroup;
    declare private readonly _pci: Adw.PreferencesGroup;
    declare private readonly _none: Adw.PreferencesGroup;

    readonly #rows: Readonly<Record<'given' | 'usb' | 'pci', RowGroup>>;
    readonly #machines: MachineChoice;
    readonly #release: () => void;
    #problem: Problem | null = null;
    #devices: MachineDevices | null = null;
    #operation: Operation | null = null;
    /** The machine whose state is followed. */
    #followed: {machine: Machine; id: number} | null = null;
    #look = 0;
    #closed = false;

    constructor(
        hosts: HostList,
        private readonly world: Promise<SetUpWorld>,
        machine: Machine | null,
    ) {
        super();
        this.#rows = {
            given: new RowGroup(this._given),
            usb: new RowGroup(this._usb),
            pci: new RowGroup(this._pci),
        };
        this.#machines = new MachineChoice(this._machineRow, hosts, null, () => this.#lookAgain());
        this.#machines.choose(machine);
        const changed = hosts.connect('changed', () => {
            // The first machines may come later than this page.
            if (!this.#devices && this.#operation === null) this.#lookAgain();
        });
        this.#release = () => hosts.disconnect(changed);
        this.connect('map', () => this.#lookAgain());
        this.#sync();
    }

    /** Ends following. What was begun goes on to its end. */
    close(): void {
        this.#closed = true;
        this.#release();
        this.#follow(null);
        this.#machines.close();
    }

    onLook(): void {
        this.#tell(null);
        this.#lookAgain();
    }

    onDetails(): void {
        const root = this.get_root();
        if (this.#problem && root instanceof Gtk.Window) showProblemDialog(root, this.#problem);
    }

    #lookAgain(): void {
        const {machine} = this.#machines;
        const look = ++this.#look;
        this.#follow(machine);
        if (this.#closed || !this.get_mapped()) return;
        if (!machine) {
            this.#devices = null;
            this.#sync();
            return;
        }
        this.world
            .then(world => readMachineDevices(machine, world))
            .then(devices => {
                if (look !== this.#look || this.#closed) return;
                this.#devices = devices;
                this.#sync();
            })
            .catch((error: unknown) => {
                if (look !== this.#look || this.#closed) return;
                this.#devices = {given: [], free: []};
                this.#tell(error);
                this.#sync();
            });
    }

    #follow(machine: Machine | null): void {
        if (this.#followed?.machine === machine) return;
        if (this.#followed) this.#followed.machine.disconnect(this.#followed.id);
        this.#followed = machine && {
            machine,
            id: machine.connect('notify::active', () => this.#lookAgain()),
        };
    }

    #run(operation: Operation): void {
        this.#operation = operation;
        this.#tell(null);
        this.#sync();
        operation
            .finished()
            .catch((error: unknown) => {
                if (!(error instanceof CancelledError)) this.#tell(error);
            })
            .finally(() => {
                this.#operation = null;
                this.#lookAgain();
            });
    }

    /** Gives a device, after asking where a person should know something before. */
    #give(device: HostDevice): void {
        const {machine} = this.#machines;
        if (!machine) return;
        const give = (): void => {
            void this.world.then(world => this.#run(giveDevice(machine, device, world)));
        };
        if (device.warning === '') {
            give();
            return;
        }
        const dialog = new Adw.AlertDialog({
            heading: _('Give this device away?'),
            body: `${oneLine(device.name)}\n${device.warning}`,
            close_response: 'cancel',
            default_response: 'cancel',
        });
        dialog.add_response('cancel', _('_Cancel'));
        dialog.add_response('give', _('_Give'));
        dialog.connect('response', (_dialog, response) => {
            if (response === 'give') give();
        });
        dialog.present(this);
    }

    #tell(error: unknown): void {
        if (this.#closed) return;
        this.#problem = error === null ? null : describeProblem(error);
        if (this.#problem) this._banner.title = `${this.#problem.title}. ${oneLine(this.#problem.body, 400)}`;
        this._banner.revealed = this.#problem !== null;
    }

    #sync(): void {
        const {machine} = this.#machines;
        this._stack.visible_child = machine ? this._page : this._nothing;
        const devices = this.#devices;
        this._page.sensitive = this.#operation === null;
        this._none.visible = devices !== null && devices.free.length === 0 && devices.given.length === 0;
        const {given = [], free = []} = devices ?? {};
        const key = machine?.key ?? '';
        this.#rows.given.show([key, given], () => given.map(one => this.#givenRow(one)));
        for (const kind of ['usb', 'pci'] as const) {
            const some = free.filter(device => device.kind === kind);
            this.#rows[kind].show([key, some], () => some.map(device => this.#freeRow(device)));
        }
    }

    #givenRow({device, there, plugged}: GivenDevice): Gtk.Widget {
        const state = !there
            ? _('Not there: the machine may not start without it')
            : plugged === true
              ? _('In the guest now')
              : plugged === false
                ? _('At the next start')
                : '';
        return deviceRow(device, state, _('Remove'), () => {
            const {machine} = this.#machines;
            if (machine) this.#run(takeDevice(machine, device));
        });
    }

    #freeRow(device: HostDevice): Gtk.Widget {
        const usable = device.kind === 'usb' || device.group !== null;
        return deviceRow(device, device.warning, _('Give'), usable ? () => this.#give(device) : null);
    }
}

/** A device with a button; nothing that it calls itself is markup. @param press null when it cannot be pressed */
function deviceRow(device: HostDevice, state: string, label: string, press: (() => void) | null): Gtk.Widget {
    const row = new Adw.ActionRow({use_markup: false, title_lines: 0, subtitle_lines: 0});
    row.title = oneLine(device.name);
    const id = device.kind === 'pci' ? device.address : `${device.gift.vendor}:${device.gift.product}`;
    const place = device.kind === 'usb' && device.gift.place ? deviceKey(device) : '';
    row.subtitle = [[id, place].filter(text => text !== '' && text !== device.name).join(' · '), state]
        .filter(text => text !== '')
        .join('\n');
    row.add_prefix(
        new Gtk.Image({
            icon_name:
                device.kind === 'usb' ? 'media-removable-symbolic' : 'preferences-system-devices-symbolic',
            accessible_role: Gtk.AccessibleRole.PRESENTATION,
        }),
    );
    const button = new Gtk.Button({label, valign: Gtk.Align.CENTER, sensitive: press !== null});
    button.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
    button.update_property([Gtk.AccessibleProperty.LABEL], [`${label}: ${oneLine(device.name)}`]);
    if (press) button.connect('clicked', press);
    row.add_suffix(button);
    return row;
}
