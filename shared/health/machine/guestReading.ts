// SPDX-License-Identifier: GPL-3.0-or-later
// Asking the guest's agent, over libvirt-dbus where it has a road, and with virsh where it has none.
import type Gio from 'gi://Gio';

import {BusyError, LibvirtError, NoAnswerError} from '../../libvirt/libvirtErrors.js';
import {HandoverError, messageOf, SubprocessError} from '../../platform/errors.js';
import {_, fill} from '../../platform/i18n.js';
import {capture, type Captured} from '../../platform/subprocess.js';
import {type GuestInfo, parseGuestInfo} from './guestInfo.js';
import type {AgentAnswer, ClockSample} from './machineFacts.js';
import {read, type Reading, unread} from './reading.js';

/** What is asked of a guest and of this computer's clocks. */
export interface GuestPorts {
    /** The guest's clock, in milliseconds since 1970. @throws LibvirtError, NoAnswerError when no agent answers */
    guestTime(): Promise<number>;
    wallClockMs(): number;
    monotonicMs(): number;
}

export interface GuestAnswers {
    readonly agent: Reading<AgentAnswer>;
    readonly clock: Reading<ClockSample>;
}

const MOST_INFO = 64 * 1024;

/** Asks the agent for the time, which tells at once whether it is there, how fast it answers, and how the clock is. */
export async function askGuest(ports: GuestPorts): Promise<GuestAnswers> {
    const began = ports.monotonicMs();
    const askedMs = ports.wallClockMs();
    try {
        const guestMs = await ports.guestTime();
        const milliseconds = ports.monotonicMs() - began;
        return {
            agent: read({answered: true, milliseconds}),
            clock: read({guestMs, askedMs, answeredMs: ports.wallClockMs()}),
        };
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        const clock = unread(_('The guest agent does not answer.'));
        const milliseconds = ports.monotonicMs() - began;
        // libvirt itself says so, or still waits for the agent; anything else tells nothing of the guest.
        if (error instanceof LibvirtError || error instanceof NoAnswerError)
            return {agent: read({answered: false, milliseconds}), clock};
        if (error instanceof BusyError)
            return {agent: unread(_('libvirt still waits for the agents of other guests.')), clock};
        return {agent: unread(fill(_('It could not be asked: {error}'), {error: messageOf(error)})), clock};
    }
}

/** Runs a program; the same as {@link capture}. */
export type Capture = (
    argv: readonly [string, ...string[]],
    timeoutMs: number,
    limit?: number,
    cancellable?: Gio.Cancellable | null,
) => Promise<Captured>;

export interface GuestReadingOptions {
    /** After this nobody waits for the agent any more. */
    readonly timeoutMs: number;
    readonly cancellable?: Gio.Cancellable | null;
    readonly runProgram?: Capture;
}

/**
 * Asks the agent who the guest is.
 *
 * @param uri of libvirt
 * @param uuid of the machine: a name could be taken for an option
 */
export async function readGuest(
    uri: string,
    uuid: string,
    {timeoutMs, cancellable = null, runProgram = capture}: GuestReadingOptions,
): Promise<Reading<GuestInfo>> {
    try {
        const argv = ['virsh', '--connect', uri, 'guestinfo', '--domain', uuid] as const;
        const {stdout, complete} = await runProgram(argv, timeoutMs, MOST_INFO, cancellable);
        const text = new TextDecoder().decode(stdout);
        if (text.trim() !== '') return read(parseGuestInfo(text));
        if (!complete) return unread(_('The guest agent did not answer in time.'));
        return unread(_('The guest agent tells nothing of its guest.'));
    } catch (error) {
        if (!(error instanceof SubprocessError)) throw error;
        return unread(
            _('virsh is not installed; it asks the guest agent. Install libvirt’s client programs.'),
        );
    }
}
