// SPDX-License-Identifier: GPL-3.0-or-later
import {READY_KINDS, type ReadyKind} from '../definition/displayMetadata.js';
import {_, fill} from '../platform/i18n.js';
import {parseJson} from '../platform/json.js';
import {differsBySleep, type SampleTime} from './rates.js';

/** How long a start took; what has not been seen is null. */
export interface Boot {
    /** When libvirt told of the start, in milliseconds since 1970. */
    readonly startedAtMs: number;
    /** From there to the first answer of the guest agent, in milliseconds. */
    readonly agentMs: number | null;
    /** From there to the sign of being ready that the machine names, in milliseconds. */
    readonly readyMs: number | null;
    readonly readyKind: ReadyKind | null;
}

/** How many starts of a machine are kept. */
export const MOST_BOOTS = 20;
/** Two programs that see one start see it at about the same time (ms). */
const SAME_START_MS = 2000;
/** What takes longer (ms) was no boot: somebody answered a question in it, or it was left alone. */
const LONGEST_MS = 60 * 60_000;

const VERSION = 1;
/** Fewer earlier starts than these say nothing of what is usual. */
const FEWEST = 3;
const SLOWER = 1.5;
const SLOWER_MS = 5000;

/** One start that is being watched. Signs that come after the host slept say nothing of the machine. */
export class BootTimer {
    #boot: Boot;

    /**
     * @param startedAtMs when libvirt told of the start, since 1970
     * @param started the same moment on the clocks that are compared
     */
    constructor(
        startedAtMs: number,
        private readonly started: SampleTime,
    ) {
        this.#boot = {startedAtMs, agentMs: null, readyMs: null, readyKind: null};
    }

    get boot(): Boot {
        return this.#boot;
    }

    /** The guest agent answered. @returns whether that is news */
    agentAnswered(now: SampleTime): boolean {
        const agentMs = this.#since(now);
        if (agentMs === null || this.#boot.agentMs !== null) return false;
        this.#boot = {...this.#boot, agentMs};
        return true;
    }

    /** The machine is ready, by the sign that it names. @returns whether that is news */
    ready(readyKind: ReadyKind, now: SampleTime): boolean {
        const readyMs = this.#since(now);
        // That it has started is no sign of how long it takes.
        if (readyMs === null || this.#boot.readyMs !== null || readyKind === 'started') return false;
        this.#boot = {...this.#boot, readyMs, readyKind};
        return true;
    }

    #since(now: SampleTime): number | null {
        const elapsed = now.awakeMs - this.started.awakeMs;
        if (elapsed < 0 || elapsed > LONGEST_MS || differsBySleep(this.started, now)) return null;
        return Math.round(elapsed);
    }
}

/** A list of starts with one more, or with more known of one: the last twenty, the oldest first. */
export function withBoot(boots: readonly Boot[], boot: Boot): Boot[] {
    const same = (other: Boot): boolean => Math.abs(other.startedAtMs - boot.startedAtMs) <= SAME_START_MS;
    const known = boots.find(same);
    const joined: Boot = known
        ? {
              startedAtMs: known.startedAtMs,
              agentMs: known.agentMs ?? boot.agentMs,
              ...(known.readyMs === null
                  ? {readyMs: boot.readyMs, readyKind: boot.readyKind}
                  : {readyMs: known.readyMs, readyKind: known.readyKind}),
          }
        : boot;
    return [...boots.filter(other => !same(other)), joined]
        .sort((one, other) => one.startedAtMs - other.startedAtMs)
        .slice(-MOST_BOOTS);
}

/** As a file keeps it. */
export function serializeBoots(boots: readonly Boot[]): string {
    return `${JSON.stringify({version: VERSION, boots})}\n`;
}

/** What a file keeps; null for one that is not ours, or of a version to come. Entries that are no starts are left out. */
export function parseBoots(text: string): Boot[] | null {
    const content = parseJson(text);
    if (!isObject(content) || content['version'] !== VERSION || !Array.isArray(content['boots'])) return null;
    return content['boots'].flatMap((entry: unknown) => bootIn(entry) ?? []).slice(-MOST_BOOTS);
}

function bootIn(entry: unknown): Boot | null {
    if (!isObject(entry)) return null;
    const {startedAtMs, agentMs, readyMs, readyKind} = entry;
    const kind = READY_KINDS.find(one => one === readyKind) ?? null;
    if (!isTime(startedAtMs)) return null;
    const ready = isTime(readyMs) && kind !== null;
    return {
        startedAtMs,
        agentMs: isTime(agentMs) ? agentMs : null,
        readyMs: ready ? readyMs : null,
        readyKind: ready ? kind : null,
    };
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The end of the year 9999, after which no calendar of GLib's goes on; in milliseconds since 1970. */
const LATEST_MS = 253_402_300_799_000;

function isTime(value: unknown): value is number {
    return typeof value === 'number' && value >= 0 && value <= LATEST_MS;
}

/** A start that took longer than the ones before it, in milliseconds. */
export interface SlowBoot {
    readonly ms: number;
    /** The median of the earlier ones. */
    readonly usualMs: number;
}

/**
 * Whether the last start was slower than usual: half as long again as the median of at least three earlier ones that
 * were measured alike, and by five seconds that one feels.
 *
 * @param boots the oldest first
 * @returns null when it was not, or when nothing can be said
 */
export function slowBootIn(boots: readonly Boot[]): SlowBoot | null {
    const last = boots.at(-1);
    if (!last) return null;
    const ms = last.readyMs ?? last.agentMs;
    if (ms === null) return null;
    const alike = boots
        .slice(0, -1)
        .map(boot =>
            last.readyMs === null ? boot.agentMs : boot.readyKind === last.readyKind ? boot.readyMs : null,
        )
        .filter(time => time !== null)
        .sort((one, other) => one - other);
    if (alike.length < FEWEST) return null;
    const middle = alike.length / 2;
    const usualMs = (alike[Math.ceil(middle) - 1]! + alike[Math.floor(middle)]!) / 2;
    return ms >= usualMs * SLOWER && ms >= usualMs + SLOWER_MS ? {ms, usualMs} : null;
}

/** What is said of a start that was slower than usual. */
export function slowBootSentence({ms, usualMs}: SlowBoot): string {
    return fill(_('The last start took {seconds} s; {usual} s is usual.'), {
        seconds: Math.round(ms / 1000),
        usual: Math.round(usualMs / 1000),
    });
}
