// SPDX-License-Identifier: GPL-3.0-or-later
import type Clutter from 'gi://Clutter';

/** Whether the key focus is on an actor or on something in it. */
export function containsFocus(actor: Clutter.Actor): boolean {
    const focus = global.stage.get_key_focus();
    return focus !== null && actor.contains(focus);
}
