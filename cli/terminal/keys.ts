// SPDX-License-Identifier: GPL-3.0-or-later

/** What arrow and function keys send (ECMA-48, 5.4; xterm's SS3), and a key together with Alt. */
const SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|O.?|.)?/gsu;

/** The keys that were pressed, of what a terminal sent: one character each. Keys that send more are left out. */
export function keysIn(sent: string): string[] {
    return [...sent.replace(SEQUENCE, '')];
}
