// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {uuidOfDomainPath} from '../libvirt/objectPath.js';
import type {Machine} from '../machines/machine.js';
import {oneLine} from '../platform/i18n.js';
import {clientOf} from './choices.js';
import {clientArguments, needsAddress} from './clientArguments.js';
import {
    type Client,
    ClientFailedError,
    ClientMissingError,
    MachineOffError,
    NoClientError,
    UnitFailedError,
} from './displayErrors.js';
import {guestAddress} from './guestAddress.js';
import {applicationId, CLIENTS, findProgram, isShared} from './programs.js';
import {type Service, UserUnits} from './userUnits.js';

/** Variables by which a program finds the desktop that it is to appear on; systemd has those of the last log-in. */
const DESKTOP_VARIABLES = ['DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY'];

/** SIGTERM. */
const TERMINATE = 15;

/** Clients that are children of this process, by the name of the unit that they would be, where there is no systemd. */
const children = new Map<string, Gio.Subprocess>();

/**
 * Opens what shows a machine, unless it is open.
 *
 * It runs as a systemd service of its own, named after the machine, and outlives its starter. Where there is no
 * systemd it is a plain child, which outlives us, too, but is known to this process alone.
 *
 * @param environment variables to add, such as an activation token
 * @returns `already` when it was open
 * @throws MachineOffError, NoClientError, ClientMissingError, ClientUnfitError, ClientFailedError, MachineGoneError, or
 *   what reading the machine failed with
 */
export async function openClient(
    machine: Machine,
    environment: Readonly<Record<string, string>> = {},
): Promise<'opened' | 'already'> {
    await machine.loadDetails();
    if (!machine.active) throw new MachineOffError(machine.name);
    const {kind, ...rest} = clientOf(machine);
    const {definition} = machine;
    if (kind === 'none' || definition === null) throw new NoClientError(machine.name);
    const client = {kind, ...rest};
    const program = findProgram(kind);
    if (program === null) throw new ClientMissingError(kind);
    const shown = {
        name: machine.name,
        uuid: machine.uuid,
        uri: machine.host.driver.uri,
        definition,
        address: needsAddress(client) ? await guestAddress(machine) : null,
    };
    const [command, ...options] = program as [string, ...string[]];
    const service: Service = {
        name: unitName(machine.host.id, machine.uuid, kind),
        description: oneLine(`${applicationId(kind)}: ${machine.name}`),
        argv: [command, ...options, ...clientArguments(client, shown)],
        environment: {...desktopVariables(), ...environment},
    };
    const units = await UserUnits.open();
    try {
        return units ? await units.start(service) : spawn(service);
    } catch (error) {
        if (error instanceof UnitFailedError || error instanceof GLib.Error)
            throw new ClientFailedError(kind, {cause: error});
        throw error;
    }
}

/** The process that shows a machine, for who wants to find its window; null when it is not known. */
export async function clientPid(machine: Machine): Promise<number | null> {
    const {kind} = clientOf(machine);
    if (kind === 'none') return null;
    const name = unitName(machine.host.id, machine.uuid, kind);
    const child = children.get(name)?.get_identifier();
    if (child) return Number(child);
    return (await (await UserUnits.open())?.mainPid(name)) ?? null;
}

/**
 * Asks the clients of a machine that has ended to end, too. One that shows several machines is left alone: it sees by
 * itself that one is gone.
 */
export async function endClients(machine: Machine): Promise<void> {
    const uuid = machine.uuid || (machine.path === null ? null : uuidOfDomainPath(machine.path));
    if (!uuid) return;
    const names = CLIENTS.filter(client => !isShared(client)).map(client =>
        unitName(machine.host.id, uuid, client),
    );
    for (const name of names) children.get(name)?.send_signal(TERMINATE);
    const units = await UserUnits.open();
    if (!units) return;
    const running = await units.running(`app-handover-*@${instanceOf(machine.host.id, uuid)}.service`);
    await Promise.all(running.filter(name => names.includes(name)).map(name => units.stop(name)));
}

/**
 * The unit of a client: `app-LAUNCHER-APPLICATION@INSTANCE.service`, as desktops name what they start.
 *
 * @see https://systemd.io/DESKTOP_ENVIRONMENTS/
 */
export function unitName(hostId: string, uuid: string, client: Client): string {
    // In a unit's name a dash is a slash.
    const id = applicationId(client).replaceAll('-', '\\x2d');
    return `app-handover-${id}@${instanceOf(hostId, uuid)}.service`;
}

function instanceOf(hostId: string, uuid: string): string {
    return `${hostId}:${uuid}`;
}

function desktopVariables(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of DESKTOP_VARIABLES) {
        const value = GLib.getenv(name);
        if (value) found[name] = value;
    }
    return found;
}

function spawn({name, argv, environment}: Service): 'opened' | 'already' {
    if (children.has(name)) return 'already';
    const launcher = new Gio.SubprocessLauncher({
        flags: Gio.SubprocessFlags.STDOUT_SILENCE | Gio.SubprocessFlags.STDERR_SILENCE,
    });
    for (const [variable, value] of Object.entries(environment)) launcher.setenv(variable, value, true);
    // In a session of its own it does not end with the terminal that it was opened from.
    const setsid = GLib.find_program_in_path('setsid');
    const child = launcher.spawnv(setsid === null ? [...argv] : [setsid, ...argv]);
    children.set(name, child);
    child.wait_async(null, (_child, result) => {
        children.delete(name);
        child.wait_finish(result);
    });
    return 'opened';
}
