// SPDX-License-Identifier: GPL-3.0-or-later
import {uuidOfDomainPath} from '../shared/libvirt/objectPath.js';
import type {Machine} from '../shared/machines/machine.js';
import {domainStateLabel} from '../shared/machines/words.js';
import {HandoverError} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import type {CommonOptions} from './options.js';
import {stdout} from './output.js';
import {OutputError} from './outputError.js';
import {escapeControls, withoutIsolates} from './plainText.js';
import {timeLabel} from './progress.js';

/** The UUID as far as it is known without asking; empty when it is not. */
export function knownUuid(machine: Machine): string {
    return machine.path === null ? '' : (uuidOfDomainPath(machine.path) ?? '');
}

function stateLabel(machine: Machine): string {
    return machine.isGone ? _('Gone') : domainStateLabel(machine.state, machine.reason);
}

/** More to tell of an action. */
export interface OutcomeMore {
    /** How long (ms) its graphics card took to come back; null when it has none. */
    readonly cardReturnedMs?: number | null;
    readonly steps?: readonly object[];
}

/** Prints that an action is done: one object, or one line and one for the card. */
export async function printOutcome(
    machine: Machine,
    action: string,
    elapsedMs: number,
    options: CommonOptions,
    more: OutcomeMore = {},
): Promise<void> {
    const uuid = options.json ? await askUuid(machine) : '';
    try {
        if (options.json)
            stdout.json({
                name: machine.name,
                uuid,
                host: machine.host.id,
                action,
                ok: true,
                state: machine.isGone ? 'gone' : machine.state,
                elapsedMs: Math.round(elapsedMs),
                ...more,
            });
        else
            stdout.line(
                [`${escapeControls(machine.name)}: ${stateLabel(machine)}`, ...cardLine(more)].join('\n'),
            );
    } catch (error) {
        if (!(error instanceof OutputError)) throw error;
        throw new OutputError(error.message, {cause: error, afterAction: true});
    }
}

function cardLine({cardReturnedMs = null}: OutcomeMore): string[] {
    if (cardReturnedMs === null) return [];
    const time = timeLabel(cardReturnedMs);
    return [withoutIsolates(fill(_('Its graphics card is back with Linux ({time})'), {time}))];
}

async function askUuid(machine: Machine): Promise<string> {
    try {
        if (!machine.isGone) await machine.client();
    } catch (error) {
        // What was asked for is done; that the machine went right after it changes nothing.
        if (!(error instanceof HandoverError)) throw error;
    }
    return knownUuid(machine);
}
