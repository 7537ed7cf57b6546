// SPDX-License-Identifier: GPL-3.0-or-later
import {clientOf, readyOf} from '../../shared/displays/choices.js';
import {clientLabel, readyLabel} from '../../shared/displays/words.js';
import type {Machine} from '../../shared/machines/machine.js';
import {domainStateLabel} from '../../shared/machines/words.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {_, fill, ngettext} from '../../shared/platform/i18n.js';
import {findMachine} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stdout} from '../output.js';
import {escapeControls, withoutIsolates} from '../plainText.js';
import {formatTable} from '../table.js';

/** `handover show` */
export async function show(options: CommonOptions, argument: string): Promise<void> {
    const {machine} = await findMachine(argument, options);
    const limit = timeoutMs(options);
    const details = machine.loadDetails();
    await (limit === undefined ? details : withDeadline(machine.name, limit, details));
    if (options.json) stdout.json(asJson(machine));
    else stdout.write(formatTable(asRows(machine).map(row => row.map(text => ({text})))));
}

function asJson(machine: Machine): object {
    const ready = readyOf(machine);
    const client = clientOf(machine);
    return {
        name: machine.name,
        uuid: machine.uuid,
        state: machine.state,
        reason: machine.reason,
        host: machine.host.id,
        title: machine.title,
        description: machine.description,
        shortName: machine.shortName,
        since: machine.since > 0 ? new Date(machine.since).toISOString() : null,
        persistent: machine.persistent,
        autostart: machine.autostart,
        vcpus: machine.vcpus,
        memoryKib: machine.memoryKib,
        shutdownDeadlineSeconds: machine.shutdownDeadlineMs / 1000,
        ready: {kind: ready.kind, host: ready.host ?? null, port: ready.port ?? null},
        client: {kind: client.kind, host: client.host ?? null, app: client.app ?? null},
        actions: machine.actions,
    };
}

function asRows(machine: Machine): [string, string][] {
    const yes = (value: boolean): string => (value ? _('Yes') : _('No'));
    const ready = readyOf(machine);
    const client = clientOf(machine);
    const seconds = machine.shutdownDeadlineMs / 1000;
    const rows: [string, string][] = [
        [_('Name'), escapeControls(machine.name)],
        [_('Title'), escapeControls(machine.title)],
        [_('Description'), escapeControls(machine.description)],
        [_('State'), domainStateLabel(machine.state, machine.reason)],
        [_('Since'), machine.since > 0 ? new Date(machine.since).toLocaleString() : ''],
        [_('Host'), machine.host.id],
        ['UUID', machine.uuid],
        [_('Virtual CPUs'), String(machine.vcpus)],
        [_('Memory'), withoutIsolates(fill(_('{size} MiB'), {size: Math.round(machine.memoryKib / 1024)}))],
        [_('Persistent'), yes(machine.persistent)],
        [_('Starts with the host'), yes(machine.autostart)],
        [_('Ready when'), withParts(readyLabel(ready.kind), [ready.host, ready.port])],
        [_('Opens with'), withParts(clientLabel(client.kind), [client.host, client.app])],
        [_('Shutdown deadline'), fill(ngettext('{seconds} second', '{seconds} seconds', seconds), {seconds})],
    ];
    return rows.filter(([, value]) => value !== '');
}

/** What is said besides the kind, in brackets. */
function withParts(label: string, parts: readonly (string | number | undefined)[]): string {
    const said = parts.filter(part => part !== undefined).map(part => escapeControls(String(part)));
    return said.length === 0 ? label : `${label} (${said.join(', ')})`;
}
