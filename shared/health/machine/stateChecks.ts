// SPDX-License-Identifier: GPL-3.0-or-later
// How the machine is, as libvirt and the kernel tell.
import {domainStateLabel} from '../../machines/words.js';
import {_, fill} from '../../platform/i18n.js';
import {type Finding, fine, type Question, unmeasured, wrong} from '../finding.js';
import {hasQemu, isOn, type MachineFacts} from './machineFacts.js';
import {timeOf} from './timeOf.js';

export function stateChecks(facts: MachineFacts): Finding[] {
    return [...state(facts), ...qemuProcess(facts), ...ioError(facts), ...crash(facts), ...watchdog(facts)];
}

function state({state: {state: word, reason}}: MachineFacts): Finding[] {
    const question: Question = {id: 'machine-state', title: _('State'), severity: 'hard', lasting: false};
    const label = domainStateLabel(word, reason);
    if (word === 'nostate') return [unmeasured(question, _('libvirt does not tell its state.'))];
    // A disk error, a crash and the watchdog have questions of their own.
    if (word === 'paused' && (reason === 'postcopy-failed' || reason === 'api-error'))
        return [wrong(question, label, _('Its log tells what went wrong. Resume it, or force it off.'))];
    if (word === 'shutoff' && reason === 'failed')
        return [wrong(question, label, _('Its log tells why it could not start or run on.'))];
    return [fine(question, label)];
}

function qemuProcess(facts: MachineFacts): Finding[] {
    if (!hasQemu(facts)) return [];
    const question: Question = {id: 'qemu-process', title: _('Process'), severity: 'hard', lasting: false};
    const {process} = facts;
    if (!process.known) return isOn(facts) ? [unmeasured(question, process.why)] : [];
    const {value} = process;
    if (isOn(facts)) {
        if (value) return [fine(question, fill(_('QEMU runs as process {pid}.'), {pid: value.pid}))];
        return [
            wrong(
                question,
                _('libvirt says that it runs, but there is no such process.'),
                _('Restart libvirt’s service; it looks then which of its machines still run.'),
            ),
        ];
    }
    if (!value) return [];
    return [
        wrong(
            question,
            fill(_('It is off, but process {pid} still runs it.'), {pid: value.pid}),
            _('Wait a moment: it may be ending. One that stays holds its disks and devices.'),
        ),
    ];
}

function ioError({state: {state: word, reason}}: MachineFacts): Finding[] {
    if (word === 'shutoff' || word === 'nostate') return [];
    const question: Question = {
        id: 'io-error-pause',
        title: _('Paused by a disk error'),
        severity: 'hard',
        lasting: false,
    };
    if (word === 'paused' && reason === 'io-error')
        return [
            wrong(
                question,
                _('libvirt has paused it, because a disk could not be read or written.'),
                _(
                    'Make room where its images are, or mend the disk; then resume it. Nothing is lost so far.',
                ),
            ),
        ];
    return [fine(question, _('No'))];
}

function crash(facts: MachineFacts): Finding[] {
    const {state, lastCrashMs, lastEnd} = facts;
    const {state: word, reason} = state;
    const question: Question = {id: 'crash', title: _('Last crash'), severity: 'warning', lasting: false};
    const fix = _('Look into its log, and into what the guest itself has written.');
    const now = word === 'crashed' || reason === 'crashed';
    if (now && word !== 'running') return [wrong(question, _('It has crashed.'), fix)];
    if (now) return [wrong(question, _('Its guest has crashed, and goes on in its crash kernel.'), fix)];
    const ended = lastEnd.known && lastEnd.value?.reason === 'crashed' ? lastEnd.value.atMs : null;
    const crashMs = lastCrashMs ?? ended;
    if (crashMs !== null)
        return [wrong(question, fill(_('It crashed at {time}.'), {time: timeOf(crashMs)}), fix)];
    if (!hasQemu(facts)) return [fine(question, _('None since this program follows it'))];
    if (!lastEnd.known)
        return [fine(question, fill(_('None since this program follows it. {why}'), {why: lastEnd.why}))];
    if (lastEnd.value === null) return [fine(question, _('None that libvirt’s log tells of'))];
    return [fine(question, fill(_('None: at {time} it ended well.'), {time: timeOf(lastEnd.value.atMs)}))];
}

function watchdog({definition, state: {state: word, reason}, lastWatchdogMs}: MachineFacts): Finding[] {
    const question: Question = {id: 'watchdog', title: _('Watchdog'), severity: 'warning', lasting: false};
    const fix = _('The guest had stopped answering. Look into its log; one that is paused can be reset.');
    if (word === 'paused' && reason === 'watchdog')
        return [wrong(question, _('It has fired, and has paused the machine.'), fix)];
    if (lastWatchdogMs !== null)
        return [wrong(question, fill(_('It fired at {time}.'), {time: timeOf(lastWatchdogMs)}), fix)];
    if (!definition.devices.some(({kind}) => kind === 'watchdog')) return [];
    return [fine(question, _('It has not fired since this program follows the machine.'))];
}
