// SPDX-License-Identifier: GPL-3.0-or-later
// What rests on the channel on which a guest reports its figures.
import {_} from '../../platform/i18n.js';
import {REPORT_CHANNEL} from '../guestChannel/guestReport.js';
import {canAnswer, type MachineFacts} from '../machine/machineFacts.js';
import {
    type IntegrationRow,
    missing,
    notApplicable,
    notMeasured,
    type RowHead,
    works,
} from './integrationRow.js';

export function reportChannel(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition, reportsReadable} = facts;
    const channel = definition.channels.find(({name}) => name === REPORT_CHANNEL);
    if (!reportsReadable) {
        const why = _('Reports of the system’s machines cannot be read: their sockets are for QEMU alone.');
        return channel ? notMeasured(head, why) : notApplicable(head, why);
    }
    if (!channel)
        return missing(
            head,
            _('The machine has no channel on which its guest could report frames and load.'),
            _(
                'Add the channel, and run Handover’s reporter in the guest: report-frames.sh or report-frames.ps1.',
            ),
            {edit: {kind: 'report-channel'}},
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'));
    if (channel.connected === null)
        return notMeasured(head, _('libvirt does not tell whether a reporter has opened its channel.'));
    if (channel.connected) return works(head, _('A reporter in the guest has opened its channel.'));
    return missing(
        head,
        _('Nothing in the guest has opened the channel for reports.'),
        _('Run Handover’s reporter in the guest: report-frames.sh or report-frames.ps1.'),
    );
}
