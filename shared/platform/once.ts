// SPDX-License-Identifier: GPL-3.0-or-later

/** Asks when somebody first wants to know, and once, whoever else does; a failure is remembered, too. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
    let answer: Promise<T> | null = null;
    return () => (answer ??= ask());
}
