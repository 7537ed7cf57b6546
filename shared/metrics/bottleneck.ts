// SPDX-License-Identifier: GPL-3.0-or-later
import {_, fill} from '../platform/i18n.js';
import type {HostPressure} from './pressure.js';
import type {Rates, VcpuRates} from './rates.js';
import type {MemoryReading} from './reading.js';

/** What holds a machine back. `unknown`: it could not be measured; `nothing` is an answer. */
export type BottleneckKind =
    | 'vcpu-wait'
    | 'emulator'
    | 'swap'
    | 'balloon'
    | 'memory'
    | 'disk'
    | 'network'
    | 'host-cpu'
    | 'host-memory'
    | 'host-io'
    | 'link'
    | 'processors'
    | 'nothing'
    | 'unknown';

export interface Bottleneck {
    readonly kind: BottleneckKind;
    /** One sentence for a person, with the figure in it. */
    readonly sentence: string;
    /** What it rests on: a part of 1, milliseconds (`disk`), bytes a second (`swap`); null where there is none. */
    readonly figure: number | null;
}

/** The link of a card that a machine has, in GT/s of all its lanes, and whether the card has work to do: an idle one sleeps rightly. */
export interface LinkFacts {
    readonly current: number;
    readonly most: number;
    readonly busy: boolean;
}

export interface BottleneckFacts {
    /** Whether the guest is stopped, though the machine is on. */
    readonly paused?: boolean;
    /** null when nothing is known of it. */
    readonly memory: MemoryReading | null;
    /** null in a gap. */
    readonly rates: Rates | null;
    readonly pressure?: HostPressure | null;
    /** How much of its time QEMU's own thread waited for a processor, 0 to 1. */
    readonly emulatorWait?: number | null;
    readonly link?: LinkFacts | null;
}

/** From where on a figure is felt. */
const WAIT = 0.1;
const EMULATOR_WAIT = 0.1;
/** QEMU's threads together as a part of one processor. */
const EMULATOR_BUSY = 0.9;
const SWAP_BYTES = 2 ** 20;
const LITTLE_MEMORY = 0.05;
const DISK_MS = 20;
/** One slow request in a while holds nobody back. */
const DISK_REQUESTS = 5;
const DROPS = 0.01;
const DROPS_A_SECOND = 1;
const HOST_CPU = 0.2;
const HOST_MEMORY = 0.1;
const HOST_IO = 0.2;
const BUSY = 0.95;

/** A figure that is felt; `weight` tells how much beyond the bearable it is, from 1 on. */
interface Sign extends Bottleneck {
    readonly weight: number;
}

/**
 * Names what holds a machine back now, with the figure that it rests on.
 *
 * What the machine itself shows comes before what the host shows, since that may be others' trouble; that it simply
 * has much to do comes last.
 */
export function bottleneckOf(facts: BottleneckFacts): Bottleneck {
    const {rates} = facts;
    if (facts.paused)
        return {
            kind: 'unknown',
            sentence: _('It is paused.'),
            figure: null,
        };
    if (!rates) return facts.memory === null ? unknown() : onlyOne();
    const tiers = [
        [
            vcpuWait(rates.vcpus),
            emulator(rates, facts.emulatorWait ?? null),
            swap(rates),
            memory(facts.memory),
            disk(rates),
            network(rates),
        ],
        hostSigns(facts.pressure ?? null),
        [link(facts.link ?? null)],
        [processors(rates)],
    ];
    for (const tier of tiers) {
        const worst = worstOf(tier);
        if (worst) return {kind: worst.kind, sentence: worst.sentence, figure: worst.figure};
    }
    // Some hypervisors tell no more than that it runs.
    return rates.cpu === null && rates.processors === null
        ? unknown()
        : {kind: 'nothing', sentence: _('Nothing holds it back.'), figure: null};
}

function unknown(): Bottleneck {
    const sentence = _('What holds it back is not known: there are no figures of this moment.');
    return {kind: 'unknown', sentence, figure: null};
}

/** Its counters have been read, but there is nothing to compare them with. */
function onlyOne(): Bottleneck {
    const sentence = _('What holds it back is not known yet: that takes two readings.');
    return {kind: 'unknown', sentence, figure: null};
}

function worstOf(signs: readonly (Sign | null)[]): Sign | null {
    let worst: Sign | null = null;
    for (const sign of signs) if (sign && sign.weight > (worst?.weight ?? 0)) worst = sign;
    return worst;
}

/** @param figure null when it could not be measured @returns null when it is bearable */
function sign(
    kind: BottleneckKind,
    figure: number | null,
    bearable: number,
    sentence: (figure: number) => string,
): Sign | null {
    if (figure === null || figure < bearable) return null;
    return {kind, figure, weight: figure / bearable, sentence: sentence(figure)};
}

function percentIn(sentence: string): (part: number) => string {
    return part => fill(sentence, {percent: Math.round(part * 100)});
}

/** The one that waits most: a game whose main thread is on it waits with it. */
function vcpuWait(vcpus: readonly VcpuRates[]): Sign | null {
    const waits = vcpus.map(({stolen, waited}) => stolen ?? waited).filter(wait => wait !== null);
    const most = waits.length === 0 ? null : Math.max(...waits);
    return sign(
        'vcpu-wait',
        most,
        WAIT,
        percentIn(_('A virtual processor waits {percent} % of the time for one of the host’s.')),
    );
}

function emulator(rates: Rates, wait: number | null): Sign | null {
    return (
        sign(
            'emulator',
            wait,
            EMULATOR_WAIT,
            percentIn(_('QEMU’s own thread waits {percent} % of the time for a processor.')),
        ) ??
        sign(
            'emulator',
            rates.emulator,
            EMULATOR_BUSY,
            percentIn(_('QEMU’s own threads use {percent} % of a processor.')),
        )
    );
}

function swap({swapped}: Rates): Sign | null {
    return sign('swap', swapped, SWAP_BYTES, bytes =>
        fill(_('The guest swaps {mebibytes} MiB a second: it has too little memory.'), {
            mebibytes: Math.round(bytes / 2 ** 20),
        }),
    );
}

function memory(reading: MemoryReading | null): Sign | null {
    const {current = null, maximum = null, available = null, usable = null} = reading ?? {};
    if (available === null || usable === null || available === 0) return null;
    const part = usable / available;
    if (part > LITTLE_MEMORY) return null;
    // Nothing left at all is as bad as it gets, and no reason for an infinite weight.
    const weight = LITTLE_MEMORY / Math.max(part, LITTLE_MEMORY / 10);
    const lent = current !== null && maximum !== null && current < maximum;
    const sentence = lent
        ? _('The guest has {percent} % of its memory left, and the balloon keeps some of it back.')
        : _('The guest has {percent} % of its memory left.');
    return {kind: lent ? 'balloon' : 'memory', figure: part, weight, sentence: percentIn(sentence)(part)};
}

function disk({disk: {reads, writes, latencyMs}}: Rates): Sign | null {
    if ((reads ?? 0) + (writes ?? 0) < DISK_REQUESTS) return null;
    return sign('disk', latencyMs, DISK_MS, ms =>
        fill(_('Its disk takes {ms} ms for a request.'), {ms: Math.round(ms)}),
    );
}

function network({network: {inPackets, outPackets, drops}}: Rates): Sign | null {
    if (drops === null || drops < DROPS_A_SECOND) return null;
    const all = (inPackets ?? 0) + (outPackets ?? 0) + drops;
    return sign(
        'network',
        drops / all,
        DROPS,
        percentIn(_('{percent} % of its network packets are dropped.')),
    );
}

function hostSigns(pressure: HostPressure | null): (Sign | null)[] {
    const some = (kind: 'cpu' | 'memory' | 'io'): number | null => pressure?.[kind]?.some ?? null;
    return [
        sign(
            'host-cpu',
            some('cpu'),
            HOST_CPU,
            percentIn(_('The host is short of processors: {percent} % of the time programs wait for one.')),
        ),
        sign(
            'host-memory',
            some('memory'),
            HOST_MEMORY,
            percentIn(_('The host is short of memory: {percent} % of the time programs wait for it.')),
        ),
        sign(
            'host-io',
            some('io'),
            HOST_IO,
            percentIn(_('The host’s disks are slow: {percent} % of the time programs wait for them.')),
        ),
    ];
}

function link(facts: LinkFacts | null): Sign | null {
    if (!facts?.busy || facts.most <= 0 || facts.current >= facts.most) return null;
    const part = facts.current / facts.most;
    const sentence = _('The link to its graphics card runs at {percent} % of its speed.');
    return {kind: 'link', figure: part, weight: 1, sentence: percentIn(sentence)(part)};
}

function processors({cpu}: Rates): Sign | null {
    return sign('processors', cpu, BUSY, percentIn(_('It uses {percent} % of its processors.')));
}
