// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Only what the theme has no class for, as inline styles: colours come from the theme, also in high contrast.
 *
 * A stylesheet of ours would have the Shell style all that is on the screen anew at each enabling, and stand still
 * for it longer than for everything else that we do.
 */
export const STYLES = {
    menu: 'width: 28em;',
    machine: 'padding-top: 3px; padding-bottom: 3px;',
    machineState: 'font-size: 0.9em;',
    machineColumn: 'padding: 3px 0;',
    machineLine: 'spacing: 6px;',
    machineFigures: 'font-size: 0.8em; font-feature-settings: "tnum";',
    machineSlot: 'width: 2em; height: 2em;',
    machineButton: 'padding: 0.4em; border-radius: 99px;',
    problemColumn: 'spacing: 6px;',
    problemTitle: 'font-weight: bold;',
    problemButtons: 'spacing: 6px; margin-top: 6px;',
} as const;
