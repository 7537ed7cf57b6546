// SPDX-License-Identifier: GPL-3.0-or-later
// What the machine takes of the computer.
import {isVfioDriver} from '../../gpu/pciFunction.js';
import {_, fill, ngettext} from '../../platform/i18n.js';
import {sizeLabel} from '../../platform/size.js';
import {type Finding, fine, type Question, unmeasured, wrong} from '../finding.js';
import {type DeviceFacts, isOn, type MachineFacts} from './machineFacts.js';

const KIB = 1024;

export function hostChecks(facts: MachineFacts): Finding[] {
    return [processors(facts), memory(facts), ...facts.devices.map(one => device(facts, one))];
}

function processors({definition, host}: MachineFacts): Finding {
    const question: Question = {id: 'vcpus', title: _('Processors'), severity: 'warning', lasting: true};
    if (!host.known) return unmeasured(question, host.why);
    const {current} = definition.vcpus;
    const values = {vcpus: current, cpus: host.value.cpus};
    const evidence = fill(
        ngettext(
            '{vcpus} virtual processor; this computer has {cpus}.',
            '{vcpus} virtual processors; this computer has {cpus}.',
            current,
        ),
        values,
    );
    if (current <= host.value.cpus) return fine(question, evidence);
    return wrong(question, evidence, _('Give it fewer: more than there are make everything slower.'));
}

function memory(facts: MachineFacts): Finding {
    const {definition, host} = facts;
    const question: Question = {id: 'memory', title: _('Memory'), severity: 'hard', lasting: true};
    if (!host.known) return unmeasured(question, host.why);
    const {memoryKib, availableKib} = host.value;
    const {current} = definition.memory;
    const values = {
        memory: sizeLabel(current * KIB),
        total: sizeLabel(memoryKib * KIB),
        available: sizeLabel(availableKib * KIB),
    };
    const evidence = fill(_('{memory}; this computer has {total}, of which {available} can be had.'), values);
    if (current >= memoryKib)
        return wrong(question, evidence, _('Give it less: it can never have as much as this computer has.'));
    // What a machine that runs has, it has.
    if (!isOn(facts) && current > availableKib)
        return wrong(
            {...question, severity: 'warning', lasting: false},
            evidence,
            _('Close programs or stop other machines before you start it.'),
        );
    return fine(question, evidence);
}

function device(facts: MachineFacts, {kind, id, name, there, driver, otherMachine}: DeviceFacts): Finding {
    const question: Question = {
        id: kind === 'pci' ? 'pci-device' : 'usb-device',
        title: kind === 'pci' ? _('PCI device') : _('USB device'),
        severity: 'hard',
        lasting: false,
    };
    const label = name === null ? fill('{id}', {id}) : fill(_('{name} ({id})'), {name, id});
    const sentence = (text: string, values: Readonly<Record<string, string>> = {}): string =>
        `${label}: ${fill(text, values)}`;
    if (there === null) return unmeasured(question, sentence(_('it cannot be looked up.')), '', id);
    if (!there)
        return wrong(
            {...question, lasting: true},
            sentence(_('it is not there.')),
            _('Plug it in, or take it out of the machine’s definition.'),
            id,
        );
    if (otherMachine !== null)
        return wrong(
            question,
            sentence(_('{machine} has it.'), {machine: otherMachine}),
            _('Stop the other machine first.'),
            id,
        );
    if (kind === 'usb') {
        if (driver === null) return fine(question, sentence(_('it is there.')), id);
        // One that was plugged in anew stays with Linux: libvirt hands it over at a start only.
        if (isOn(facts) && driver !== 'usbfs')
            return wrong(
                {...question, severity: 'warning'},
                sentence(_('the machine runs, but the driver {driver} has it.'), {driver}),
                _('Take it out of the machine and give it back to it, or restart the machine.'),
                id,
            );
        return fine(question, sentence(_('the driver {driver} has it.'), {driver}), id);
    }
    if (isOn(facts) && !isVfioDriver(driver))
        return wrong(
            question,
            driver === null
                ? sentence(_('the machine runs, but no driver has it.'))
                : sentence(_('the machine runs, but the driver {driver} has it.'), {driver}),
            _('Stop the machine, then look at who has the card: “handover gpu”.'),
            id,
        );
    if (driver === null) return fine(question, sentence(_('no driver has it.')), id);
    return fine(question, sentence(_('the driver {driver} has it.'), {driver}), id);
}
