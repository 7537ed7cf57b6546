// SPDX-License-Identifier: GPL-3.0-or-later
// How the guest is, as its agent tells.
import {_, fill} from '../../platform/i18n.js';
import {type Finding, fine, type Question, unmeasured, wrong} from '../finding.js';
import type {GuestFilesystem} from './guestInfo.js';
import {canAnswer, type ClockSample, hasQemu, type MachineFacts} from './machineFacts.js';

/** What Linux calls a computer that nobody has named (DEFAULT_HOSTNAME in its init/Kconfig). */
const NO_HOST_NAME = '(none)';
/** Fuller than this, a file system fails soon. */
const FULL_PERCENT = 95;
/** What is off by more breaks log-ins with Kerberos later, and builds and logs at once; in milliseconds. */
export const MOST_DRIFT_MS = 2_000;

/** Always full by their nature. */
const READ_ONLY_TYPES = /^(iso9660|udf|cdfs|squashfs|erofs|cramfs)$/i;

/** Nothing is asked of a guest that is off, paused or asleep, or that is not QEMU's: the agent is QEMU's own. */
export function guestChecks(facts: MachineFacts): Finding[] {
    if (!canAnswer(facts) || !hasQemu(facts)) return [];
    const found = agent(facts);
    // The other questions rest on the agent: without it there is one finding and not four.
    if (found.status !== 'ok') return [found];
    return [found, guest(facts), ...filesystems(facts), clock(facts)];
}

function agent({definition, agent: reading}: MachineFacts): Finding {
    const base = {id: 'guest-agent', title: _('Guest agent')} as const;
    if (definition.guestAgent === null)
        return wrong(
            {...base, severity: 'advice', lasting: true},
            _('The machine has no channel for the guest agent.'),
            _('Add the channel, and install qemu-guest-agent in the guest.'),
        );
    const question: Question = {...base, severity: 'warning', lasting: false};
    if (!reading.known) return unmeasured(question, reading.why);
    const {answered, milliseconds} = reading.value;
    const time = Math.max(1, Math.round(milliseconds));
    if (answered) return fine(question, fill(_('It answered within {time} ms.'), {time}));
    return wrong(
        question,
        fill(_('It has not answered within {time} ms.'), {time}),
        _(
            'Install and start qemu-guest-agent in the guest. A guest that hangs or still starts does not answer, either.',
        ),
    );
}

function guest({guest: reading}: MachineFacts): Finding {
    const question: Question = {id: 'guest-info', title: _('Guest'), severity: 'advice', lasting: false};
    if (!reading.known) return unmeasured(question, reading.why);
    const {hostName, system, cards} = reading.value;
    const addresses = (cards ?? []).flatMap(card => card.addresses).filter(address => !isLocal(address));
    const name = hostName === NO_HOST_NAME ? null : hostName;
    const parts = [system, name, ...addresses].flatMap(part => (part === null ? [] : fill('{part}', {part})));
    if (parts.length === 0 && hostName === NO_HOST_NAME) return fine(question, _('It has no name.'));
    if (parts.length === 0) return unmeasured(question, _('The agent tells nothing of its guest.'));
    return fine(question, parts.join(', '));
}

/** Loopback, and addresses that count on one link only. */
function isLocal(address: string): boolean {
    return /^(127\.|169\.254\.|::1$|fe[89ab][0-9a-f]:)/i.test(address);
}

function filesystems({guest: reading}: MachineFacts): Finding[] {
    const question: Question = {
        id: 'guest-filesystem',
        title: _('Space in the guest'),
        severity: 'warning',
        lasting: false,
    };
    // That nothing could be read is said once, by the question about the guest.
    if (!reading.known) return [];
    const {filesystems: list} = reading.value;
    if (list === null) return [unmeasured(question, _('The agent does not list file systems.'))];
    return list.filter(hasRoom).map(filesystem => spaceOn(question, filesystem));
}

function hasRoom({type, totalBytes}: GuestFilesystem): boolean {
    return totalBytes !== 0 && !READ_ONLY_TYPES.test(type);
}

function spaceOn(question: Question, {mountPoint, totalBytes, usedBytes}: GuestFilesystem): Finding {
    if (totalBytes === null || usedBytes === null)
        return unmeasured(
            question,
            fill(_('The agent does not tell how full {folder} is.'), {folder: mountPoint}),
            '',
            mountPoint,
        );
    const percent = Math.min(100, Math.round((usedBytes / totalBytes) * 100));
    const evidence = fill(_('{folder} is {percent} % full.'), {folder: mountPoint, percent});
    if (usedBytes / totalBytes < FULL_PERCENT / 100) return fine(question, evidence, mountPoint);
    return wrong(question, evidence, _('Make room in the guest, or give it a larger disk.'), mountPoint);
}

function clock({clock: reading}: MachineFacts): Finding {
    const question: Question = {
        id: 'guest-clock',
        title: _('Clock of the guest'),
        severity: 'warning',
        lasting: false,
    };
    if (!reading.known) return unmeasured(question, reading.why);
    const drift = driftOf(reading.value);
    const seconds = (Math.abs(drift) / 1000).toFixed(1);
    if (Math.abs(drift) <= MOST_DRIFT_MS)
        return fine(question, fill(_('It is off by no more than {seconds} s.'), {seconds}));
    return wrong(
        question,
        drift < 0
            ? fill(_('It is {seconds} s behind.'), {seconds})
            : fill(_('It is {seconds} s ahead.'), {seconds}),
        _('Switch on time synchronisation in the guest (systemd-timesyncd, chrony, Windows Time).'),
    );
}

/**
 * By how much the guest's clock is surely off, in milliseconds, negative when it is behind.
 *
 * It was read at some moment between question and answer, so that what lies between the two is no drift.
 */
export function driftOf({guestMs, askedMs, answeredMs}: ClockSample): number {
    if (guestMs < askedMs) return guestMs - askedMs;
    return guestMs > answeredMs ? guestMs - answeredMs : 0;
}
