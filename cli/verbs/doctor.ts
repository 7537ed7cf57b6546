// SPDX-License-Identifier: GPL-3.0-or-later
import {ALL_QUESTIONS, examine} from '../../shared/health/doctor/doctor.js';
import {doctorHere} from '../../shared/health/doctor/doctorHere.js';
import {type Finding, isWell} from '../../shared/health/finding.js';
import {HostList} from '../../shared/hosts/hostList.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {AlreadyTold} from '../alreadyTold.js';
import {findingJson} from '../health/findingJson.js';
import {findingsText} from '../health/findingText.js';
import type {Look} from '../health/fixing.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {showProgress} from '../progress.js';
import {hostsToAsk} from '../settings.js';
import {textColumns} from '../terminal/tty.js';
import {UsageError} from '../usageError.js';

export interface DoctorOptions extends CommonOptions {
    readonly names?: boolean | undefined;
    readonly id?: readonly string[] | undefined;
    readonly fix?: string | undefined;
    readonly undo?: boolean | undefined;
    readonly yes?: boolean | undefined;
}

/** `handover doctor` */
export async function doctor(options: DoctorOptions): Promise<void> {
    if (options.names) {
        for (const {id} of ALL_QUESTIONS) stdout.line(id);
        return;
    }
    const {id: wanted, fix} = options;
    if (fix === undefined && (options.undo || options.yes))
        throw new UsageError(
            fill(_('{option} goes with “--fix” only.'), {option: options.undo ? '--undo' : '--yes'}),
        );
    if (fix !== undefined && wanted !== undefined)
        throw new UsageError(_('“--fix” names what it is about; leave “--id” out.'));
    if (fix !== undefined && !ALL_QUESTIONS.some(({id}) => id === fix)) throw unknownId(fix);
    const ids = wanted?.flatMap(idsOf);
    const {look, close} = await begin(options);
    try {
        if (fix === undefined) return await show(await look(ids), options);
        const {fixFinding, undoFix} = await import('../health/fixing.js');
        await (options.undo ? undoFix : fixFinding)(fix, look, options);
    } finally {
        close();
    }
}

async function show(findings: readonly Finding[], {json, id, verbose = false}: DoctorOptions): Promise<void> {
    if (json) stdout.json(findings.map(findingJson));
    else if (findings.length === 0) stderr.line(_('There is nothing here that this could be asked about.'));
    else
        stdout.write(
            findingsText(findings, {
                all: verbose || id !== undefined,
                columns: await textColumns(),
                command: ({id: one, action}) => (action === null ? null : `handover doctor --fix ${one}`),
            }),
        );
    if (!isWell(findings)) throw new AlreadyTold();
}

/** The questions that an ID means: the one of that name, or those whose names begin with these words. */
function idsOf(wanted: string): string[] {
    const all = ALL_QUESTIONS.map(({id}) => id);
    const found = all.includes(wanted) ? [wanted] : all.filter(id => id.startsWith(`${wanted}-`));
    if (found.length === 0) throw unknownId(wanted);
    return found;
}

function unknownId(id: string): UsageError {
    const ids = ALL_QUESTIONS.map(one => one.id).sort();
    // The ids are no insert: that would be cut, and they are what is looked for.
    return new UsageError(
        `${fill(_('The doctor has no question “{id}”. It has these:'), {id})} ${ids.join(', ')}.`,
    );
}

/** Everything that the doctor asks, ready to be asked. */
async function begin(options: DoctorOptions): Promise<{look: Look; close: () => void}> {
    const hosts = new HostList();
    hosts.setHosts(await hostsToAsk(options));
    const limit = timeoutMs(options);
    return {
        look: async ids => {
            const endProgress = showProgress(_('Looking'));
            try {
                return await examine(doctorHere(hosts, {...(limit !== undefined && {totalMs: limit})}), {
                    ...(ids && {ids}),
                    ...(limit !== undefined && {totalMs: limit}),
                });
            } finally {
                endProgress();
            }
        },
        close: () => hosts.close(),
    };
}
