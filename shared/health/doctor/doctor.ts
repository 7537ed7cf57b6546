// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding, Verdict} from '../finding.js';
import {CARD_QUESTIONS} from './cardQuestions.js';
import type {Check, Topic} from './check.js';
import {DESKTOP_QUESTIONS} from './desktopQuestions.js';
import {ENVIRONMENT_QUESTIONS} from './environmentQuestions.js';
import {HOLDER_QUESTIONS} from './holderQuestions.js';
import {HOOK_QUESTIONS} from './hookQuestions.js';
import {KERNEL_QUESTIONS} from './kernelQuestions.js';
import {LIBVIRT_QUESTIONS} from './libvirtQuestions.js';
import {LOOKING_GLASS_QUESTIONS} from './lookingGlassQuestions.js';
import {MACHINE_QUESTIONS} from './machineQuestions.js';
import type {DoctorPorts} from './ports.js';
import {RESOURCE_QUESTIONS} from './resourceQuestions.js';
import {runChecks, type RunOptions} from './runChecks.js';
import {SET_UP_QUESTIONS} from './setUpQuestions.js';
import {SLEEP_QUESTIONS} from './sleepQuestions.js';
import {DoctorWorld} from './world.js';

/** Every question that the doctor asks. */
export const ALL_QUESTIONS: readonly Check<DoctorWorld>[] = [
    ...ENVIRONMENT_QUESTIONS,
    ...LIBVIRT_QUESTIONS,
    ...RESOURCE_QUESTIONS,
    ...SET_UP_QUESTIONS,
    ...DESKTOP_QUESTIONS,
    ...KERNEL_QUESTIONS,
    ...CARD_QUESTIONS,
    ...HOLDER_QUESTIONS,
    ...HOOK_QUESTIONS,
    ...SLEEP_QUESTIONS,
    ...MACHINE_QUESTIONS,
    ...LOOKING_GLASS_QUESTIONS,
];

export interface Examination extends RunOptions {
    /** Only these, by their id; all of them unless told. */
    readonly ids?: readonly string[] | undefined;
    /** Only those whose answer may have changed with this. */
    readonly changed?: readonly Topic[] | undefined;
}

/** Looks once at everything. Nothing is changed, and it takes no longer than two seconds. */
export function examine(
    ports: DoctorPorts,
    {ids, changed, ...options}: Examination = {},
): Promise<Finding[]> {
    const {patience = 1} = ports;
    return runChecks(questionsFor({ids, changed}).map(withNames), new DoctorWorld(ports), {
        patience,
        ...options,
    });
}

/** The same question, whose answers call cards by their names. */
function withNames(check: Check<DoctorWorld>): Check<DoctorWorld> {
    return {
        ...check,
        ask: async (world, given) => {
            const verdicts = await check.ask(world, given);
            if (!verdicts.some(({about}) => isAddress(about))) return verdicts;
            const names = await world.cardNames();
            return verdicts.map((verdict): Verdict => {
                const aboutName = names.get(verdict.about ?? '');
                return aboutName === undefined ? verdict : {...verdict, aboutName};
            });
        },
    };
}

function isAddress(about: string | null): boolean {
    return /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(about ?? '');
}

/** The questions that are asked then, in their order. */
export function questionsFor({ids, changed}: Pick<Examination, 'ids' | 'changed'>): Check<DoctorWorld>[] {
    return ALL_QUESTIONS.filter(
        ({id, changesWith}) =>
            (ids === undefined || ids.includes(id)) &&
            (changed === undefined || changesWith.some(topic => changed.includes(topic))),
    );
}
