// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../../definition/definition.js';
import type {SysRoot} from '../../gpu/sysRoot.js';
import {inTime} from '../../platform/clock.js';
import {HandoverError, messageOf} from '../../platform/errors.js';
import {_, fill} from '../../platform/i18n.js';
import type {GuestInfo} from './guestInfo.js';
import type {GuestAnswers} from './guestReading.js';
import {type OtherMachine, readDevices, readHostCapacity, unseenDevices} from './hostReading.js';
import {readLastEnd} from './machineLog.js';
import {
    canAnswer,
    type DeviceFacts,
    type DiskError,
    hasQemu,
    isOn,
    type MachineFacts,
    type SnapshotFacts,
} from './machineFacts.js';
import {findQemuProcess} from './qemuProcess.js';
import {read, type Reading, unread} from './reading.js';
import type {Snapshot} from './snapshots.js';
import {type FilePorts, readImages, readStateFiles} from './stateFiles.js';

/** What is known of a machine without asking. */
export type KnownFacts = Pick<
    MachineFacts,
    'definition' | 'state' | 'reportsReadable' | 'lastCrashMs' | 'lastWatchdogMs' | 'lastIoErrorMs'
>;

/** Where and of whom a machine's facts are read. */
export interface MachineWorld {
    readonly root: SysRoot;
    /** Whether the machine runs on this computer: the kernel tells nothing of one that is elsewhere. */
    readonly here: boolean;
    /** How long each thing may take that this computer or libvirt is asked, in milliseconds. */
    readonly limitMs: number;
    readonly files: FilePorts;
    /** Folders of libvirt's: see `pidFileFolder`, `tpmFolder` and `logFolder`. */
    readonly pidFiles: string;
    readonly tpmStates: string;
    readonly logs: string;
    /** The machines that run now, other than this one, and have devices of the computer. */
    others(): Promise<readonly OtherMachine[]>;
    /** The definition that is kept. */
    kept(): Promise<Definition>;
    askGuest(): Promise<GuestAnswers>;
    readGuest(): Promise<Reading<GuestInfo>>;
    diskErrors(): Promise<readonly DiskError[]>;
    balloonReports(): Promise<Reading<boolean>>;
    snapshots(): Promise<readonly Snapshot[]>;
    /** By how many bytes images can grow, by the name of the disk in the guest, as far as libvirt tells. */
    imageGrowth(): Promise<ReadonlyMap<string, number>>;
}

/**
 * Reads everything that the health of a machine is judged by, at once; it changes nothing.
 *
 * The guest is asked who it is only after its agent has answered, so that a silent one costs one wait and not two.
 */
export async function readMachineFacts(known: KnownFacts, world: MachineWorld): Promise<MachineFacts> {
    const {definition} = known;
    const {root, files, pidFiles, tpmStates, here, limitMs} = world;
    const elsewhere = unread(_('The machine is not on this computer.'));
    const late = unread(_('This computer did not answer in time.'));
    const within = <T, F>(what: Promise<T>, fallback: F): Promise<T | F> => inTime(what, limitMs, fallback);
    const ask = <T>(what: () => Promise<T>): Promise<Reading<T>> =>
        within(attempt(what()), unread(_('libvirt did not answer in time.')));
    const [
        kept,
        process,
        host,
        devices,
        guest,
        diskErrors,
        images,
        stateFiles,
        balloonReports,
        snapshots,
        lastEnd,
    ] = await Promise.all([
        isOn(known) && hasQemu(known) ? ask(() => world.kept()) : null,
        here
            ? within(
                  findQemuProcess({proc: root.proc, pidFiles}, definition.name, definition.uuid ?? ''),
                  late,
              )
            : elsewhere,
        here ? within(readHostCapacity(root), late) : elsewhere,
        within(devicesOf(definition, world), unseenDevices(definition)),
        readFromGuest(known, world),
        isOn(known) ? ask(() => world.diskErrors()) : unread(_('The machine is off.')),
        readImages(definition, files, growthOf(world)),
        readStateFiles(definition, tpmStates, files),
        canAnswer(known) ? flat(ask(() => world.balloonReports())) : unread(_('The guest does not run.')),
        hasQemu(known) ? ask(() => readSnapshots(world)) : NO_SNAPSHOTS,
        here && hasQemu(known) ? within(readLastEnd(world.logs, definition.name), late) : elsewhere,
    ]);
    return {
        ...known,
        kept: kept?.known ? kept.value : null,
        process,
        host,
        devices,
        ...guest,
        diskErrors,
        images,
        stateFiles,
        balloonReports,
        snapshots,
        lastEnd,
    };
}

async function flat<T>(outer: Promise<Reading<Reading<T>>>): Promise<Reading<T>> {
    const reading = await outer;
    return reading.known ? reading.value : reading;
}

const NO_SNAPSHOTS = read<readonly SnapshotFacts[]>([]);

/** What cannot be told now is not told: it is a second opinion only. */
async function growthOf(world: MachineWorld): Promise<ReadonlyMap<string, number>> {
    const growth = await inTime(attempt(world.imageGrowth()), world.limitMs, null);
    return growth?.known ? growth.value : new Map<string, number>();
}

async function readSnapshots(world: MachineWorld): Promise<SnapshotFacts[]> {
    return Promise.all(
        (await world.snapshots()).map(async snapshot => {
            const external = snapshot.disks.filter(({kind}) => kind === 'external').map(({file}) => file);
            const paths = [...external, snapshot.memoryFile].filter(
                path => path?.startsWith('/') === true,
            ) as string[];
            const there = await Promise.all(paths.map(path => world.files.isThere(path)));
            return {...snapshot, missing: paths.filter((_path, at) => there[at] === false)};
        }),
    );
}

async function devicesOf(definition: Definition, world: MachineWorld): Promise<DeviceFacts[]> {
    if (!world.here) return unseenDevices(definition);
    // Who has a device is asked only where one is wanted.
    const wanted = definition.pciAddresses.length > 0 || definition.hostDevices.length > 0;
    return readDevices(world.root, definition, wanted ? await world.others() : []);
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
