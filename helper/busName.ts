// SPDX-License-Identifier: GPL-3.0-or-later
import type {Bus, Destination} from '../shared/platform/bus.js';
import {HandoverError} from '../shared/platform/errors.js';
import type {InterfaceTable} from '../shared/platform/signature.js';

/** https://dbus.freedesktop.org/doc/dbus-specification.html#bus-messages */
const Daemon = {
    name: 'org.freedesktop.DBus',
    methods: {RequestName: ['su', 'u'], ReleaseName: ['s', 'u']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const DAEMON: Destination = {name: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus'};
const DO_NOT_QUEUE = 4;
const PRIMARY_OWNER = 1;
const ALREADY_OWNER = 4;
const LIMIT_MS = 10_000;

/** Somebody else has the name, or we may not. */
export class NameTaken extends HandoverError {
    readonly kind = 'name-taken';
}

/** @throws NameTaken */
export async function ownName(bus: Bus, name: string): Promise<void> {
    const [reply] = await bus.call(DAEMON, Daemon, 'RequestName', [name, DO_NOT_QUEUE], {
        timeoutMs: LIMIT_MS,
    });
    if (reply !== PRIMARY_OWNER && reply !== ALREADY_OWNER)
        throw new NameTaken(`${name} belongs to another process`);
}

export async function releaseName(bus: Bus, name: string): Promise<void> {
    await bus.call(DAEMON, Daemon, 'ReleaseName', [name], {timeoutMs: LIMIT_MS});
}
