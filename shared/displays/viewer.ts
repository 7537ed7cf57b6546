// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import type {Machine} from '../machines/machine.js';
import {ViewerMissingError} from './viewerMissingError.js';

/**
 * The program that shows a machine's display, and its arguments.
 *
 * The machine is named by its UUID, since a name may look like an option or like the number of another machine
 * (virt-viewer(1), `--uuid`).
 *
 * @param uri the libvirt connection
 * @param uuid the machine's UUID
 */
export function viewerCommand(uri: string, uuid: string): string[] {
    return ['virt-viewer', '--connect', uri, '--uuid', '--', uuid];
}

/**
 * Opens a window with the display of a machine. The window is a program of its own and outlives its starter.
 *
 * @param environment variables to add, such as an activation token
 * @throws ViewerMissingError when there is no such program
 * @throws MachineGoneError, or what reading the machine failed with
 */
export async function openDisplay(
    machine: Machine,
    environment: Readonly<Record<string, string>> = {},
): Promise<void> {
    await machine.loadDetails();
    const launcher = new Gio.SubprocessLauncher({
        flags: Gio.SubprocessFlags.STDOUT_SILENCE | Gio.SubprocessFlags.STDERR_SILENCE,
    });
    for (const [name, value] of Object.entries(environment)) launcher.setenv(name, value, true);
    const command = viewerCommand(machine.host.driver.uri, machine.uuid);
    try {
        launcher.spawnv(command);
    } catch (error) {
        throw new ViewerMissingError(`${command[0]} could not be started`, {cause: error});
    }
}
