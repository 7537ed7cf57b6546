// SPDX-License-Identifier: GPL-3.0-or-later
import {type Finding, isWell} from '../../shared/health/finding.js';
import type {IntegrationRow} from '../../shared/health/integration/integrationRow.js';
import {examineMachine, type MachineHealth} from '../../shared/health/machineHealth.js';
import {findingsHeading, findingTitle} from '../../shared/health/words.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import {domainStateLabel} from '../../shared/machines/words.js';
import {HandoverError} from '../../shared/platform/errors.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {AlreadyTold} from '../alreadyTold.js';
import {ADDABLE, type Addable} from '../health/addable.js';
import {findingJson} from '../health/findingJson.js';
import {findingsText} from '../health/findingText.js';
import {integrationText, rowJson} from '../health/integrationText.js';
import {BOLD, GREEN, painted, RED} from '../health/paint.js';
import {typedMachine} from '../health/typedMachine.js';
import {judgeFailures} from '../hostFailures.js';
import {findMachine, followHosts, hostAnswers} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {escapeControls, plain} from '../plainText.js';
import {showProgress} from '../progress.js';
import {warn} from '../report.js';
import {hostsToAsk} from '../settings.js';
import {type Cell, formatTable} from '../table.js';
import {textColumns} from '../terminal/tty.js';
import {UsageError} from '../usageError.js';

export interface HealthOptions extends CommonOptions {
    readonly add?: string | undefined;
    readonly undo?: boolean | undefined;
    readonly yes?: boolean | undefined;
    readonly folder?: string | undefined;
}

/** So many machines are examined at a time: each asks its guest, and its images. */
const AT_A_TIME = 8;

/** `handover health` */
export async function health(options: HealthOptions, argument: string | undefined): Promise<void> {
    const row = checked(options, argument);
    if (argument === undefined) return await healthOfAll(options);
    const {machine, hosts} = await findMachine(argument, options);
    if (row !== null || options.undo) {
        const {addTo, takeBackFrom} = await import('../health/adding.js');
        return await (row === null
            ? takeBackFrom(machine, options)
            : addTo(machine, row, () => examine(machine, hosts, options), options));
    }
    const found = await examine(machine, hosts, options);
    if (options.json) stdout.json(healthJson(machine, found));
    else stdout.write(healthText(machine, found, await textColumns()));
    if (!isWell(found.findings)) throw new AlreadyTold();
}

/**
 * What is to be added, if anything.
 *
 * @throws UsageError when the options do not go together
 */
function checked({add, undo, yes, folder}: HealthOptions, argument: string | undefined): Addable | null {
    const [option] = [...(add === undefined ? [] : ['--add']), ...(undo ? ['--undo'] : [])];
    if (add !== undefined && undo) throw new UsageError(_('Give either “--add” or “--undo”.'));
    if (yes && option === undefined) throw new UsageError(_('“--yes” goes with “--add” or “--undo” only.'));
    if (folder !== undefined && add !== 'shared-folders')
        throw new UsageError(_('“--folder” goes with “--add shared-folders” only.'));
    if (argument === undefined && option !== undefined)
        throw new UsageError(fill(_('{option} wants the name of a machine.'), {option}));
    if (add === undefined) return null;
    const known = ADDABLE.find(one => one === add);
    if (known === 'shared-folders' && folder === undefined)
        throw new UsageError(_('“--add shared-folders” wants the folder, with “--folder”.'));
    if (known === undefined)
        throw new UsageError(
            `${fill(_('There is nothing called “{row}” that could be added. There are:'), {row: add})} ${ADDABLE.join(', ')}.`,
        );
    return known;
}

async function healthOfAll(options: HealthOptions): Promise<void> {
    const hosts = followHosts(await hostsToAsk(options));
    const failures = (await hostAnswers(hosts, timeoutMs(options))).filter(answer => answer !== null);
    judgeFailures(failures, hosts.lists.length, options);
    const examined = await examineAll(hosts, options);
    if (options.json) stdout.json(examined.map(({machine, found}) => healthJson(machine, found)));
    else if (examined.length === 0) stderr.line(_('There are no machines.'));
    else stdout.write(linesOf(examined));
    hosts.close();
    if (!examined.every(({found}) => isWell(found.findings))) throw new AlreadyTold();
}

interface Examined {
    readonly machine: Machine;
    readonly found: MachineHealth;
}

/** Those that cannot be examined are left out, with a warning. */
async function examineAll(hosts: HostList, options: HealthOptions): Promise<Examined[]> {
    const waiting = [...hosts.machines];
    const examined: Examined[] = [];
    const endProgress = showProgress(_('Looking'));
    const work = async (): Promise<void> => {
        for (let machine = waiting.shift(); machine; machine = waiting.shift())
            try {
                examined.push({machine, found: await examine(machine, hosts, options)});
            } catch (error) {
                if (!(error instanceof HandoverError)) throw error;
                warn(machine.name, error, options);
            }
    };
    try {
        await Promise.all(Array.from({length: AT_A_TIME}, work));
    } finally {
        endProgress();
    }
    const order = new Map(hosts.machines.map((machine, index) => [machine, index]));
    const place = ({machine}: Examined): number => order.get(machine) ?? order.size;
    return examined.sort((one, other) => place(one) - place(other));
}

function examine(machine: Machine, hosts: HostList, options: HealthOptions): Promise<MachineHealth> {
    const totalMs = timeoutMs(options);
    return examineMachine(machine, hosts, totalMs === undefined ? {} : {totalMs});
}

function healthText(machine: Machine, {findings, integration}: MachineHealth, columns: number): string {
    const name = typedMachine(machine);
    const title = `${escapeControls(machine.name)} (${machine.host.id})`;
    return [
        `${painted(title, BOLD)}: ${domainStateLabel(machine.state, machine.reason)}\n`,
        findingsText(findings, {all: true, command: () => null, columns}),
        integrationText(integration, row => addCommand(name, row), columns),
    ]
        .filter(text => text !== '')
        .join('\n');
}

/** What to type to have a row's lack made up for; null where there is nothing. */
function addCommand(name: string, {id, status, edit, pending}: IntegrationRow): string | null {
    if (edit !== null) return `handover health ${name} --add ${id}`;
    const folder = id === 'shared-folders' && status === 'missing' && !pending;
    return folder ? `handover health ${name} --add ${id} --folder ${_('FOLDER')}` : null;
}

function linesOf(examined: readonly Examined[]): string {
    const heading = [_('Name'), _('Host'), _('State'), _('Health')].map(text => ({text}));
    const rows = examined.map(({machine, found}): Cell[] => [
        {text: escapeControls(machine.name)},
        {text: machine.host.id},
        {text: domainStateLabel(machine.state, machine.reason)},
        verdictOn(found.findings),
    ]);
    return formatTable([heading, ...rows]);
}

function verdictOn(findings: readonly Finding[]): Cell {
    const failed = findings.filter(({status}) => status === 'failed');
    if (failed.length === 0) return {text: findingsHeading(findings), paint: text => painted(text, GREEN)};
    return {text: plain(failed.map(findingTitle).join(', ')), paint: text => painted(text, RED)};
}

function healthJson(
    {name, host, state, reason}: Machine,
    {facts, findings, integration}: MachineHealth,
): object {
    return {
        name,
        uuid: facts.definition.uuid ?? '',
        host: host.id,
        state,
        reason,
        findings: findings.map(findingJson),
        integration: integration.map(rowJson),
    };
}
