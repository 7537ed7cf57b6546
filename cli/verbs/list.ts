// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainState} from '../../shared/libvirt/domainState.js';
import {driverLabel} from '../../shared/libvirt/drivers.js';
import {domainStateLabel} from '../../shared/machines/words.js';
import {type ListedMachine, RollCall} from '../../shared/machines/rollCall.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {_} from '../../shared/platform/i18n.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {columnsOf, escapeControls} from '../plainText.js';
import {hostsToAsk} from '../settings.js';
import {type Cell, formatTable} from '../table.js';

export interface ListOptions extends CommonOptions {
    readonly names?: boolean | undefined;
}

/** A table up to this width is not worth asking how wide the terminal is. */
const ANY_TERMINAL = 80;

/** `handover list` */
export async function list(options: ListOptions): Promise<void> {
    const machines = await askHosts(options);
    if (options.json) {
        stdout.json(machines.map(({name, uuid, state, reason, host}) => ({name, uuid, state, reason, host})));
    } else if (options.names) {
        // What a person reads must not turn the line round; a shell that completes needs the name as it is.
        const shown = stdout.isTerminal ? escapeControls : String;
        for (const name of addresses(machines)) stdout.line(shown(name));
    } else if (machines.length === 0) {
        stderr.line(_('There are no machines.'));
    } else {
        await printTable(machines);
    }
}

async function askHosts(options: ListOptions): Promise<ListedMachine[]> {
    const hosts = await hostsToAsk(options);
    const rollCall = new RollCall();
    const limit = timeoutMs(options);
    const answers = await Promise.allSettled(
        hosts.map(host => {
            const answer = rollCall.ask(host, {uuids: options.json === true});
            return limit === undefined ? answer : withDeadline(driverLabel(host), limit, answer);
        }),
    );
    const failures = answers.flatMap((answer, index) =>
        answer.status === 'rejected' ? [{host: hosts[index]!, error: answer.reason as unknown}] : [],
    );
    if (failures.length > 0) {
        const {judgeFailures} = await import('../exceptional.js');
        judgeFailures(failures, hosts.length, options);
    }
    return answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
}

/** What the other verbs take for each machine; names that a line cannot hold are left out. */
function addresses(machines: readonly ListedMachine[]): string[] {
    const seen = new Map<string, number>();
    for (const {name} of machines) seen.set(name, (seen.get(name) ?? 0) + 1);
    return machines
        .filter(({name}) => !/\p{Cc}/u.test(name))
        .map(({host, name}) => (seen.get(name) === 1 ? name : `${host}/${name}`));
}

async function printTable(machines: readonly ListedMachine[]): Promise<void> {
    const heading = [_('Name'), _('State'), _('Host')].map(text => ({text}));
    const rows = machines.map(({name, state, reason, host}) => [
        {text: escapeControls(name)},
        stateCell(state, reason),
        {text: host},
    ]);
    stdout.write(formatTable([heading, ...rows], await widthFor(rows)));
}

const stateCells = new Map<string, Cell>();

/** A thousand machines are in a handful of states. */
function stateCell(state: DomainState, reason: string): Cell {
    const key = `${state} ${reason}`;
    let cell = stateCells.get(key);
    if (!cell) {
        cell = {text: domainStateLabel(state, reason), ...colourOf(state)};
        stateCells.set(key, cell);
    }
    return cell;
}

async function widthFor(rows: readonly (readonly Cell[])[]): Promise<number> {
    if (!stdout.isTerminal) return Infinity;
    const widest = Math.max(...rows.map(row => row.reduce((sum, cell) => sum + columnsOf(cell.text) + 2, 0)));
    if (widest < ANY_TERMINAL) return Infinity;
    const {terminalColumns} = await import('../exceptional.js');
    return await terminalColumns();
}

function colourOf(state: DomainState): Pick<Cell, 'paint'> {
    if (!stdout.usesColour) return {};
    const colour = {running: 32, blocked: 32, paused: 33, pmsuspended: 33, crashed: 31, shutdown: 33}[
        state as string
    ];
    return colour === undefined ? {} : {paint: text => `\x1b[${colour}m${text}\x1b[0m`};
}
