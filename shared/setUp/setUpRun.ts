// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {withCard, withoutCard} from '../definition/cardGift.js';
import {lentCards} from '../definition/lentCard.js';
import {identityOf} from '../gpu/cardIdentity.js';
import type {HelperClient} from '../gpu/helperClient.js';
import type {SysRoot} from '../gpu/sysRoot.js';
import type {Machine} from '../machines/machine.js';
import {readKept, redefine} from '../machines/redefinition.js';
import {Operation, type OperationControl} from '../operations/operation.js';
import {CancelledError, HandoverError} from '../platform/errors.js';
import {_} from '../platform/i18n.js';
import {asked, NO_HELPER} from './helperTrouble.js';
import type {SetUpPlan} from './plan.js';
import {checkRomFile} from './romFile.js';
import {CardVanishedError, SetUpBlockedError, SetUpFailedError} from './setUpErrors.js';
import {readTree} from './setUpFacts.js';

/** The steps of a set-up, in order; those with nothing to do are left out. */
export type SetUpStep = 'look' | 'rule' | 'guard' | 'machine' | 'verify';

export interface SetUpParts {
    readonly root: SysRoot;
    readonly helper: HelperClient | null;
    /** The machine that the plan was made for; null when there is none. */
    readonly machine: Machine | null;
}

/** Takes one thing back that a set-up has done. */
interface Undo {
    /** What stays when it cannot be taken back. */
    readonly what: string;
    readonly undo: () => Promise<unknown>;
}

/**
 * Carries out a plan that a person has agreed to. Whatever fails, or is called off, what was done before it is taken
 * back, so that either all of it is there or nothing.
 */
export function setUpCard(plan: SetUpPlan, parts: SetUpParts): Operation<'set-up'> {
    return new Operation('set-up', control => carryOut(plan, parts, control));
}

async function carryOut(plan: SetUpPlan, parts: SetUpParts, control: OperationControl): Promise<void> {
    const [first, ...others] = plan.obstacles;
    if (first) throw new SetUpBlockedError(plan.card.name, [first, ...others]);
    const done: Undo[] = [];
    let step: SetUpStep = 'look';
    const begin = (next: SetUpStep): void => {
        if (control.cancellable.is_cancelled()) throw new CancelledError();
        step = next;
        control.step(next);
    };
    try {
        begin('look');
        await look(plan, parts);
        for (const part of ['rule', 'guard'] as const) {
            if (!plan.changes.some(({kind}) => kind === part)) continue;
            begin(part);
            done.push(...(await byHelper(part, plan, parts)));
        }
        if (
            parts.machine &&
            plan.gift &&
            plan.changes.some(({kind}) => kind !== 'rule' && kind !== 'guard')
        ) {
            begin('machine');
            done.push(...(await giveTo(parts.machine, plan)));
        }
        control.holdCancel(_('It is done, and only looked over'));
        begin('verify');
        await look(plan, parts);
    } catch (error) {
        const left = await takeBack(done);
        // What was refused or called off before anything was done is told as it is.
        if (done.length === 0 || (error instanceof CancelledError && left.length === 0)) throw error;
        throw new SetUpFailedError(step, left, {cause: error});
    }
}

/** The card that the plan is for has to be there still, and the ROM to fit it. */
async function look({card, identity, gift}: SetUpPlan, {root}: SetUpParts): Promise<void> {
    const {cards} = await readTree(root);
    const found = cards.find(({display}) => display.address === card.address);
    if (!found || identityOf(found.display) !== identity) throw new CardVanishedError(card);
    if (gift && gift.functions.length !== found.functions.length) throw new CardVanishedError(card);
    if (gift?.rom.kind === 'file') await checkRomFile(gift.rom.path, found.display);
}

/** @returns how to take it back; nothing for what was there before */
async function byHelper(part: 'rule' | 'guard', plan: SetUpPlan, {helper}: SetUpParts): Promise<Undo[]> {
    // Without a system bus there is no plan without obstacles, so that this is one that nobody checked.
    if (!helper) throw NO_HELPER.error;
    const {address} = plan.card;
    if (part === 'rule') {
        await asked(helper.installIgnoreRule(address));
        return [{what: _('the rule for the desktop'), undo: () => helper.removeIgnoreRule(address)}];
    }
    const update = plan.changes.some(change => change.kind === 'guard' && change.update);
    await asked(helper.installGuard());
    // One that was there stays: it was of use, and is better now.
    return update ? [] : [{what: _('libvirt’s guard'), undo: () => helper.removeGuard()}];
}

async function giveTo(machine: Machine, {gift, card, identity}: SetUpPlan): Promise<Undo[]> {
    if (!gift) return [];
    const {before, after} = await redefine(machine, definition => withCard(definition, gift));
    if (before === after) return [];
    // What an earlier set-up has added stays, and libvirt moves the card again as it did: unless somebody has changed
    // the machine since, when no more can be told apart than what was added for the card.
    const undo = async () => {
        const {Definition} = await import('../definition/definition.js');
        await redefine(machine, definition =>
            definition.toXml() === after
                ? Definition.parse(before)
                : lentCards(definition)
                      .filter(lent => isOf(lent, identity, card.address))
                      .reduce(withoutCard, definition),
        );
    };
    return [{what: machine.name, undo}];
}

function isOf(lent: {identity: string; address: string}, identity: string, address: string): boolean {
    return lent.identity === identity && lent.address === address;
}

/** @returns what could not be taken back */
async function takeBack(done: readonly Undo[]): Promise<string[]> {
    const left: string[] = [];
    for (const {what, undo} of [...done].reverse()) {
        try {
            await undo();
        } catch (error) {
            if (!(error instanceof HandoverError || error instanceof GLib.Error)) throw error;
            left.push(what);
        }
    }
    return left;
}

/** The kept definition of a machine, for the facts. @throws what reading it failed with */
export async function machineFactsOf(machine: Machine) {
    return {name: machine.name, running: machine.active, definition: await readKept(machine)};
}
