// SPDX-License-Identifier: GPL-3.0-or-later
import {clientOf} from '../../shared/displays/choices.js';
import {openClient} from '../../shared/displays/openClient.js';
import {clientLabel} from '../../shared/displays/words.js';
import {monotonicMs, withDeadline} from '../../shared/platform/clock.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {findMachine} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stdout} from '../output.js';
import {escapeControls, withoutIsolates} from '../plainText.js';

/** `handover open`: what shows the machine, on this desktop. */
export async function open(options: CommonOptions, argument: string): Promise<void> {
    const startedAt = monotonicMs();
    const {machine} = await findMachine(argument, options);
    const limit = timeoutMs(options);
    const opening = openClient(machine);
    const result = await (limit === undefined ? opening : withDeadline(machine.name, limit, opening));
    const {kind} = clientOf(machine);
    if (options.json) {
        stdout.json({
            name: machine.name,
            uuid: machine.uuid,
            host: machine.host.id,
            action: 'open',
            ok: true,
            state: machine.state,
            result,
            client: kind,
            elapsedMs: Math.round(monotonicMs() - startedAt),
        });
        return;
    }
    const sentence = result === 'opened' ? _('Opened in {client}') : _('Open in {client} already');
    const said = withoutIsolates(fill(sentence, {client: clientLabel(kind)}));
    stdout.line(`${escapeControls(machine.name)}: ${said}`);
}
