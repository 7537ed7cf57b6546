// SPDX-License-Identifier: GPL-3.0-or-later
// What rests on QEMU's guest agent.
import {_, fill, ngettext} from '../../platform/i18n.js';
import {driftOf, MOST_DRIFT_MS} from '../machine/guestChecks.js';
import {canAnswer, type MachineFacts} from '../machine/machineFacts.js';
import {AGENT, TIME} from './guestPackages.js';
import {editLacking} from './integrationEdit.js';
import {type IntegrationRow, missing, notMeasured, type RowHead, works} from './integrationRow.js';

export function gracefulShutdown(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition} = facts;
    if (agentAnswers(facts)) return works(head, _('The guest agent answers, and takes the request.'));
    if (definition.features.enabled.has('acpi'))
        return notMeasured(
            head,
            _('There is a power button; whether the guest heeds it shows when it is pressed.'),
            AGENT,
        );
    if (!isPc(definition.boot.architecture))
        return notMeasured(head, _('This kind of machine has its own power button.'), AGENT);
    return missing(
        head,
        _('The machine has no power button (ACPI), and no agent answers.'),
        _('Add the power button to the definition.'),
        {edit: {kind: 'acpi'}, packages: AGENT},
    );
}

export function heartbeat(facts: MachineFacts, head: RowHead): IntegrationRow {
    const obstacle = agentObstacle(facts, head);
    if (obstacle) return obstacle;
    return works(head, _('The guest agent was asked, and answered.'));
}

export function timeSync(facts: MachineFacts, head: RowHead): IntegrationRow {
    const obstacle = agentObstacle(facts, head);
    if (obstacle) return obstacle;
    const {clock} = facts;
    if (!clock.known) return notMeasured(head, clock.why);
    const drift = Math.abs(driftOf(clock.value));
    const evidence = fill(_('The agent was asked for the time: it is off by {seconds} s.'), {
        seconds: (drift / 1000).toFixed(1),
    });
    if (drift <= MOST_DRIFT_MS) return works(head, evidence);
    return missing(head, evidence, _('Switch on time synchronisation in the guest.'), {
        edit: editLacking(facts.definition, {kind: 'clock'}),
        packages: TIME,
    });
}

export function fileFreeze(facts: MachineFacts, head: RowHead): IntegrationRow {
    const obstacle = agentObstacle(facts, head);
    if (obstacle) return obstacle;
    const {guest} = facts;
    if (!guest.known) return notMeasured(head, guest.why);
    const count = guest.value.filesystems?.length ?? 0;
    if (count === 0) return notMeasured(head, _('The agent lists no file systems.'));
    return works(
        head,
        fill(
            ngettext(
                'The agent lists {count} file system; none was frozen to try it.',
                'The agent lists {count} file systems; none was frozen to try it.',
                count,
            ),
            {count},
        ),
    );
}

function agentAnswers(facts: MachineFacts): boolean {
    return canAnswer(facts) && facts.agent.known && facts.agent.value.answered;
}

/** Why the agent cannot be built on; null when it can. */
function agentObstacle(facts: MachineFacts, head: RowHead): IntegrationRow | null {
    const {definition, agent} = facts;
    if (definition.guestAgent === null)
        return missing(
            head,
            _('The machine has no channel for the guest agent.'),
            _('Add the channel, and install the agent in the guest.'),
            {edit: {kind: 'agent-channel'}, packages: AGENT},
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'), AGENT);
    if (!agent.known) return notMeasured(head, agent.why, AGENT);
    if (agent.value.answered) return null;
    return missing(
        head,
        _('The guest agent was asked, and did not answer.'),
        _('Install and start the agent in the guest.'),
        {packages: AGENT},
    );
}

function isPc(architecture: string | null): boolean {
    return architecture === null || architecture === 'x86_64' || architecture === 'i686';
}
