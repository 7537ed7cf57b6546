// SPDX-License-Identifier: GPL-3.0-or-later
import {functionPath} from '../pciFunction.js';
import {isPresent} from './functionState.js';
import {HandoverFailed, HandoverRefused, KernelStuck, refuse} from './handoverErrors.js';
import type {Mover, MoveOptions} from './mover.js';
import {recordOf, cardAt, relocated} from './plan.js';
import {SleepFailed, SleepHeldBack, type Sleeper} from './ports.js';
import {RecordKeeper} from './recordKeeper.js';
import {momentaryRefusals} from './refusals.js';
import {arrivalSteps} from './returnSteps.js';
import type {Step} from './stepRunner.js';
import type {UndoRecord} from './undoRecord.js';

/** The rungs of the ladder, from the mildest on. The next one after the last is to start the computer again. */
export const RUNGS = ['return', 'rescan', 'suspend'] as const;
export type Rung = (typeof RUNGS)[number];

export type ForcedBack =
    | {readonly returned: true; readonly rung: Rung}
    /** What could be tried next; `reboot` is the end, and is never done for anybody. */
    | {readonly returned: false; readonly next: Rung | 'reboot'; readonly because: unknown};

/**
 * Climbs the ladder until the card is back, a rung is reached that was not asked for, or only a reboot helps.
 *
 * @param upTo the last rung that may be tried
 * @throws HandoverRefused when a machine or programs have the card: then it is not stuck
 */
export async function forceBack(
    mover: Mover,
    address: string,
    upTo: Rung,
    sleeper: Sleeper | null,
    options: MoveOptions,
): Promise<ForcedBack> {
    const rungs: Record<Rung, () => Promise<void>> = {
        return: async () => void (await mover.giveBack(address, options)),
        rescan: () => rescan(mover, address),
        suspend: async () => {
            await sleeper?.suspendAndResume();
            await mover.giveBack(address, options);
        },
    };
    let because: unknown = null;
    for (const rung of RUNGS) {
        const possible = rung !== 'suspend' || sleeper !== null;
        if (possible && RUNGS.indexOf(rung) > RUNGS.indexOf(upTo))
            return {returned: false, next: rung, because};
        if (!possible) continue;
        try {
            await rungs[rung]();
            return {returned: true, rung};
        } catch (error) {
            if (onlyRebootHelps(error)) return {returned: false, next: 'reboot', because: error};
            // It can be asked for again as soon as that program lets it.
            if (error instanceof SleepHeldBack) return {returned: false, next: rung, because: error};
            if (!(error instanceof HandoverFailed || error instanceof SleepFailed)) throw error;
            because = error;
        }
    }
    return {returned: false, next: 'reboot', because};
}

function onlyRebootHelps(error: unknown): boolean {
    if (error instanceof KernelStuck) return true;
    return error instanceof HandoverRefused && error.refusals.some(({kind}) => kind === 'stuck');
}

/** Takes the card off the bus and lets the kernel find it again, which makes it as new to Linux. */
async function rescan(mover: Mover, address: string): Promise<void> {
    const {root, store} = mover.ports;
    refuse('return', await mover.stuckRefusal());
    const tree = await mover.readTree();
    const card = cardAt(tree, address);
    const records = await store.readAll();
    const record = card ? recordOf(records, tree, card) : records.find(({id}) => id === address);
    // A return has been tried before, and it leaves its record where it fails.
    if (!record) throw new HandoverRefused('return', [{kind: 'absent', because: 'absent'}]);
    if (card) {
        // To remove a function unbinds its driver, and hangs as that does.
        refuse('return', momentaryRefusals(await mover.holdersOf(card), []));
    }
    const keeper = new RecordKeeper(mover.ports, {...record, phase: 'moving', direction: 'return'});
    const runner = mover.runner();
    const begin = (id: Step['id']) => keeper.beginIfPossible(id);
    const addresses = record.functions.map(one => one.address);
    try {
        await runner.run(
            [
                {
                    id: 'remove',
                    deadlineMs: 15_000,
                    run: async ({kernel}) => {
                        for (const one of [...addresses].reverse())
                            if (isPresent(root, one))
                                await kernel.write(`${functionPath(root, one)}/remove`, '1');
                    },
                },
                {
                    id: 'rescan',
                    deadlineMs: 30_000,
                    run: ({kernel}) => kernel.write(`${root.sys}/bus/pci/rescan`, '1'),
                },
            ],
            {begin},
        );
        const found: UndoRecord = relocated(record, await mover.readTree()) ?? record;
        const holders = () => Promise.reject(new Error('Nobody can have a card that was just found'));
        await runner.run(
            [
                ...arrivalSteps({root, record: found, holders}),
                {id: 'forget', deadlineMs: 5_000, run: () => store.remove(record.id)},
            ],
            {begin},
        );
    } catch (error) {
        throw await mover.settle(keeper, error);
    }
}
