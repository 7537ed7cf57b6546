// SPDX-License-Identifier: GPL-3.0-or-later
// What the set-up checks of a card, asked of all cards by the doctor: the same checks, and no second way.
import type {CardFacts} from '../../gpu/pciTree.js';
import {_} from '../../platform/i18n.js';
import type {CheckId} from '../../setUp/checks.js';
import {computerGuardChecks, guardChecks} from '../../setUp/guardChecks.js';
import {firmware, iommu, platformChecks} from '../../setUp/platformChecks.js';
import type {Severity, Verdict} from '../finding.js';
import {hasResetBug} from './cardQuestions.js';
import {type Check, check, ok, type Topic} from './check.js';
import {verdictOf, verdictsOf} from './setUpVerdicts.js';
import type {DoctorWorld} from './world.js';

interface Heading {
    readonly id: CheckId;
    readonly title: () => string;
    readonly lasting: boolean;
    readonly severity: Severity;
}

const PLATFORM: readonly Heading[] = [
    {id: 'group', title: () => _('IOMMU group'), lasting: true, severity: 'hard'},
    {id: 'second-card', title: () => _('A card for the desktop'), lasting: true, severity: 'hard'},
    {id: 'displays', title: () => _('Displays on this card'), lasting: false, severity: 'advice'},
    {id: 'reset', title: () => _('Reset'), lasting: true, severity: 'warning'},
];

const OF_THE_COMPUTER: readonly Heading[] = [
    {id: 'helper', title: () => _('Helper'), lasting: true, severity: 'hard'},
    {id: 'guard', title: () => _('libvirt’s guard'), lasting: true, severity: 'hard'},
    {
        id: 'other-writer',
        title: () => _('Other programs that move cards'),
        lasting: false,
        severity: 'warning',
    },
];

const FILES_MS = 800;
const HOLDERS_MS = 1_800;

/** The checks of `shared/setUp`, as questions of the doctor. */
export const SET_UP_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'iommu',
        title: () => _('IOMMU'),
        lasting: true,
        severity: 'hard',
        // Where there is no card to lend, the machines are asked whether any wants a device.
        limitMs: HOLDERS_MS,
        changesWith: ['cards', 'machines'],
        read: async (world: DoctorWorld) => ({iommuGroups: world.iommuGroups, lends: await world.lends()}),
        judge: ({iommuGroups, lends}) => needed(lends, [verdictOf(iommu({iommuGroups}), null)]),
    }),
    ...PLATFORM.map(heading =>
        check({
            ...heading,
            limitMs: FILES_MS,
            changesWith: ['cards'] as Topic[],
            read: async (world: DoctorWorld) => ({
                tree: await world.tree(),
                iommuGroups: world.iommuGroups,
                cards: await world.detailedCards(),
            }),
            judge: ({tree, iommuGroups, cards}) =>
                cards
                    .filter(({card}) => arises(heading.id, card, iommuGroups))
                    .flatMap(({card, details}) =>
                        verdictsOf(
                            heading.id,
                            platformChecks({tree, iommuGroups, card, details}),
                            card.display.address,
                        ),
                    ),
        }),
    ),
    check({
        id: 'modeset',
        title: () => _('NVIDIA’s display driver'),
        lasting: true,
        severity: 'advice',
        limitMs: HOLDERS_MS,
        changesWith: ['cards', 'helper'],
        read: (world: DoctorWorld) => world.setUps(),
        judge: setUps =>
            setUps.flatMap(facts => verdictsOf('modeset', guardChecks(facts), facts.card.display.address)),
    }),
    check({
        id: 'firmware',
        title: () => _('Firmware’s picture'),
        lasting: true,
        severity: 'hard',
        limitMs: HOLDERS_MS,
        changesWith: ['cards', 'machines'],
        read: async (world: DoctorWorld) => {
            const [tree, lendable, claimed] = await Promise.all([
                world.tree(),
                world.cards(),
                world.claimed(),
            ]);
            // Of a card that a machine asks for this is wrong even though, or since, the desktop is on it.
            const wanted = ({functions}: CardFacts): boolean =>
                functions.some(({address}) => claimed.has(address));
            return tree.cards.filter(card => lendable.includes(card) || wanted(card));
        },
        judge: cards => cards.map(card => verdictOf(firmware({card}), card.display.address)),
    }),
    ...OF_THE_COMPUTER.map(heading =>
        check({
            ...heading,
            limitMs: HOLDERS_MS,
            changesWith: ['helper'] as Topic[],
            read: async (world: DoctorWorld) => {
                const [helper, supergfxd, lends] = await Promise.all([
                    world.helper(),
                    world.supergfxd(),
                    world.lends(),
                ]);
                return {helper, supergfxd, lends};
            },
            judge: ({lends, ...facts}) =>
                needed(lends, verdictsOf(heading.id, computerGuardChecks(facts), null, facts.helper)),
        }),
    ),
];

/** Where nothing can be lent, what lending needs is missed by nobody. */
export function needed(lends: boolean, verdicts: readonly Verdict[]): readonly Verdict[] {
    if (lends || verdicts.every(({status}) => status === 'ok')) return verdicts;
    return [ok(_('Not needed: there is no card besides the desktop’s, and no machine asks for a device.'))];
}

/** Whether a question is not answered by another one already, which has the cause. */
function arises(id: CheckId, card: CardFacts, iommuGroups: number | null): boolean {
    if (id === 'group') return iommuGroups !== 0;
    if (id === 'reset') return !hasResetBug(card);
    return true;
}
