// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop and the card. One cause is named once: without a rule that is what is wrong; with one, and a desktop that
// has the card open all the same, it matters which of the two was there first.
import type {HolderProcess} from '../../gpu/holders/holderProcess.js';
import {readShort} from '../../platform/files.js';
import {_, fill} from '../../platform/i18n.js';
import {desktopChecks, ruleFile} from '../../setUp/desktopChecks.js';
import type {SetUpFacts} from '../../setUp/setUpFacts.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {DoctorRoot, SessionView} from './ports.js';
import {readKind} from './fileReading.js';
import {verdictsOf} from './setUpVerdicts.js';
import type {DoctorWorld} from './world.js';

/** A card, and what of the desktop there is about it. */
export interface DesktopFacts {
    readonly facts: SetUpFacts;
    readonly session: SessionView['type'];
    /** When the rule was written, in seconds since 1970; null when there is none of ours, or that cannot be read. */
    readonly ruledAt: number | null;
    /** When the computer was started; the same. */
    readonly bootedAt: number | null;
}

const TICKS = 100;

const about = ({facts}: DesktopFacts): string => facts.card.display.address;
const desktops = ({facts}: DesktopFacts): HolderProcess[] =>
    facts.holders.processes.filter(({role}) => role === 'desktop' || role === 'display-manager');
const names = (processes: readonly HolderProcess[]): string =>
    [...new Set(processes.map(({name, pid}) => `${name} (${pid})`))].join(', ');

export function judgeRule(desktop: DesktopFacts): Verdict[] {
    return verdictsOf('desktop-rule', desktopChecks(desktop.facts), about(desktop), desktop.facts.helper);
}

/** Whether the desktop was started after the rule was there; null when that cannot be told. */
function younger({ruledAt, bootedAt}: DesktopFacts, {startTicks}: HolderProcess): boolean | null {
    return ruledAt === null || bootedAt === null || startTicks === 0
        ? null
        : bootedAt + startTicks / TICKS > ruledAt;
}

const fails = (verdicts: readonly Verdict[]): boolean => verdicts.some(({status}) => status === 'failed');

/** Whether these questions arise: without a rule, and with a server that knows none, something else is wrong. */
function arises(desktop: DesktopFacts): boolean {
    return !fails(judgeRule(desktop)) && !(desktop.session === 'x11' && desktops(desktop).length > 0);
}

/** The desktop has the card open since before the rule was there. */
export function judgeNow(desktop: DesktopFacts): Verdict[] {
    if (!arises(desktop)) return [];
    const holding = desktops(desktop);
    const {hidden, uninspected} = desktop.facts.holders;
    const older = holding.filter(process => younger(desktop, process) !== true);
    if (older.length > 0)
        return [
            failed(
                fill(_('Has the card open, from before the rule was there: {programs}'), {
                    programs: names(older),
                }),
                _('Log out and in again.'),
                {about: about(desktop)},
            ),
        ];
    if (holding.length > 0) return [];
    if (hidden || uninspected > 0)
        return [
            unknown(
                _('Not all processes could be looked into; none that could has it open.'),
                _('Install Handover’s helper, which can look into all of them.'),
                about(desktop),
            ),
        ];
    return [ok(_('Does not have the card open'), about(desktop))];
}

/** The desktop was started with the rule in force, and has opened the card all the same, as when it came back. */
export function judgeReopened(desktop: DesktopFacts): Verdict[] {
    const file = ruleFile(desktop.facts);
    if (file === null || !arises(desktop)) return [];
    const opened = desktops(desktop).filter(process => younger(desktop, process) === true);
    if (opened.length === 0)
        return desktops(desktop).length > 0
            ? []
            : [ok(_('The desktop does not open it again'), about(desktop))];
    return [
        failed(
            fill(
                _('{program} has opened it though {file} was in force: the desktop does not know the rule.'),
                {
                    program: names(opened),
                    file,
                },
            ),
            _(
                'Update the desktop: GNOME knows the rule. Until then a machine gets the card once per log-in.',
            ),
            {about: about(desktop)},
        ),
    ];
}

/** The sound server, which lets go when the rule is there and the person has logged in again. */
export function judgeSound(desktop: DesktopFacts): Verdict[] {
    // The rule is one for both, and so is the log-in after it.
    if (fails(judgeRule(desktop)) || fails(judgeNow(desktop))) return [];
    return verdictsOf('sound', desktopChecks(desktop.facts), about(desktop), desktop.facts.helper);
}

async function readDesktops(world: DoctorWorld): Promise<DesktopFacts[]> {
    const {root} = world.ports;
    const [setUps, session] = await Promise.all([world.setUps(), world.sessionType()]);
    const bootedAt = bootTimeIn(readShort(`${root.proc}/stat`));
    return Promise.all(
        setUps.map(async facts => ({
            facts,
            session,
            bootedAt,
            ruledAt: await changedAt(root, ruleFile(facts)),
        })),
    );
}

async function changedAt({etc}: DoctorRoot, file: string | null): Promise<number | null> {
    if (file === null) return null;
    const kind = await readKind(file.replace(/^\/etc\//, `${etc}/`));
    return kind.is === 'read' ? kind.value.changedAt : null;
}

/** When the computer was started, in seconds since 1970, from /proc/stat. */
export function bootTimeIn(stat: string | null): number | null {
    return Number(/^btime (\d+)$/m.exec(stat ?? '')?.[1] ?? 0) || null;
}

const ofDesktop = {limitMs: 1_800, changesWith: ['cards', 'helper'], read: readDesktops} as const;

/** The questions about what of the desktop keeps a card. */
export const DESKTOP_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofDesktop,
        id: 'desktop-rule',
        title: () => _('Rule for the desktop'),
        lasting: true,
        severity: 'hard',
        judge: all => all.flatMap(judgeRule),
    }),
    check({
        ...ofDesktop,
        id: 'desktop-now',
        title: () => _('Desktop at this moment'),
        lasting: false,
        severity: 'warning',
        judge: all => all.flatMap(judgeNow),
    }),
    check({
        ...ofDesktop,
        id: 'desktop-reopens',
        title: () => _('The desktop when the card comes back'),
        lasting: false,
        severity: 'warning',
        judge: all => all.flatMap(judgeReopened),
    }),
    check({
        ...ofDesktop,
        id: 'sound',
        title: () => _('Sound of the card’s sockets'),
        lasting: true,
        severity: 'warning',
        judge: all => all.flatMap(judgeSound),
    }),
];
