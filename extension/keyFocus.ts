// SPDX-License-Identifier: GPL-3.0-or-later
import type Clutter from 'gi://Clutter';
import St from 'gi://St';

/** Whether the key focus is on an actor or on something in it. */
export function containsFocus(actor: Clutter.Actor): boolean {
    const focus = global.stage.get_key_focus();
    return focus !== null && actor.contains(focus);
}

/**
 * Makes what lies inside a focusable actor steps of their own for Tab, after the actor itself.
 *
 * @param from what has the focus
 * @returns whether the focus was moved; if not, it goes where it would without these steps
 */
export function stepInside(
    actor: St.Widget,
    inside: readonly St.Widget[],
    from: Clutter.Actor | null,
    direction: St.DirectionType,
): boolean {
    const {TAB_FORWARD, TAB_BACKWARD} = St.DirectionType;
    if (direction !== TAB_FORWARD && direction !== TAB_BACKWARD) return false;
    const steps = [actor, ...inside];
    const at = steps.findIndex(step => step === from);
    let next: St.Widget | undefined;
    if (direction === TAB_FORWARD) next = at < 0 ? undefined : steps[at + 1];
    else next = at < 0 ? steps.at(-1) : steps[at - 1];
    next?.grab_key_focus();
    return next !== undefined;
}
