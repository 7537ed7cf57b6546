// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Our modules from the ground up, a few at a time: to import one after the other loads all that the panel needs.
 * The build, which knows what imports what, writes this module.
 */
export const LOAD_STEPS: readonly string[];
