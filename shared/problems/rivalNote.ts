// SPDX-License-Identifier: GPL-3.0-or-later
import type {Rival} from '../gpu/rivals.js';
import {_, fill} from '../platform/i18n.js';

/** What a person is told of a program that moves cards, too; it speaks against nothing by itself. */
export interface RivalNote {
    readonly title: string;
    readonly body: string;
    /** What ends it, to be copied into a terminal. */
    readonly command: string;
}

/** Puts a rival into words. */
export function rivalNote({name, unit}: Rival): RivalNote {
    return {
        title: fill(_('{name} moves graphics cards, too'), {name}),
        body: fill(
            _(
                'Two programs that move one card can undo each other’s work. Leave the mode of {name} as it is while a machine has the card, or turn it off.',
            ),
            {name},
        ),
        command: `sudo systemctl disable --now ${unit}`,
    };
}
