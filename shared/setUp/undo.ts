// SPDX-License-Identifier: GPL-3.0-or-later
import {withoutCard} from '../definition/cardGift.js';
import {type LentCard, lentCards} from '../definition/lentCard.js';
import {resolveCard} from '../gpu/cardIdentity.js';
import type {HelperClient} from '../gpu/helperClient.js';
import type {CardFacts} from '../gpu/pciTree.js';
import type {NamedCard} from '../lending/lendingErrors.js';
import type {Machine} from '../machines/machine.js';
import {NotKeptError} from '../machines/machineErrors.js';
import {readKept, redefine} from '../machines/redefinition.js';
import {Operation} from '../operations/operation.js';
import {CancelledError, HandoverError} from '../platform/errors.js';
import {_, fill, ngettext} from '../platform/i18n.js';
import {asked} from './helperTrouble.js';

/** A machine with what the set-up has added to it for a card. */
export interface LentTo {
    readonly machine: Machine;
    readonly lent: LentCard;
}

/** What would be taken back. Making one changes nothing. */
export interface UndoPlan {
    readonly card: NamedCard;
    /** The rule for this card; null when there is none. */
    readonly rule: string | null;
    /** The guard; null when it is not there, or another card still needs it. */
    readonly guard: string | null;
    /** Files of ours that stay, because they are for another card. */
    readonly kept: readonly string[];
    readonly machines: readonly LentTo[];
}

/**
 * Plans to take back everything that a set-up has done for a card, and nothing else.
 *
 * @param files what the helper has written
 * @param rule which of them is the rule for this card
 */
export function planUndo(
    card: NamedCard,
    files: readonly string[],
    rule: string | null,
    machines: readonly LentTo[],
): UndoPlan {
    const guard = files.find(path => path.endsWith('/handover-guard')) ?? null;
    const others = files.filter(path => path !== rule && path !== guard);
    return {
        card,
        rule,
        guard: others.length === 0 ? guard : null,
        kept: others.length === 0 ? [] : [...(guard === null ? [] : [guard]), ...others],
        machines,
    };
}

/** Each thing that would be taken back, as a person reads it. */
export function undoLabels({rule, guard, machines}: UndoPlan): string[] {
    return [
        ...machines.map(({machine, lent}) =>
            fill(
                ngettext(
                    'Take {count} function of the card out of {machine}: {addresses}',
                    'Take {count} functions of the card out of {machine}: {addresses}',
                    lent.devices.length,
                ),
                {machine: machine.name, count: lent.devices.length, addresses: lent.devices.join(', ')},
            ),
        ),
        ...[rule, guard].flatMap(path => (path === null ? [] : [fill(_('Remove {path}'), {path})])),
    ];
}

/**
 * The machines to which something was added for a card. Those that cannot be read are left out.
 *
 * @param cards all that there are now: what was added for another one that is alike is not this one's
 */
export async function findLent(
    machines: readonly Machine[],
    {identity, address}: {readonly identity: string; readonly address: string},
    cards: readonly CardFacts[],
): Promise<LentTo[]> {
    const found = await Promise.all(
        machines.map(async machine => {
            try {
                return lentCards(await readKept(machine)).map(lent => ({machine, lent}));
            } catch (error) {
                // It keeps no definition, or its host does not answer: then nothing was added that we could find.
                if (error instanceof NotKeptError || error instanceof HandoverError) return [];
                throw error;
            }
        }),
    );
    // A card that has moved is the same card.
    return found.flat().filter(({lent}) => {
        const {found: card} = resolveCard(cards, lent);
        return card
            ? card.display.address === address
            : lent.identity === identity || lent.address === address;
    });
}

/** Carries out a plan. What is taken back stays so when a later step fails; doing it again does the rest. */
export function undoSetUp(plan: UndoPlan, helper: HelperClient | null): Operation<'undo-set-up'> {
    return new Operation('undo-set-up', async control => {
        const begin = (step: string): void => {
            if (control.cancellable.is_cancelled()) throw new CancelledError();
            control.step(step);
        };
        // What needs a password comes first: who calls that off has lost nothing.
        if (plan.rule !== null && helper) {
            begin('rule');
            await asked(helper.removeIgnoreRule(plan.card.address));
        }
        if (plan.guard !== null && helper) {
            begin('guard');
            await asked(helper.removeGuard());
        }
        for (const {machine, lent} of plan.machines) {
            begin('machine');
            await takeOut(machine, one => one.identity === lent.identity && one.address === lent.address);
        }
    });
}

/** Takes out of a machine what was added to it for certain cards. */
async function takeOut(machine: Machine, which: (lent: LentCard) => boolean): Promise<void> {
    await redefine(machine, definition =>
        lentCards(definition).filter(which).reduce(withoutCard, definition),
    );
}
