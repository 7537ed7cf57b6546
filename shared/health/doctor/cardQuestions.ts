// SPDX-License-Identifier: GPL-3.0-or-later
// How a card stands: with whom, asleep or awake, and whether it comes back.
import type {CardDetails} from '../../gpu/cardDetails.js';
import {readOverride} from '../../gpu/handover/functionState.js';
import type {RecordedHandover} from '../../gpu/handover/undoRecord.js';
import {isVfioDriver, type PciFunction} from '../../gpu/pciFunction.js';
import type {CardFacts} from '../../gpu/pciTree.js';
import {readShort} from '../../platform/files.js';
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import {type Configured, keepsFor, readConfigured} from './configuredDrivers.js';
import type {DoctorWorld} from './world.js';

/** One card, with all that says whose it is. */
export interface Standing {
    readonly card: CardFacts;
    /** The record of a handover of ours; null when there is none. */
    readonly record: Pick<RecordedHandover, 'phase'> | null;
    /** The running machine that has it, null when none has; undefined when libvirt cannot be asked. */
    readonly machine: string | null | undefined;
    /** `driver_override` of its functions, by address; null when it cannot be read. */
    readonly overrides: ReadonlyMap<string, string | null> | null;
    readonly configured: Configured;
}

const about = (card: CardFacts): string => card.display.address;
const withVfio = ({driver}: PciFunction): boolean => isVfioDriver(driver);

function sides({functions}: CardFacts): {lent: readonly PciFunction[]; kept: readonly PciFunction[]} {
    return {
        lent: functions.filter(withVfio),
        kept: functions.filter(one => one.driver !== null && !withVfio(one)),
    };
}

/** Some of its functions are with vfio, and others with Linux. */
export function judgeSplit({card, record}: Pick<Standing, 'card' | 'record'>): Verdict[] {
    const {lent, kept} = sides(card);
    if (lent.length === 0 || kept.length === 0)
        return [ok(_('All of its functions are on one side'), about(card))];
    const names = (all: readonly PciFunction[]): string => all.map(({address}) => address).join(', ');
    if (record?.phase === 'moving') return [ok(_('It is being handed over at this moment'), about(card))];
    return [
        failed(
            fill(_('Kept for machines: {lent}. With Linux: {kept}. A machine can have all of it only.'), {
                lent: names(lent),
                kept: names(kept),
            }),
            _('Give the card back to Linux; it is handed over as a whole at the next start.'),
            {about: about(card), action: {kind: 'give-back', card: about(card)}},
        ),
    ];
}

/** Linux has lost it: it is kept for machines, and no machine has it. */
export function judgeLost({card, record, machine, overrides, configured}: Standing): Verdict[] {
    const {driver} = card.display;
    const action = {kind: 'give-back', card: about(card)} as const;
    // That is a question of its own, with the same answer.
    const {lent, kept} = sides(card);
    if (lent.length > 0 && kept.length > 0) return [];
    if (record !== null) return [ok(_('A handover of Handover’s explains where it is'), about(card))];
    if (driver !== null && !isVfioDriver(driver)) {
        const stale = [...(overrides ?? [])].filter(([, to]) => to !== null && isVfioDriver(to));
        if (stale.length > 0)
            return [
                failed(
                    fill(_('Linux has it ({driver}), but its next driver would be {override}.'), {
                        driver,
                        override: stale[0]?.[1] ?? '',
                    }),
                    _('Give the card back to Linux: that clears the note.'),
                    {about: about(card), action},
                ),
            ];
        if (overrides === null)
            return [
                unknown(
                    _('The kernel does not tell which driver it would take next.'),
                    _('A driver may be changing at this moment; look again.'),
                    about(card),
                ),
            ];
        return [ok(fill(_('Linux has it ({driver})'), {driver}), about(card))];
    }
    if (machine === undefined)
        return [
            unknown(
                _('Linux does not have it, and libvirt does not tell whether a machine does.'),
                _('Make libvirt reachable, then look again.'),
                about(card),
            ),
        ];
    if (machine !== null) return [ok(fill(_('{machine} has it'), {machine}), about(card))];
    const causes = keepsFor(configured, card.display);
    if (causes.length > 0)
        return [
            failed(
                fill(_('Linux does not have it, and no machine does. It is kept for machines by: {causes}'), {
                    causes: causes.join(', '),
                }),
                _('Take that out if Linux is to have the card between two runs; then restart the computer.'),
                {about: about(card), action},
            ),
        ];
    return [
        failed(
            driver === null
                ? _('It has no driver, and no machine has it.')
                : _('Linux does not have it, and no machine does.'),
            _('Give the card back to Linux.'),
            {about: about(card), action},
        ),
    ];
}

/** What the kernel says of a card that does not wake up (drivers/pci/pci.c, drivers/vfio/pci). */
const STUCK = /Unable to change power state from \S+ to \S+|stuck in D3|not ready \d+ms after .*giving up/i;

export function judgePower(
    {card, details}: {card: CardFacts; details: Pick<CardDetails, 'power'>},
    log: readonly string[] | null,
): Verdict[] {
    const {state, runtimeStatus} = details.power;
    const said = log?.findLast(line => line.includes(about(card)) && STUCK.test(line));
    const fix = _(
        'Restart the computer. If it comes back, keep the card from being switched off: write 0 into its d3cold_allowed before it is lent.',
    );
    if (state?.startsWith('D3') && runtimeStatus === 'active')
        return [
            failed(fill(_('It should be awake, and is in {state}.'), {state}), fix, {about: about(card)}),
        ];
    if (said !== undefined && state !== 'D0')
        return [failed(fill(_('The kernel says: {line}'), {line: said}), fix, {about: about(card)})];
    if (state === null)
        return [
            unknown(
                _('The kernel does not tell its power state.'),
                _('Older kernels do not; update the kernel to have it checked.'),
                about(card),
            ),
        ];
    return [ok(state, about(card))];
}

/**
 * AMD cards that cannot be reset by the ways of the bus, and that vendor-reset covers: Polaris, Vega 10 and 20,
 * Navi 10, 12 and 14 (https://github.com/gnif/vendor-reset, src/device-db.h).
 */
const RESET_BUG: readonly (readonly [from: number, to: number])[] = [
    [0x67c0, 0x67df],
    [0x67e0, 0x67ff],
    [0x6860, 0x687f],
    [0x66a0, 0x66af],
    [0x6980, 0x699f],
    [0x6fdf, 0x6fdf],
    [0x7310, 0x731f],
    [0x7340, 0x734f],
    [0x7360, 0x7362],
];

/** Whether a card is one of those that do not come back a second time. */
export function hasResetBug({display}: Pick<CardFacts, 'display'>): boolean {
    const number = Number.parseInt(display.device, 16);
    return display.vendor === '1002' && RESET_BUG.some(([from, to]) => number >= from && number <= to);
}

export function judgeAmdReset({
    card,
    details,
}: {
    card: CardFacts;
    details: Pick<CardDetails, 'resetMethods'>;
}): Verdict[] {
    if (!hasResetBug(card)) return [];
    if (details.resetMethods?.includes('device_specific'))
        return [ok(_('The kernel knows this card’s own way to reset it'), about(card))];
    return [
        failed(
            fill(_('Cards of this kind do not come back a second time; the kernel resets it by: {methods}'), {
                methods: details.resetMethods?.join(', ') ?? _('no way at all'),
            }),
            _('Install the module vendor-reset, and write device_specific into the card’s reset_method.'),
            {about: about(card)},
        ),
    ];
}

async function readStandings(world: DoctorWorld): Promise<Standing[]> {
    const {root} = world.ports;
    const [cards, records, configured] = await Promise.all([
        world.cards(),
        world.records(),
        readConfigured(root, readShort(`${root.proc}/cmdline`)),
    ]);
    const needMachines = cards.some(({display}) => display.driver === null || withVfio(display));
    const running = needMachines ? await runningClaims(world) : [];
    return Promise.all(
        cards.map(async card => ({
            card,
            record: records.find(({id}) => id === about(card)) ?? null,
            machine:
                running === null
                    ? undefined
                    : (running.find(({addresses}) =>
                          card.functions.some(({address}) => addresses.includes(address)),
                      )?.name ?? null),
            overrides: await overridesOf(world, card),
            configured,
        })),
    );
}

async function runningClaims(
    world: DoctorWorld,
): Promise<{name: string; addresses: readonly string[]}[] | null> {
    const connections = await world.connections();
    // Those of the session and of the test driver have no devices that matter here.
    const lending = connections.filter(({host}) => !['session', 'test'].includes(host));
    if (lending.some(({trouble}) => trouble !== null)) return null;
    const machines = await world.machines();
    return machines
        .filter(({running}) => running)
        .map(({name, definition}) => ({name, addresses: definition.pciAddresses}));
}

async function overridesOf({ports}: DoctorWorld, card: CardFacts): Promise<Standing['overrides']> {
    const read = await Promise.allSettled(
        card.functions.map(async ({address}) => [address, await readOverride(ports.root, address)] as const),
    );
    return read.every(one => one.status === 'fulfilled') ? new Map(read.map(one => one.value)) : null;
}

/** The questions about how each card stands. */
export const CARD_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'card-split',
        title: () => _('Functions of the card'),
        lasting: false,
        severity: 'warning',
        limitMs: 800,
        changesWith: ['cards'],
        read: async (world: DoctorWorld) => {
            const [cards, records] = await Promise.all([world.cards(), world.records()]);
            return cards.map(card => ({
                card,
                record: records.find(({id}) => id === about(card)) ?? null,
            }));
        },
        judge: cards => cards.flatMap(judgeSplit),
    }),
    check({
        id: 'linux-lost-card',
        title: () => _('Return to Linux'),
        lasting: false,
        severity: 'warning',
        limitMs: 1_500,
        changesWith: ['cards', 'machines'],
        read: readStandings,
        judge: standings => standings.flatMap(judgeLost),
    }),
    check({
        id: 'power',
        title: () => _('Power of the card'),
        lasting: false,
        severity: 'warning',
        limitMs: 1_500,
        changesWith: ['cards'],
        read: async (world: DoctorWorld) => {
            const [cards, log] = await Promise.all([world.detailedCards(), world.ports.kernelLog()]);
            return {cards, log};
        },
        judge: ({cards, log}) => cards.flatMap(card => judgePower(card, log)),
    }),
    check({
        id: 'amd-reset',
        title: () => _('AMD’s reset'),
        lasting: true,
        severity: 'warning',
        limitMs: 800,
        changesWith: [],
        read: (world: DoctorWorld) => world.detailedCards(),
        judge: cards => cards.flatMap(judgeAmdReset),
    }),
];
