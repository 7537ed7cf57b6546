// SPDX-License-Identifier: GPL-3.0-or-later
// `handover doctor --fix ID`, and how it is undone.
import {FixLog} from '../../shared/health/doctor/fixLog.js';
import {mendHere} from '../../shared/health/doctor/doctorHere.js';
import {type Finding, isWell} from '../../shared/health/finding.js';
import {type FixAction, opposite} from '../../shared/health/fixAction.js';
import {fixActionDone, fixActionLabel, fixActionSentence} from '../../shared/health/words.js';
import {HelperDeniedError} from '../../shared/lending/lendingErrors.js';
import {withDeadline} from '../../shared/platform/clock.js';
import {DeadlineError, HandoverError} from '../../shared/platform/errors.js';
import {_} from '../../shared/platform/i18n.js';
import {agree} from '../agree.js';
import {AlreadyTold} from '../alreadyTold.js';
import {withPasswordAgent} from '../gpu/passwordAgent.js';
import {onInterrupt} from '../interrupt.js';
import {Interrupted} from '../interrupted.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {plain, withoutIsolates} from '../plainText.js';
import {showProgress} from '../progress.js';
import {textColumns} from '../terminal/tty.js';
import {findingJson} from './findingJson.js';
import {findingsText} from './findingText.js';

/** Asks the doctor once. @param ids only these; all unless told */
export type Look = (ids?: readonly string[]) => Promise<Finding[]>;

export interface FixOptions extends CommonOptions {
    readonly yes?: boolean | undefined;
}

/** Mends what a question has found, where Handover can, and looks again whether it has helped. */
export async function fixFinding(id: string, look: Look, options: FixOptions): Promise<void> {
    // What cannot be told is not begun.
    stdout.check();
    const found = await look([id]);
    const actions = each(found.flatMap(({status, action}) => (status !== 'ok' && action ? [action] : [])));
    if (actions.length === 0) return await tellWithout(id, found, options);
    if (!options.json) stdout.write(`${await text(found)}\n`);
    if (!(await agreed(actions, options))) {
        stdout.json(result(id, actions, false, found));
        throw new AlreadyTold();
    }
    const {done, failure} = await carryOut(id, actions, options);
    if (failure !== null && done.length === 0) throw failure.error;
    const after = await look([id]);
    if (options.json) stdout.json(result(id, done, true, after));
    else stdout.write(`\n${await text(after)}\n${_('To undo it:')} handover doctor --fix ${id} --undo\n`);
    if (failure !== null) throw failure.error;
    if (!isWell(after)) throw new AlreadyTold();
}

/** Takes back what `fixFinding` has done about a question. */
export async function undoFix(id: string, look: Look, options: FixOptions): Promise<void> {
    stdout.check();
    const actions = (await new FixLog().done(id)).map(opposite);
    if (actions.length === 0) {
        if (options.json) stdout.json(result(id, [], false, await look([id])));
        else stderr.line(_('Nothing was done about this that could be undone.'));
        return;
    }
    if (!(await agreed(actions, options))) return stdout.json(result(id, actions, false, await look([id])));
    const {done, failure} = await carryOut(id, actions, options);
    if (failure !== null && done.length === 0) throw failure.error;
    const after = await look([id]);
    if (options.json) stdout.json(result(id, done, true, after));
    else stdout.write(`\n${await text(after)}`);
    if (failure !== null) throw failure.error;
}

/** What is well needs no fix; for the rest there are words only. */
async function tellWithout(id: string, found: readonly Finding[], options: FixOptions): Promise<void> {
    if (options.json) stdout.json(result(id, [], false, found));
    else stdout.write(await text(found));
    if (found.every(({status}) => status === 'ok')) {
        if (!options.json) stdout.line(_('There is nothing to be mended.'));
        return;
    }
    if (!options.json)
        stderr.line(_('Handover cannot mend this by itself; what to do about it stands above.'));
    throw new AlreadyTold();
}

/** @returns false when nothing is to be done: with JSON nobody is asked */
async function agreed(actions: readonly FixAction[], {json, yes}: FixOptions): Promise<boolean> {
    if (!json) {
        const lines = actions.map(
            action => `  • ${plain(fixActionLabel(action))}. ${plain(fixActionSentence(action))}\n`,
        );
        stdout.write(`${_('This would be done:')}\n${lines.join('')}`);
    }
    if (yes) return true;
    if (json) return false;
    await agree(_('Do it?'));
    return true;
}

/** What came of several actions. */
interface CarriedOut {
    readonly done: readonly FixAction[];
    /** The first that failed; the others were done all the same. */
    readonly failure: {readonly error: unknown} | null;
}

/** One card that cannot be mended is no reason to leave the others alone. */
function carryOut(id: string, actions: readonly FixAction[], options: FixOptions): Promise<CarriedOut> {
    const log = new FixLog();
    return withPasswordAgent(async () => {
        const done: FixAction[] = [];
        let failure: CarriedOut['failure'] = null;
        for (const action of actions) {
            const endProgress = showProgress(fixActionLabel(action));
            try {
                await unlessInterrupted(action, timeoutMs(options));
                done.push(action);
                await log.note(id, action);
            } catch (error) {
                if (!isOfOneCard(error)) throw error;
                failure ??= {error};
                continue;
            } finally {
                endProgress();
            }
            if (!options.json) stdout.line(`${plain(fixActionDone(action))}.`);
        }
        return {done, failure};
    });
}

/**
 * Does it, and ends the wait at SIGINT, SIGTERM or when the time is over; the helper goes on to a safe end by itself.
 *
 * @param limitMs undefined when it takes what it takes, which a person with a password decides
 */
async function unlessInterrupted(action: FixAction, limitMs: number | undefined): Promise<void> {
    let stop = (): void => undefined;
    const interrupted = new Promise<never>((_resolve, reject) => {
        stop = onInterrupt(signal =>
            reject(
                new Interrupted(
                    signal,
                    _(
                        'The helper brings what it has begun to an end. “handover doctor” tells how things are.',
                    ),
                ),
            ),
        );
    });
    const mended = Promise.race([mendHere(action), interrupted]);
    try {
        await (limitMs === undefined ? mended : withDeadline('the helper', limitMs, mended));
    } finally {
        stop();
    }
}

/** Whether another action may go well all the same. */
function isOfOneCard(error: unknown): boolean {
    return (
        error instanceof HandoverError &&
        !(error instanceof HelperDeniedError || error instanceof DeadlineError)
    );
}

/** Each action once: several findings may ask for the same. */
function each(actions: readonly FixAction[]): FixAction[] {
    return [...new Map(actions.map(action => [JSON.stringify(action), action])).values()];
}

async function text(findings: readonly Finding[]): Promise<string> {
    return findingsText(findings, {all: true, command: () => null, columns: await textColumns()});
}

function result(
    id: string,
    actions: readonly FixAction[],
    applied: boolean,
    findings: readonly Finding[],
): object {
    return {
        id,
        applied,
        actions: actions.map(action => ({...action, text: withoutIsolates(fixActionSentence(action))})),
        findings: findings.map(findingJson),
    };
}
