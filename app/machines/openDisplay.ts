// SPDX-License-Identifier: GPL-3.0-or-later

import {openClient} from '../../shared/displays/openClient.js';
import type {Machine} from '../../shared/machines/machine.js';
import {CancelledError} from '../../shared/platform/errors.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {Window} from '../window.js';

/** Opens what shows a machine, and tells why when that cannot be. */
export async function openDisplay(window: Window, machine: Machine): Promise<void> {
    try {
        const result = await openClient(machine, activationOf(window));
        if (result === 'already')
            window.toast(fill(_('The display of {name} is open already'), {name: machine.shortName}));
    } catch (error) {
        if (error instanceof CancelledError) return;
        const problem = describeProblem(error);
        window.toast(problem.title, {
            label: _('Details'),
            callback: () => window.showProblem(machine.key, problem),
        });
    }
}

/** Variables that let the window which opens take the focus. */
function activationOf(window: Window): Record<string, string> {
    const context = window.get_display().get_app_launch_context();
    const token = context.get_startup_notify_id(null, []);
    return token ? {XDG_ACTIVATION_TOKEN: token, DESKTOP_STARTUP_ID: token} : {};
}
