// SPDX-License-Identifier: GPL-3.0-or-later
import type {Remedy43} from '../../shared/definition/error43.js';
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {Operation} from '../../shared/operations/operation.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {chooseCard} from '../../shared/setUp/cardChoice.js';
import {isSetUp, runChecks} from '../../shared/setUp/checks.js';
import {ruleFile} from '../../shared/setUp/desktopChecks.js';
import {asked} from '../../shared/setUp/helperTrouble.js';
import {
    afterwards,
    planSetUp,
    RECOMMENDED,
    type SetUpOptions,
    type SetUpPlan,
} from '../../shared/setUp/plan.js';
import {NotSetUpError, SetUpBlockedError} from '../../shared/setUp/setUpErrors.js';
import {collectFacts, readTree, type SetUpFacts, type SetUpWorld} from '../../shared/setUp/setUpFacts.js';
import {machineFactsOf, setUpCard} from '../../shared/setUp/setUpRun.js';
import {openWorld} from '../../shared/setUp/setUpWorld.js';
import {findLent, planUndo, undoLabels, undoSetUp} from '../../shared/setUp/undo.js';
import {agree} from '../agree.js';
import {withPasswordAgent} from '../gpu/passwordAgent.js';
import {findMachine, followHosts, hostAnswers} from '../machineSearch.js';
import {type CommonOptions, timeoutMs} from '../options.js';
import {stderr, stdout} from '../output.js';
import {plain, withoutIsolates} from '../plainText.js';
import {showProgress} from '../progress.js';
import {warn} from '../report.js';
import {hostsToAsk} from '../settings.js';
import {changesText, checksText, doneText, planJson, undoText} from './setUpText.js';

export interface SetUpVerbOptions extends CommonOptions {
    readonly check?: boolean | undefined;
    readonly undo?: boolean | undefined;
    readonly yes?: boolean | undefined;
    readonly card?: string | undefined;
    readonly machine?: string | undefined;
    readonly managed?: boolean | undefined;
    readonly 'code-43'?: boolean | undefined;
    readonly rom?: string | undefined;
}

/** What was looked at. */
interface Looked {
    readonly world: SetUpWorld;
    readonly hosts: HostList;
    readonly gpu: Gpu;
    readonly machine: Machine | null;
    readonly facts: SetUpFacts;
}

/** `handover setup gpu` */
export async function setUpGpu(options: SetUpVerbOptions): Promise<void> {
    // What cannot be told is not begun.
    stdout.check();
    const looked = await look(options);
    try {
        if (options.undo) await takeBack(looked, options);
        else await setUp(looked, options);
    } finally {
        looked.hosts.close();
    }
}

async function setUp({world, machine, facts}: Looked, options: SetUpVerbOptions): Promise<void> {
    const plan = planSetUp(facts, runChecks(facts), optionsOf(options));
    const looking = options.check === true || (options.json === true && !options.yes);
    if (!options.json) stdout.write(`${checksText(plan)}\n${changesText(plan)}`);
    if (looking && options.json) stdout.json({...planJson(plan), applied: false});
    const [first, ...others] = plan.obstacles;
    if (first) throw new SetUpBlockedError(plan.card.name, [first, ...others]);
    if (looking) {
        if (plan.changes.length > 0 || !isSetUp(plan.checks)) throw new NotSetUpError(plan.card.name);
        return;
    }
    if (machine === null && !options.json)
        stderr.line(_('No machine was chosen, so only Linux is set up. Name one with “--machine”.'));
    if (plan.changes.length > 0) {
        if (!options.yes) await agree(_('Do all of this?'));
        const helper = world.system?.helper ?? null;
        await withPasswordAgent(() =>
            toItsEnd(setUpCard(plan, {root: world.root, helper, machine}), plan.card.name),
        );
    }
    await printDone(plan, world, options);
}

async function printDone(plan: SetUpPlan, world: SetUpWorld, options: SetUpVerbOptions): Promise<void> {
    const files = await filesOf(world);
    if (options.json)
        stdout.json({
            ...planJson(plan),
            applied: true,
            files,
            afterwards: afterwards(plan).map(withoutIsolates),
        });
    else stdout.write(doneText(plan, files));
}

async function takeBack(
    {world, hosts, gpu, machine, facts}: Looked,
    options: SetUpVerbOptions,
): Promise<void> {
    if (!facts.helper.there && facts.helper.trouble.kind !== 'missing') throw facts.helper.trouble.error;
    const machines = machine && options.machine !== undefined ? [machine] : hosts.machines;
    const files = facts.helper.there ? facts.helper.files : [];
    const plan = planUndo(gpu, files, ruleFile(facts), await findLent(machines, gpu, facts.tree.cards));
    const labels = undoLabels(plan);
    if (!options.json) stdout.write(undoText(plan));
    const looking = options.check === true || (options.json === true && !options.yes);
    if (!looking && labels.length > 0) {
        if (!options.yes) await agree(_('Take all of this back?'));
        await withPasswordAgent(() => toItsEnd(undoSetUp(plan, world.system?.helper ?? null), gpu.name));
        if (!options.json) stdout.line(_('It is taken back.'));
    }
    if (options.json)
        stdout.json({
            card: {address: gpu.address, name: gpu.name},
            undone: !looking,
            changes: labels.map(withoutIsolates),
            kept: plan.kept,
        });
    else
        for (const path of plan.kept)
            stderr.line(plain(fill(_('It stays, for another card: {path}'), {path})));
}

async function toItsEnd(operation: Operation, cardName: string): Promise<void> {
    const endProgress = showProgress(fill(_('Setting {card} up'), {card: cardName}));
    try {
        await operation.finished();
    } finally {
        endProgress();
    }
}

async function look(options: SetUpVerbOptions): Promise<Looked> {
    const world = await openWorld();
    const chosen = options.machine === undefined ? null : await findMachine(options.machine, options);
    const hosts = chosen?.hosts ?? followHosts(await hostsToAsk(options));
    for (const failure of await hostAnswers(hosts, timeoutMs(options)))
        if (failure !== null) warn(failure.host, failure.error, options);
    const cards = new FollowedCards(hosts);
    try {
        await cards.lookOnce();
        await cards.includeStopped();
        await cards.lookOnce();
        const gpu = chooseCard(cards.list.gpus, options.card ?? null);
        const machine = chosen?.machine ?? onlyClaimant(gpu, hosts);
        const facts = await collectFacts(
            world,
            await readTree(world.root),
            gpu.facts,
            gpu.name,
            machine && (await machineFactsOf(machine)),
        );
        return {world, hosts, gpu, machine, facts};
    } finally {
        cards.close();
    }
}

/** The machine that has the card in its definition, when there is exactly one. */
function onlyClaimant({claims}: Gpu, hosts: HostList): Machine | null {
    const [one, ...others] = claims;
    return one && others.length === 0 ? (hosts.byKey(one.machine) ?? null) : null;
}

async function filesOf({system}: SetUpWorld): Promise<string[]> {
    return system ? asked(system.helper.files()) : [];
}

/** What keeps the driver from seeing the virtual machine, where that is asked for. */
const ALL_REMEDIES: readonly Remedy43[] = ['kvm-hidden', 'vendor-id', 'ioapic'];

function optionsOf(options: SetUpVerbOptions): SetUpOptions {
    return {
        managed: options.managed ?? RECOMMENDED.managed,
        remedies: options['code-43'] ? ALL_REMEDIES : RECOMMENDED.remedies,
        rom: options.rom === undefined ? RECOMMENDED.rom : {kind: 'file', path: options.rom},
    };
}
