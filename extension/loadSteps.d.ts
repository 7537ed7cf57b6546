// SPDX-License-Identifier: GPL-3.0-or-later

/** What of the extension is loaded by itself: the panel, and what its menu needs when it is opened first. */
export type Part = 'panel' | 'figures' | 'doctor';

/**
 * Our modules from the ground up, a few at a time: to import one after the other loads all that a part needs.
 * The build, which knows what imports what, writes this module.
 */
export const LOAD_STEPS: Readonly<Record<Part, readonly string[]>>;
