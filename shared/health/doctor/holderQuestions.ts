// SPDX-License-Identifier: GPL-3.0-or-later
// Who keeps a card busy without showing in the places where one looks first.
import type {HolderProcess} from '../../gpu/holders/holderProcess.js';
import type {HolderReport} from '../../gpu/holders/holders.js';
import {_, fill, ngettext} from '../../platform/i18n.js';
import type {SetUpFacts} from '../../setUp/setUpFacts.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {DoctorWorld} from './world.js';

type Held = Pick<SetUpFacts, 'card' | 'holders'>;

const about = ({card}: Pick<SetUpFacts, 'card'>): string => card.display.address;
const isNode = (name: string): boolean => /^(card|renderD|nvidia)\d/.test(name);

/** Users that the kernel counts, and that are neither processes nor modules: consoles, or what is not seen. */
export function judgeUncounted(held: Held): Verdict[] {
    const {processes, consoles, uninspected, hidden} = held.holders;
    if (consoles.length > 0)
        return [
            failed(
                fill(_('Text consoles are drawn on it: {consoles}'), {
                    consoles: consoles.map(one => `${one.console} (${one.framebuffer})`).join(', '),
                }),
                _(
                    'Choose the other card as the primary display in the firmware settings, or add fbcon=map:1 to the kernel command line.',
                ),
                {about: about(held)},
            ),
        ];
    if (processes.length > 0) return [ok(_('Those who use it are processes'), about(held))];
    const users = unexplained(held.holders);
    if (users === 0) return [ok(_('The kernel counts no user'), about(held))];
    if (uninspected > 0 || hidden)
        return [
            unknown(
                fill(
                    ngettext(
                        'The kernel counts {count} user, and not all processes could be looked into.',
                        'The kernel counts {count} users, and not all processes could be looked into.',
                        users,
                    ),
                    {count: users},
                ),
                _('Install Handover’s helper, which can look into all of them.'),
                about(held),
            ),
        ];
    return [
        failed(
            fill(
                ngettext(
                    'The kernel counts {count} user that is no process.',
                    'The kernel counts {count} users that are no processes.',
                    users,
                ),
                {count: users},
            ),
            _('Log out and in again. If that does not help, restart the computer.'),
            {about: about(held)},
        ),
    ];
}

/**
 * References to NVIDIA's modules that are no modules. Those of other drivers serve the desktop's card as well, and
 * count nothing of one card.
 */
function unexplained({modules}: HolderReport): number {
    return modules
        .filter(({name}) => name.startsWith('nvidia'))
        .reduce((sum, {references, usedBy}) => sum + Math.max(0, references - usedBy.length), 0);
}

/** Those that nvidia-smi and its kin do not list. The desktop and sound servers have questions of their own. */
export function judgeUnlisted(held: Held): Verdict[] {
    const {processes, uninspected, hidden} = held.holders;
    const found = unlisted(held.holders);
    if (found.length > 0)
        return [
            failed(
                fill(_('Not in the lists of other tools: {programs}'), {
                    programs: found.map(how).join(', '),
                }),
                _('Stop them before the card is lent, or keep them off this card in their settings.'),
                {about: about(held)},
            ),
        ];
    const services = processes.filter(({role}) => role === 'driver-service');
    if (services.length > 0)
        return [
            ok(
                fill(_('{programs}: a handover stops them, and starts them again.'), {
                    programs: services.map(how).join(', '),
                }),
                about(held),
            ),
        ];
    if (uninspected > 0 || hidden)
        return [
            unknown(
                _('Not all processes could be looked into.'),
                _('Install Handover’s helper, which can look into all of them.'),
                about(held),
            ),
        ];
    return [ok(_('None'), about(held))];
}

function unlisted({processes}: HolderReport): HolderProcess[] {
    return processes.filter(
        ({role, nodes, mappedOnly}) =>
            ['program', 'service'].includes(role) && (mappedOnly || !nodes.some(isNode)),
    );
}

function how({name, pid, nodes, mappedOnly}: HolderProcess): string {
    return `${name} (${pid}: ${mappedOnly ? _('memory only') : nodes.join(' ')})`;
}

/** Programs that open cards for a moment, again and again. */
const POLLERS = new Set([
    'nvidia-smi',
    'nvtop',
    'nvitop',
    'btop',
    'gpustat',
    'radeontop',
    'amdgpu_top',
    'intel_gpu_top',
    'conky',
    'missioncenter',
    'missioncenter-m',
    'resources',
    'openrgb',
    'coolercontrold',
    'org_kde_powerde',
    'gwe',
    'corectrl_helper',
    'lact',
]);

/** @param held those that have a card open at this moment, which is said of them elsewhere */
export function judgePollers(
    names: readonly string[] | null,
    cards: number,
    held: readonly string[] = [],
): Verdict[] {
    if (cards === 0) return [];
    if (names === null)
        return [
            unknown(_('The processes cannot be listed.'), _('Check that /proc is mounted and readable.')),
        ];
    const pollers = [
        ...new Set(names.filter(name => POLLERS.has(name.toLowerCase()) && !held.includes(name))),
    ].sort();
    if (pollers.length === 0) return [ok(_('None that is known'))];
    return [
        failed(
            fill(_('These look at cards again and again: {programs}'), {programs: pollers.join(', ')}),
            _('A start can be refused just while one of them looks. Pause them before the card is lent.'),
        ),
    ];
}

const ofEachCard = {
    lasting: false,
    limitMs: 1_800,
    changesWith: ['cards', 'helper'],
    read: (world: DoctorWorld) => world.setUps(),
} as const;

/** The questions about who holds cards. */
export const HOLDER_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofEachCard,
        id: 'held-without-process',
        title: () => _('Users that are no processes'),
        severity: 'warning',
        judge: setUps => setUps.flatMap(judgeUncounted),
    }),
    check({
        ...ofEachCard,
        id: 'held-unlisted',
        title: () => _('Users that other tools do not list'),
        severity: 'advice',
        judge: setUps => setUps.flatMap(judgeUnlisted),
    }),
    check({
        id: 'pollers',
        title: () => _('Programs that look at cards'),
        lasting: false,
        severity: 'advice',
        limitMs: 1_800,
        changesWith: ['cards', 'helper'],
        read: async (world: DoctorWorld) => ({
            names: (await world.processes())?.map(({name}) => name) ?? null,
            cards: (await world.cards()).length,
            held: (await world.setUps()).flatMap(({holders}) => unlisted(holders)).map(({name}) => name),
        }),
        judge: ({names, cards, held}) => judgePollers(names, cards, held),
    }),
];
