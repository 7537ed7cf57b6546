// SPDX-License-Identifier: GPL-3.0-or-later

/** What a text of JSON says; undefined when it is none. */
export function parseJson(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch (error) {
        if (error instanceof SyntaxError) return undefined;
        throw error;
    }
}
