// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../shared/gpu/gpu.js';
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
            if (phase === 'moving') return [];
            return phase === 'stuck' || phase === 'failed' ? ['force-back'] : ['return', 'force-back'];
        }
    }
}

/** What a button or menu item for it says. */
export function cardActionLabel(action: CardAction): string {
    switch (action) {
        case 'take':
            return _('Take from Linux');
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
