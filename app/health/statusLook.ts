// SPDX-License-Identifier: GPL-3.0-or-later
// How an answer looks: never by colour alone, each has an icon of its own and stands in words beside it.
import Gtk from 'gi://Gtk?version=4.0';

import type {Finding} from '../../shared/health/finding.js';
import type {IntegrationRow} from '../../shared/health/integration/integrationRow.js';

/** An icon and the style class that colours it. */
export interface StatusLook {
    readonly icon: string;
    readonly style: 'success' | 'warning' | 'error' | 'dimmed' | 'accent';
}

const STYLES: readonly StatusLook['style'][] = ['success', 'warning', 'error', 'dimmed', 'accent'];

export const FINE: StatusLook = {icon: 'object-select-symbolic', style: 'success'};
export const UNMEASURED: StatusLook = {icon: 'dialog-question-symbolic', style: 'dimmed'};
export const TROUBLE: StatusLook = {icon: 'dialog-warning-symbolic', style: 'warning'};

export function findingLook({status, severity}: Pick<Finding, 'status' | 'severity'>): StatusLook {
    if (status === 'ok') return FINE;
    if (status === 'unknown') return UNMEASURED;
    switch (severity) {
        case 'hard':
            return {icon: 'dialog-error-symbolic', style: 'error'};
        case 'warning':
            return TROUBLE;
        case 'advice':
            return {icon: 'dialog-information-symbolic', style: 'accent'};
    }
}

export function rowLook({status, pending}: Pick<IntegrationRow, 'status' | 'pending'>): StatusLook {
    if (pending) return {icon: 'dialog-information-symbolic', style: 'accent'};
    switch (status) {
        case 'works':
            return FINE;
        case 'missing':
            return TROUBLE;
        case 'not-applicable':
            return {icon: 'list-remove-symbolic', style: 'dimmed'};
        case 'unknown':
            return UNMEASURED;
    }
}

/** The icon at the head of a row, which words beside it say, too. */
export function makeStatusIcon(look: StatusLook): Gtk.Image {
    const image = new Gtk.Image({accessible_role: Gtk.AccessibleRole.PRESENTATION});
    showStatus(image, look);
    return image;
}

export function showStatus(image: Gtk.Image, {icon, style}: StatusLook): void {
    image.icon_name = icon;
    for (const one of STYLES) if (one !== style) image.remove_css_class(one);
    image.add_css_class(style);
}
