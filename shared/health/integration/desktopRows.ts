// SPDX-License-Identifier: GPL-3.0-or-later
// What rests on SPICE's agent, which also serves displays that are not SPICE.
import {type Channel, SPICE_AGENT_CHANNEL} from '../../definition/devices/channel.js';
import type {Definition} from '../../definition/definition.js';
import {flagAttribute} from '../../definition/scalars.js';
import {childOf, childrenOf} from '../../definition/xmlTree.js';
import {_} from '../../platform/i18n.js';
import {canAnswer, type MachineFacts} from '../machine/machineFacts.js';
import {DESKTOP_AGENT} from './guestPackages.js';
import {
    type IntegrationRow,
    missing,
    notApplicable,
    notMeasured,
    type RowHead,
    works,
} from './integrationRow.js';

/** Cards whose guest drivers take a new size from the host. */
const RESIZABLE: ReadonlySet<string> = new Set(['qxl', 'virtio']);

export function clipboard(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition} = facts;
    if (displayOf(definition) === null)
        return notApplicable(head, _('The machine has no display that could share it.'));
    if (clipboardIsOff(definition))
        return notApplicable(head, _('It is switched off in the machine’s definition.'));
    return agentRow(facts, head);
}

export function displayResize(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition} = facts;
    const display = displayOf(definition);
    if (display === null)
        return notApplicable(head, _('The machine has no display that is shown in a window.'));
    const models = definition.videos.flatMap(({model}) => model ?? []);
    if (models.length > 0 && models.every(model => model === 'none'))
        return notApplicable(head, _('The machine has no video card of QEMU’s, as with Looking Glass.'));
    if (!models.some(model => RESIZABLE.has(model)))
        return missing(
            head,
            _('The machine’s video card keeps the size that the guest chose.'),
            _('Choose the video card “virtio” for it.'),
        );
    // With VNC the size goes to the card itself, and nothing tells whether the guest takes it.
    if (display !== 'spice')
        return notMeasured(head, _('Whether the guest follows shows when the window is resized.'));
    return agentRow(facts, head);
}

function agentRow(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition} = facts;
    const channel = agentChannel(definition);
    if (channel === null)
        return missing(
            head,
            _('The machine has no channel for the desktop agent.'),
            _('Add the channel, and install the agent in the guest.'),
            {
                edit: {kind: displayOf(definition) === 'spice' ? 'spice-agent' : 'vnc-agent'},
                packages: DESKTOP_AGENT,
            },
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'), DESKTOP_AGENT);
    if (channel.connected === null)
        return notMeasured(
            head,
            _('libvirt does not tell whether the agent has opened its channel.'),
            DESKTOP_AGENT,
        );
    if (channel.connected) return works(head, _('The desktop agent in the guest has opened its channel.'));
    return missing(
        head,
        _('Nothing in the guest has opened the channel of the desktop agent.'),
        _('Install the agent in the guest, and log in there.'),
        {packages: DESKTOP_AGENT},
    );
}

function agentChannel({channels}: Definition): Channel | null {
    return channels.find(({name}) => name === SPICE_AGENT_CHANNEL) ?? null;
}

/** The first display with which a clipboard can be shared. */
function displayOf({graphics}: Definition): 'spice' | 'vnc' | 'dbus' | null {
    for (const {type} of graphics) if (type === 'spice' || type === 'vnc' || type === 'dbus') return type;
    return null;
}

function clipboardIsOff(definition: Definition): boolean {
    const devices = childOf(definition.root, 'devices');
    const places = [
        ...childrenOf(devices, 'graphics'),
        ...childrenOf(devices, 'channel').map(channel => childOf(channel, 'source')),
    ];
    return places.some(place => flagAttribute(childOf(place, 'clipboard'), 'copypaste') === false);
}
