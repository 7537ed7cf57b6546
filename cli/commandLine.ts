// SPDX-License-Identifier: GPL-3.0-or-later
import {
    buildApplication,
    buildCommand,
    buildRouteMap,
    ExitCode as ParserExit,
    run,
    type StricliProcess,
} from '@stricli/core';

import {DRIVERS} from '../shared/libvirt/drivers.js';
import {parsePciAddress} from '../shared/gpu/pciAddress.js';
import {APP_NAME, VERSION} from '../shared/names.js';
import {BROKEN_PIPE, ExitCode} from './exitCodes.js';
import {LONGEST_INTERVAL_S, SHORTEST_INTERVAL_S} from './metrics/interval.js';
import {PipeClosedError, stderr, stdout} from './output.js';
import {OutputError} from './outputError.js';
import {report, reportUsage} from './report.js';
import {runVerb} from './runVerb.js';
import {UsageError} from './usageError.js';
import {USAGE_TEXT} from './usageText.js';
import {VERBS, type Verb, type VerbOptions} from './verbs.js';
import {FORCE_BACK_STEPS} from './gpuTasks.js';
import {WAIT_STATES} from './waitStates.js';

const HOST_IDS = DRIVERS.map(driver => driver.id);

/** Longer than anybody waits, and short enough for a timer. */
const LONGEST_TIMEOUT_S = 1_000_000;

function seconds(input: string): number {
    const value = /^\d+(\.\d+)?$/.test(input) ? Number(input) : NaN;
    if (!(value <= LONGEST_TIMEOUT_S)) throw new SyntaxError('expected a number of seconds');
    return value;
}

function interval(input: string): number {
    const value = seconds(input);
    if (value < SHORTEST_INTERVAL_S || value > LONGEST_INTERVAL_S)
        throw new SyntaxError(`expected ${SHORTEST_INTERVAL_S} to ${LONGEST_INTERVAL_S} seconds`);
    return value;
}

function hostId(input: string): string {
    if (!HOST_IDS.includes(input)) throw new SyntaxError(`expected one of ${HOST_IDS.join(', ')}`);
    return input;
}

const switchFlag = (brief: string) => ({kind: 'boolean', optional: true, withNegated: false, brief}) as const;

function textFlag(placeholder: string, brief: string) {
    const parse = (input: string): string => {
        if (input.trim() === '') throw new SyntaxError('expected something that is not empty');
        return input;
    };
    return {kind: 'parsed', parse, optional: true, placeholder, brief} as const;
}

const COMMON_FLAGS = {
    json: switchFlag('Print JSON'),
    host: {
        kind: 'parsed',
        parse: hostId,
        variadic: true,
        optional: true,
        placeholder: 'ID',
        brief: 'Look at this host only; may be given more than once',
    },
    timeout: {
        kind: 'parsed',
        parse: seconds,
        optional: true,
        placeholder: 'SECONDS',
        brief: 'Give up after this time',
    },
    verbose: switchFlag('Show the original message of a failure, too'),
} as const;

const OPTIONAL_FLAGS = {
    force: switchFlag('Force the machine off when the time is over'),
    names: switchFlag('Print only the names, addresses or ids, as they are typed'),
    for: {kind: 'enum', values: WAIT_STATES, brief: 'The state to wait for'},
    'close-apps': switchFlag('Have the programs that use the graphics card quit first'),
    'when-free': switchFlag('Wait until nobody uses the graphics card'),
    'no-open': switchFlag('Do not open its display'),
    'up-to': {
        kind: 'enum',
        values: FORCE_BACK_STEPS,
        optional: true,
        brief: 'The last thing that may be tried; “return” unless told',
    },
    yes: switchFlag('Do not ask whether you are sure'),
    check: switchFlag('Only look, and change nothing'),
    undo: switchFlag('Take back what was set up, mended or added'),
    id: {
        ...textFlag(
            'ID',
            'Ask this question only, or those that begin like this; may be given more than once',
        ),
        variadic: true,
    },
    fix: textFlag('ID', 'Mend what this question has found'),
    folder: textFlag('FOLDER', 'The folder of this computer that is to be shared'),
    add: textFlag('ROW', 'Give the machine what this row of the table lacks'),
    card: textFlag('CARD', 'The graphics card: its address, numbers, or a part of its name'),
    machine: textFlag('MACHINE', 'The machine that is to have the card'),
    managed: switchFlag('Have libvirt move the card between drivers by itself'),
    'code-43': switchFlag('Keep NVIDIA drivers before 465 from seeing the virtual machine'),
    watch: switchFlag('Go on, with a line at each look'),
    interval: {
        kind: 'parsed',
        parse: interval,
        optional: true,
        placeholder: 'SECONDS',
        brief: 'Time between two looks; 2 unless told',
    },
    rom: textFlag('FILE', 'A ROM for the guest in the place of the one of the card'),
} as const;

function machineArgument(input: string): string {
    const host = input.endsWith('/') ? input.slice(0, -1) : null;
    if (input === '' || (host !== null && HOST_IDS.includes(host)))
        throw new SyntaxError('expected the name of a machine');
    return input;
}

/** @param takesCard whether the address of a card may stand in the place of the first task */
function taskParameter(tasks: readonly string[], takesCard: boolean): object {
    return {
        parse(input: string): string {
            const known = tasks.includes(input) || (takesCard && parsePciAddress(input) !== null);
            if (!known) throw new SyntaxError(`expected one of ${tasks.join(', ')}`);
            return input;
        },
        optional: true,
        placeholder: tasks.join('|'),
        brief: `What to do; “${tasks[0]}” unless told`,
    };
}

const CARD_PARAMETER = {
    parse(input: string): string {
        if (input.trim() === '') throw new SyntaxError('expected a graphics card');
        return input;
    },
    optional: true,
    placeholder: 'CARD',
    brief: 'Address, as in 01:00.0, or a part of the name; the one that can be lent unless told',
};

/** The words after a verb, with the task in front that is meant when a card stands there. */
function withTask({tasks}: Verb, args: readonly (string | undefined)[]): readonly (string | undefined)[] {
    const [first, second] = args;
    if (!tasks || first === undefined || tasks.includes(first)) return args;
    if (second !== undefined) throw new UsageError(`“${second}” is one word too many.`);
    return [tasks[0], first];
}

function command(verb: Verb, exit: (code: number) => void) {
    const flags = {
        ...Object.fromEntries(verb.options.map(option => [option, OPTIONAL_FLAGS[option]])),
        ...COMMON_FLAGS,
    };
    const machine = {
        parse: machineArgument,
        placeholder: 'MACHINE',
        brief: 'Name, UUID, or HOST/NAME',
    };
    const machines = {
        needed: [machine],
        possible: [{...machine, optional: true}],
        none: [],
    }[verb.machine];
    const tasks = verb.tasks ? [taskParameter(verb.tasks, verb.card === true)] : [];
    const cards = verb.card ? [CARD_PARAMETER] : [];
    const parameters = {flags, positional: {kind: 'tuple', parameters: [...tasks, ...machines, ...cards]}};
    return buildCommand<VerbOptions, string[]>({
        func: async (options, ...args) => {
            exit(
                await runVerb(options, () => {
                    const [first, second] = withTask(verb, args);
                    return verb.run(options, first, second);
                }),
            );
        },
        // What a verb takes comes from a table, which stricli's types cannot follow.
        parameters: parameters as never,
        docs: {
            brief: verb.brief,
            ...(verb.more !== undefined && {fullDescription: `${verb.brief}. ${verb.more}`}),
        },
    });
}

/**
 * Reads the command line and runs the verb that it names.
 *
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
    const ended: number[] = [];
    const routes = Object.fromEntries(
        VERBS.map(verb => [verb.name, command(verb, code => ended.push(code))]),
    );
    const application = buildApplication(
        buildRouteMap({
            routes,
            docs: {
                brief: 'See, start and stop libvirt machines',
                fullDescription:
                    'See, start and stop libvirt machines, and hand graphics cards over. MACHINE is a name, a UUID, or HOST/NAME; put “--” before one that begins with a dash. “man handover” tells the rest.',
            },
        }),
        {
            name: APP_NAME.toLowerCase(),
            versionInfo: {currentVersion: VERSION},
            scanner: {allowArgumentEscapeSequence: true},
            documentation: {disableAnsiColor: true},
            localization: {text: USAGE_TEXT},
        },
    );
    const complaints: string[] = [];
    const losses: (PipeClosedError | OutputError)[] = [];
    const process: StricliProcess = {
        stdout: {
            write(text: string) {
                try {
                    stdout.write(text);
                } catch (error) {
                    // The parser would print it.
                    if (!(error instanceof PipeClosedError || error instanceof OutputError)) throw error;
                    losses.push(error);
                }
            },
        },
        stderr: {write: (text: string) => void complaints.push(text)},
    };
    await run(application, args, {process});
    const lost = losses[0];
    if (lost) return lost instanceof PipeClosedError ? BROKEN_PIPE : report(lost, {json: wantsJson(args)});
    if (ended[0] !== undefined) return ended[0];
    if (complaints.length === 0) return ExitCode.done;
    const message = complaints.join('').trim();
    if (process.exitCode === ParserExit.InvalidArgument || process.exitCode === ParserExit.UnknownCommand)
        return reportUsage(message, {json: wantsJson(args)});
    stderr.line(message);
    return ExitCode.failed;
}

/** A command line that could not be read may have asked for JSON all the same. */
function wantsJson(args: readonly string[]): boolean {
    const end = args.indexOf('--');
    return (end < 0 ? args : args.slice(0, end)).includes('--json');
}
