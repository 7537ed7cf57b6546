// SPDX-License-Identifier: GPL-3.0-or-later
// What a guest tells of itself over a virtio channel, as docs/guest-channel.md describes it. A guest may be hostile:
// nothing it sends is trusted to be small, well formed, in range or slow.
import {isVisible, oneLine} from '../../platform/i18n.js';
import {parseJson} from '../../platform/json.js';

/** Name of the port in the guest. */
export const REPORT_CHANNEL = 'io.github.handover.report.0';

/** Longest line that is read, in bytes, without its end. */
export const LONGEST_LINE = 4096;
/** Lines that are read in a second; as many may come at once. */
export const LINES_PER_SECOND = 20;

const VERSION = 1;
const LONGEST_PROGRAM = 120;

/** One report. What a guest did not tell, or told wrongly, is null. */
export interface GuestReport {
    /** When it came, on the monotonic clock, in milliseconds; a guest's own clock is not believed. */
    readonly atMs: number;
    readonly framesPerSecond: number | null;
    /** The time that 99 of 100 frames stay under, in milliseconds. */
    readonly frameTime99Ms: number | null;
    /** The program whose frames they are, as one short line. */
    readonly program: string | null;
    /** Of the guest's graphics card, 0 to 100. */
    readonly gpuPercent: number | null;
    /** Of all the guest's processors together, 0 to 100. */
    readonly cpuPercent: number | null;
    readonly memoryUsedMib: number | null;
    readonly videoMemoryUsedMib: number | null;
}

/** How many lines were not taken, and why. */
export interface Refused {
    readonly tooLong: number;
    readonly tooMany: number;
    readonly notReport: number;
}

type Refusal = keyof Refused;

/**
 * Reads one line.
 *
 * @param line without its end
 * @param atMs when it came, on the monotonic clock
 * @returns null for what is no report of a version that is known
 */
export function readReport(line: string, atMs: number): GuestReport | null {
    const fields = readObject(line);
    if (fields === null || fields['v'] !== VERSION) return null;
    const number = (key: string, most: number): number | null => {
        const value = Object.hasOwn(fields, key) ? fields[key] : null;
        return typeof value === 'number' && value >= 0 && value <= most ? value : null;
    };
    const program = Object.hasOwn(fields, 'program') ? fields['program'] : null;
    return {
        atMs,
        framesPerSecond: number('fps', 10_000),
        frameTime99Ms: number('frame_ms_p99', 60_000),
        program: typeof program === 'string' && isVisible(program) ? oneLine(program, LONGEST_PROGRAM) : null,
        gpuPercent: number('gpu_percent', 100),
        cpuPercent: number('cpu_percent', 100),
        memoryUsedMib: number('memory_used_mib', 2 ** 30),
        videoMemoryUsedMib: number('video_memory_used_mib', 2 ** 30),
    };
}

function readObject(line: string): Readonly<Record<string, unknown>> | null {
    const value = parseJson(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.hasOwn(value, 'v') ? (value as Readonly<Record<string, unknown>>) : null;
}

/** Makes reports of the bytes that come from a guest, in memory of a fixed size and with bounded work. */
export class ReportReader {
    readonly #line = new Uint8Array(LONGEST_LINE);
    #length = 0;
    #overlong = false;
    #allowance = LINES_PER_SECOND;
    #allowedAtMs: number | null = null;
    readonly #refused: Record<Refusal, number> = {tooLong: 0, tooMany: 0, notReport: 0};

    /** What was not taken since the beginning. */
    get refused(): Refused {
        return {...this.#refused};
    }

    /**
     * How long nothing should be read from the guest, in milliseconds: one that floods us is left waiting in its own
     * write instead of taking our time.
     */
    get restMs(): number {
        return this.#allowance >= 1 ? 0 : Math.ceil(((1 - this.#allowance) * 1000) / LINES_PER_SECOND);
    }

    /**
     * Takes what came.
     *
     * @param bytes any piece of the stream
     * @param nowMs on the monotonic clock
     * @returns the reports that ended in this piece, oldest first
     */
    take(bytes: Uint8Array, nowMs: number): GuestReport[] {
        this.#refill(nowMs);
        const reports: GuestReport[] = [];
        let from = 0;
        while (from < bytes.length) {
            const newline = bytes.indexOf(0x0a, from);
            this.#append(bytes.subarray(from, newline < 0 ? bytes.length : newline));
            if (newline < 0) break;
            const report = this.#endLine(nowMs);
            if (report) reports.push(report);
            from = newline + 1;
        }
        return reports;
    }

    /** Forgets a line that was begun: the guest has closed its end, and another writer may open it. */
    reset(): void {
        this.#length = 0;
        this.#overlong = false;
    }

    #refill(nowMs: number): void {
        const passed = this.#allowedAtMs === null ? 0 : Math.max(0, nowMs - this.#allowedAtMs);
        this.#allowance = Math.min(LINES_PER_SECOND, this.#allowance + (passed * LINES_PER_SECOND) / 1000);
        this.#allowedAtMs = nowMs;
    }

    #append(piece: Uint8Array): void {
        if (this.#overlong || this.#length + piece.length > LONGEST_LINE) {
            this.#overlong = true;
            // What is dropped costs as much as lines of that length, so that a line without an end is a flood, too.
            this.#allowance = Math.max(0, this.#allowance - piece.length / LONGEST_LINE);
            return;
        }
        this.#line.set(piece, this.#length);
        this.#length += piece.length;
    }

    #endLine(nowMs: number): GuestReport | null {
        const bytes = this.#line.subarray(0, this.#length);
        const overlong = this.#overlong;
        this.reset();
        if (overlong) return this.#refuse('tooLong');
        if (this.#allowance < 1) return this.#refuse('tooMany');
        this.#allowance -= 1;
        return readReport(new TextDecoder().decode(bytes), nowMs) ?? this.#refuse('notReport');
    }

    #refuse(why: Refusal): null {
        this.#refused[why] += 1;
        return null;
    }
}
