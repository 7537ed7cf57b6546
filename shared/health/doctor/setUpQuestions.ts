// SPDX-License-Identifier: GPL-3.0-or-later
// What the set-up checks of a card, asked of all cards by the doctor: the same checks, and no second way.
import {_} from '../../platform/i18n.js';
import type {CheckId, SetUpCheck} from '../../setUp/checks.js';
import {desktopChecks} from '../../setUp/desktopChecks.js';
import {computerGuardChecks, guardChecks} from '../../setUp/guardChecks.js';
import {iommu, platformChecks} from '../../setUp/platformChecks.js';
import type {Severity, Verdict} from '../finding.js';
import type {FixAction} from '../fixAction.js';
import {type Check, check, type Topic} from './check.js';
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
    {id: 'firmware', title: () => _('Firmware’s picture'), lasting: true, severity: 'hard'},
    {id: 'displays', title: () => _('Displays on this card'), lasting: false, severity: 'advice'},
    {id: 'reset', title: () => _('Reset'), lasting: true, severity: 'warning'},
];

const OF_A_CARD: readonly Heading[] = [
    {
        id: 'desktop-rule',
        title: () => _('The desktop leaves the card alone'),
        lasting: true,
        severity: 'hard',
    },
    {id: 'desktop-now', title: () => _('Desktop at this moment'), lasting: false, severity: 'warning'},
    {id: 'sound', title: () => _('Sound of the card’s sockets'), lasting: true, severity: 'warning'},
    {id: 'modeset', title: () => _('NVIDIA’s display driver'), lasting: true, severity: 'advice'},
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
        limitMs: FILES_MS,
        changesWith: [],
        read: (world: DoctorWorld) => Promise.resolve(world.iommuGroups),
        judge: iommuGroups => [verdictOf(iommu({iommuGroups}), null)],
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
                cards.flatMap(({card, details}) =>
                    verdictsOf(
                        heading.id,
                        platformChecks({tree, iommuGroups, card, details}),
                        card.display.address,
                    ),
                ),
        }),
    ),
    ...OF_A_CARD.map(heading =>
        check({
            ...heading,
            limitMs: HOLDERS_MS,
            changesWith: ['cards', 'helper'] as Topic[],
            read: (world: DoctorWorld) => world.setUps(),
            judge: setUps =>
                setUps.flatMap(facts =>
                    verdictsOf(
                        heading.id,
                        [...desktopChecks(facts), ...guardChecks(facts)],
                        facts.card.display.address,
                    ),
                ),
        }),
    ),
    ...OF_THE_COMPUTER.map(heading =>
        check({
            ...heading,
            limitMs: HOLDERS_MS,
            changesWith: ['helper'] as Topic[],
            read: async (world: DoctorWorld) => {
                const [helper, supergfxd] = await Promise.all([world.helper(), world.supergfxd()]);
                return {helper, supergfxd};
            },
            judge: facts => verdictsOf(heading.id, computerGuardChecks(facts), null),
        }),
    ),
];

function verdictsOf(id: CheckId, checks: readonly SetUpCheck[], card: string | null): Verdict[] {
    return checks.filter(found => found.id === id).map(found => verdictOf(found, card));
}

function verdictOf({id, status, evidence, fix, mendable}: SetUpCheck, card: string | null): Verdict {
    const action = status !== 'ok' && mendable ? actionFor(id, card) : null;
    return {status, about: card, evidence, fix, action};
}

/** What of the set-up is safe to be done by itself. */
function actionFor(id: CheckId, card: string | null): FixAction | null {
    if (id === 'guard') return {kind: 'install-guard'};
    if (card !== null && (id === 'desktop-rule' || id === 'sound')) return {kind: 'install-rule', card};
    return null;
}
