// SPDX-License-Identifier: GPL-3.0-or-later
// Failures as a person or a program reads them, always on standard error.
import {messageOf} from '../shared/platform/errors.js';
import {_, fill} from '../shared/platform/i18n.js';
import {describeProblem, type Problem} from '../shared/problems/problem.js';
import {CardHeldError} from '../shared/lending/lendingErrors.js';
import {ExitCode} from './exitCodes.js';
import {holderJson} from './gpu/holderJson.js';
import {holderLine} from './gpu/holderLine.js';
import {Hinted} from './hinted.js';
import {Interrupted} from './interrupted.js';
import {stderr} from './output.js';
import {OutputError} from './outputError.js';
import {escapeControls, plainJson, withoutIsolates} from './plainText.js';
import {TimedOut} from './timedOut.js';
import {UsageError} from './usageError.js';

/** Failures of which the original message tells more than we can. */
const TOLD_BY_DETAILS = new Set([
    'machine-action',
    'libvirt',
    'libvirt-unreachable',
    'bad-answer',
    'subprocess',
    'unknown',
]);

/** More of them than this do not help. */
const MOST_HOLDERS = 12;

export interface ReportStyle {
    readonly json?: boolean | undefined;
    /** Whether the original message is shown, too. */
    readonly verbose?: boolean | undefined;
}

/** What `--json` prints for a failure; the manual page documents it. */
interface JsonError {
    readonly kind: string;
    readonly category: string;
    readonly title: string;
    readonly body: string;
    readonly detail: string;
    readonly command: string | null;
    /** The card that is held, and who holds it. */
    readonly gpu?: object;
    readonly holders?: readonly object[];
}

/**
 * Prints a failure.
 *
 * @returns the exit code for it
 */
export function report(error: unknown, style: ReportStyle): number {
    if (error instanceof Hinted) {
        const code = report(error.cause, style);
        if (!style.json) for (const hint of error.hints) stderr.line(`  ${forStderr(hint)}`);
        return code;
    }
    if (error instanceof Interrupted) {
        printProblem(
            {kind: 'cancelled', category: 'failed', ...interruptedText(error), detail: '', command: null},
            style,
        );
        return error.exitCode;
    }
    if (error instanceof OutputError) {
        const {kind, message: detail} = error;
        printProblem({kind, category: 'failed', ...outputText(error), detail, command: null}, style);
        return ExitCode.failed;
    }
    if (error instanceof TimedOut) {
        const {kind, message} = error;
        const text = {title: _('It took too long'), body: forStderr(message)};
        printProblem({kind, category: 'timeout', ...text, detail: '', command: null}, style);
        return ExitCode.timeout;
    }
    if (error instanceof UsageError) return reportUsage(forStderr(error.message), style);
    const problem = describeProblem(error);
    printProblem({kind: kindOf(error), ...withText(problem), ...heldJson(error)}, style);
    if (error instanceof CardHeldError && !style.json) printHolders(error);
    return ExitCode[problem.category];
}

/** Prints that the command line makes no sense. */
export function reportUsage(message: string, style: ReportStyle): number {
    const title = _('The command line makes no sense');
    if (style.json)
        printProblem(
            {kind: 'usage', category: 'usage', title, body: message, detail: '', command: null},
            style,
        );
    else
        stderr.line(
            `handover: ${message.split('\n').map(escapeControls).join('\n')}\n${_('Try “handover --help”.')}`,
        );
    return ExitCode.usage;
}

/** Prints that something is missing from an answer that is good otherwise. */
export function warn(about: string, error: unknown, style: ReportStyle): void {
    printWarning(about, error, fill(_('{host} is left out'), {host: about}), ': ', style);
}

/** Prints that what was asked for is done, but not all that comes with it. */
export function warnOf(about: string, error: unknown, style: ReportStyle): void {
    printWarning(about, error, describeProblem(error).title, '. ', style);
}

function printWarning(about: string, error: unknown, title: string, then: string, style: ReportStyle): void {
    const problem = describeProblem(error);
    const {body, detail, command} = withText(problem);
    if (style.json) {
        stderr.line(
            plainJson(
                {
                    warning: {
                        about,
                        kind: kindOf(error),
                        category: problem.category,
                        title: problem.title,
                        body,
                        detail,
                        command,
                    },
                },
                0,
            ),
        );
        return;
    }
    stderr.line(`handover: ${forStderr(title)}${then}${body}`);
    if (style.verbose) stderr.line(detailLine(detail));
}

/** Prints that the settings name hosts that do not exist; the others are looked at, or those that need no settings. */
export function warnOfUnknownHosts(ids: readonly string[], style: ReportStyle): void {
    for (const id of ids) {
        const host = {host: id};
        const title = fill(_('The settings name a host that does not exist: {host}'), host);
        const body = _('It is passed over. Turn the connections that you want on in the preferences.');
        if (style.json) {
            const problem = {
                category: 'failed',
                title: withoutIsolates(title),
                body,
                detail: '',
                command: null,
            };
            stderr.line(plainJson({warning: {about: id, kind: 'unknown-host', ...problem}}, 0));
        } else {
            stderr.line(`handover: ${forStderr(title)}. ${body}`);
        }
    }
}

function printProblem(error: JsonError, style: ReportStyle): void {
    if (style.json) {
        stderr.line(plainJson({error}, 0));
        return;
    }
    const stop = /\p{Po}$/u.test(error.title) ? '' : '.';
    const lines = [`handover: ${error.title}${stop} ${error.body}`];
    if (error.command !== null) lines.push(`  ${error.command}`);
    if (style.verbose && error.detail !== '') lines.push(detailLine(error.detail));
    else if (TOLD_BY_DETAILS.has(error.kind)) lines.push(_('“--verbose” shows the original message.'));
    stderr.line(lines.join('\n'));
}

function detailLine(detail: string): string {
    return fill(_('Details: {detail}'), {detail: 0}).replace('0', () =>
        detail.split('\n').map(escapeControls).join('\n  '),
    );
}

function withText({category, title, body, detail, command}: Problem): Omit<JsonError, 'kind'> {
    return {category, title: forStderr(title), body: forStderr(body), detail, command};
}

/** Marks against right-to-left names are for terminals that know them. */
function forStderr(text: string): string {
    return stderr.isTerminal ? text : withoutIsolates(text);
}

function outputText({afterAction}: OutputError): Pick<JsonError, 'title' | 'body'> {
    return {
        title: _('The output could not be written'),
        body: afterAction
            ? _(
                  'What was asked for is done; only the answer could not be printed. “handover show” tells the state of the machine.',
              )
            : _('Standard output is full or closed. Send it somewhere else, then try again.'),
    };
}

function interruptedText(error: Interrupted): Pick<JsonError, 'title' | 'body'> {
    return {title: _('Interrupted'), body: forStderr(messageOf(error))};
}

/** The sentence names the first of them only. */
function printHolders({report: {processes}}: CardHeldError): void {
    for (const process of processes.slice(0, MOST_HOLDERS))
        stderr.line(`  ${escapeControls(holderLine(process))}`);
    if (processes.length > MOST_HOLDERS) stderr.line('  …');
}

function heldJson(error: unknown): Pick<JsonError, 'gpu' | 'holders'> {
    if (!(error instanceof CardHeldError)) return {};
    const {gpu, report} = error;
    return {gpu: {address: gpu.address, name: gpu.name}, holders: report.processes.map(holderJson)};
}

function kindOf(error: unknown): string {
    return error instanceof Error && 'kind' in error ? String(error.kind) : 'unknown';
}
