// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../shared/gpu/gpu.js';
import {CardNotBackError, CardStuckError} from '../shared/lending/lendingErrors.js';
import {_} from '../shared/platform/i18n.js';

/** What can be asked of a card. */
export type CardAction = 'take' | 'return' | 'force-back';

/**
 * What makes sense for a card now, the obvious thing first.
 *
 * A card that a machine has comes back when the machine stops; while it is moved there is nothing to do but wait.
 */
export function cardActions({owner}: Pick<Gpu, 'owner'>): readonly CardAction[] {
    switch (owner.kind) {
        case 'linux':
            return ['take'];
        case 'vfio':
        case 'nobody':
            return ['return', 'force-back'];
        case 'machine':
            return [];
        case 'between': {
            if (owner.machine !== null) return [];
            const phase = owner.handover?.phase;
            // What the kernel is stuck with is left alone until the computer was restarted.
            if (phase === 'moving' || phase === 'stuck') return [];
            return phase === 'failed' ? ['force-back'] : ['return', 'force-back'];
        }
    }
}

/** What a button or menu item for it says. */
export function cardActionLabel(action: CardAction): string {
    switch (action) {
        case 'take':
            return _('Take for a machine');
        case 'return':
            return _('Return to Linux');
        case 'force-back':
            return _('Force back…');
    }
}

/** Icon of its button. */
export function cardActionIcon(action: CardAction): string {
    switch (action) {
        case 'take':
            return 'media-eject-symbolic';
        case 'return':
            return 'edit-undo-symbolic';
        case 'force-back':
            return 'view-refresh-symbolic';
    }
}

/** What is wrong with a card, as its record says it; null when nothing is. */
export function cardTrouble({owner, address, name}: Pick<Gpu, 'owner' | 'address' | 'name'>): Error | null {
    const handover = owner.kind === 'between' ? owner.handover : null;
    if (handover?.phase === 'stuck') return new CardStuckError({address, name}, handover.step, []);
    if (handover?.phase === 'failed')
        return new CardNotBackError({address, name}, 'return', handover.problem ?? '');
    return null;
}
