// SPDX-License-Identifier: GPL-3.0-or-later
// How a machine's state looks: never by colour alone, each has an icon of its own and stands in words beside it.
import type Gtk from 'gi://Gtk?version=4.0';

import type {Machine} from '../../shared/machines/machine.js';

/** An icon and the style class that colours it. */
interface StateLook {
    readonly icon: string;
    readonly style: 'success' | 'warning' | 'error' | 'dimmed' | 'accent';
}

/** What a machine's state looks like now. */
function stateLook(machine: Machine): StateLook {
    if (machine.failing) return {icon: 'dialog-warning-symbolic', style: 'warning'};
    if (machine.transition !== '') return {icon: 'content-loading-symbolic', style: 'accent'};
    switch (machine.state) {
        case 'running':
        case 'blocked':
            return {icon: 'media-playback-start-symbolic', style: 'success'};
        case 'paused':
            return machine.reason === 'io-error' || machine.reason === 'watchdog'
                ? {icon: 'dialog-warning-symbolic', style: 'warning'}
                : {icon: 'media-playback-pause-symbolic', style: 'warning'};
        case 'shutdown':
            return {icon: 'content-loading-symbolic', style: 'accent'};
        case 'shutoff':
            if (machine.reason === 'crashed' || machine.reason === 'failed')
                return {icon: 'dialog-error-symbolic', style: 'error'};
            return machine.reason === 'saved'
                ? {icon: 'document-save-symbolic', style: 'dimmed'}
                : {icon: 'media-playback-stop-symbolic', style: 'dimmed'};
        case 'crashed':
            return {icon: 'dialog-error-symbolic', style: 'error'};
        case 'pmsuspended':
            return {icon: 'weather-clear-night-symbolic', style: 'accent'};
        case 'nostate':
            return {icon: 'dialog-question-symbolic', style: 'dimmed'};
    }
}

const STYLES: readonly StateLook['style'][] = ['success', 'warning', 'error', 'dimmed', 'accent'];

/** Makes an image show a machine's state. */
export function showState(image: Gtk.Image, machine: Machine): void {
    const {icon, style} = stateLook(machine);
    image.icon_name = icon;
    for (const one of STYLES) if (one !== style) image.remove_css_class(one);
    image.add_css_class(style);
}

/** Whether the icon of its state warns of something already. */
export function stateWarns(machine: Machine): boolean {
    const {icon} = stateLook(machine);
    return icon === 'dialog-warning-symbolic' || icon === 'dialog-error-symbolic';
}
