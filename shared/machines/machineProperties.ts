// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';

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

/** What of a machine can be bound to; `Machine` says what each of them is. */
export function machineProperties(): Record<string, GObject.ParamSpec> {
    return {
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
    };
}

/** Those that are read with the details. */
export const DETAILS: readonly string[] = [
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
];
