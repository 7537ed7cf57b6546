// SPDX-License-Identifier: GPL-3.0-or-later

/** How long something may take, and how often to look. Both in milliseconds. */
export interface Deadline {
    within?: number;
    every?: number;
}

/** Something did not happen in time. */
export class DeadlineError extends Error {
    override readonly name = 'DeadlineError';
}

/** @param ms milliseconds to wait; for the rhythm of a poll, never instead of a condition */
export function pause(ms: number): Promise<void> {
    return new Promise(resolve => setTimeout(() => resolve(), ms));
}

/**
 * Looks again and again until `probe` gives something other than undefined, null or false.
 * A probe that throws counts as "not yet"; its last error becomes the cause.
 * @param what what is waited for, for the message
 * @returns what the probe gave
 * @throws {DeadlineError} when the time is over
 */
export async function waitFor<T>(
    what: string,
    probe: () => T | Promise<T>,
    {within = 20_000, every = 20}: Deadline = {},
): Promise<Exclude<T, undefined | null | false>> {
    const end = Date.now() + within;
    let cause: unknown;
    for (;;) {
        try {
            const found = await probe();
            if (found !== undefined && found !== null && found !== false)
                return found as Exclude<T, undefined | null | false>;
            cause = undefined;
        } catch (error) {
            cause = error;
        }
        if (Date.now() >= end) {
            const because = cause instanceof Error ? `: ${cause.message}` : '';
            throw new DeadlineError(`${what}: not within ${within} ms${because}`, {cause});
        }
        await pause(every);
    }
}

/**
 * @param what what is waited for, for the message
 * @param promise what must settle in time
 * @param ms the time it has
 * @throws {DeadlineError} when it does not; the promise itself goes on
 */
export async function within<T>(what: string, promise: Promise<T>, ms: number): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new DeadlineError(`${what}: not within ${ms} ms`)), ms);
    });
    try {
        return await Promise.race([promise, late]);
    } finally {
        if (timer !== undefined) clearTimeout(timer);
    }
}
