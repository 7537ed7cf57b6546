// SPDX-License-Identifier: GPL-3.0-or-later
import type {SysRoot} from '../../gpu/sysRoot.js';
import {HandoverError, messageOf} from '../../platform/errors.js';
import {_, fill} from '../../platform/i18n.js';
import type {GuestInfo} from './guestInfo.js';
import type {GuestAnswers} from './guestReading.js';
import {readDevices, readHostCapacity} from './hostReading.js';
import {canAnswer, type DiskError, isOn, type MachineFacts} from './machineFacts.js';
import {findQemuProcess} from './qemuProcess.js';
import {read, type Reading, unread} from './reading.js';
import {type FilePorts, readImages, readStateFiles} from './stateFiles.js';

/** What is known of a machine without asking. */
export type KnownFacts = Pick<MachineFacts, 'definition' | 'state' | 'lastCrashMs' | 'lastWatchdogMs'>;

/** Where and of whom a machine's facts are read. */
export interface MachineWorld {
    readonly root: SysRoot;
    readonly files: FilePorts;
    /** Folders of libvirt's: see `pidFileFolder` and `tpmFolder`. */
    readonly pidFiles: string;
    readonly tpmStates: string;
    /** The machines that have PCI devices of the computer now, other than this one, by address. */
    readonly others: ReadonlyMap<string, string>;
    askGuest(): Promise<GuestAnswers>;
    readGuest(): Promise<Reading<GuestInfo>>;
    diskErrors(): Promise<readonly DiskError[]>;
    balloonReports(): Promise<boolean>;
}

/**
 * Reads everything that the health of a machine is judged by, at once; it changes nothing.
 *
 * The guest is asked who it is only after its agent has answered, so that a silent one costs one wait and not two.
 */
export async function readMachineFacts(known: KnownFacts, world: MachineWorld): Promise<MachineFacts> {
    const {definition} = known;
    const {root, files, pidFiles, tpmStates, others} = world;
    const [process, host, devices, guest, diskErrors, images, stateFiles, balloonReports] = await Promise.all(
        [
            findQemuProcess({proc: root.proc, pidFiles}, definition.name, definition.uuid ?? ''),
            readHostCapacity(root),
            readDevices(root, definition, others),
            readFromGuest(known, world),
            isOn(known) ? attempt(world.diskErrors()) : unread(_('The machine is off.')),
            readImages(definition, files),
            readStateFiles(definition, tpmStates, files),
            canAnswer(known) ? attempt(world.balloonReports()) : unread(_('The guest does not run.')),
        ],
    );
    return {...known, process, host, devices, ...guest, diskErrors, images, stateFiles, balloonReports};
}

async function readFromGuest(
    known: KnownFacts,
    world: MachineWorld,
): Promise<Pick<MachineFacts, 'agent' | 'clock' | 'guest'>> {
    if (!canAnswer(known)) return nothingFromGuest(_('The guest does not run.'));
    if (known.definition.guestAgent === null)
        return nothingFromGuest(_('The machine has no channel for the guest agent.'));
    const answers = await world.askGuest();
    if (answers.agent.known && answers.agent.value.answered)
        return {...answers, guest: await world.readGuest()};
    return {...answers, guest: unread(_('The guest agent does not answer.'))};
}

function nothingFromGuest(why: string): Pick<MachineFacts, 'agent' | 'clock' | 'guest'> {
    return {agent: unread(why), clock: unread(why), guest: unread(why)};
}

async function attempt<T>(answer: Promise<T>): Promise<Reading<T>> {
    try {
        return read(await answer);
    } catch (error) {
        if (!(error instanceof HandoverError)) throw error;
        return unread(fill(_('It could not be asked: {error}'), {error: messageOf(error)}));
    }
}
