// SPDX-License-Identifier: GPL-3.0-or-later
// States, actions and happenings in words; the same ones in the panel, the app and the terminal.
import type {DomainState} from '../libvirt/domainState.js';
import {_, fill, firstVisible, pgettext} from '../platform/i18n.js';
import type {MachineAction, Transition} from './actions.js';
import type {Happening} from './happening.js';
import type {Machine} from './machine.js';

/** What a machine is called where there is room: its title, where that shows anything, else its name. */
export function machineLabel({title, name}: Machine): string {
    return firstVisible(title, name);
}

/** The state as a row shows it: what is being done to the machine, else what libvirt says. */
export function stateLabel(machine: Machine): string {
    return machine.transition
        ? transitionLabel(machine.transition)
        : domainStateLabel(machine.state, machine.reason);
}

/** A state of libvirt's in words, with the reason where that makes a difference to a person. */
export function domainStateLabel(state: DomainState, reason: string): string {
    switch (state) {
        case 'running':
        case 'blocked':
            return _('Running');
        case 'paused':
            if (reason === 'io-error') return _('Paused: disk error');
            if (reason === 'watchdog') return _('Paused: watchdog');
            if (reason === 'crashed') return _('Crashed');
            return _('Paused');
        case 'shutdown':
            return _('Shutting down');
        case 'shutoff':
            if (reason === 'saved') return _('Saved');
            if (reason === 'crashed') return _('Off: crashed');
            if (reason === 'failed') return _('Off: could not run');
            return pgettext('state of a machine', 'Off');
        case 'crashed':
            return _('Crashed');
        case 'pmsuspended':
            return _('Asleep');
        case 'nostate':
            return _('Unknown');
    }
}

function transitionLabel(transition: Transition): string {
    switch (transition) {
        case 'starting':
            return _('Starting…');
        case 'stopping':
            return _('Stopping…');
        case 'restarting':
            return _('Restarting…');
        case 'pausing':
            return _('Pausing…');
        case 'resuming':
            return _('Resuming…');
        case 'saving':
            return _('Saving…');
        case 'waking':
            return _('Waking…');
    }
}

/** What a button or menu item for an action says. */
export function actionLabel(action: MachineAction): string {
    switch (action) {
        case 'start':
            return _('Start');
        case 'shutdown':
            return _('Shut down');
        case 'reboot':
            return _('Restart');
        case 'reset':
            return _('Reset');
        case 'pause':
            return _('Pause');
        case 'resume':
            return _('Resume');
        case 'force-off':
            return _('Force off');
        case 'save':
            return _('Save state and stop');
        case 'wake':
            return _('Wake');
    }
}

/** Icon of an action's button. */
export function actionIcon(action: MachineAction): string {
    switch (action) {
        case 'start':
        case 'resume':
        case 'wake':
            return 'media-playback-start-symbolic';
        case 'shutdown':
        case 'force-off':
            return 'media-playback-stop-symbolic';
        case 'reboot':
        case 'reset':
            return 'view-refresh-symbolic';
        case 'pause':
            return 'media-playback-pause-symbolic';
        case 'save':
            return 'document-save-symbolic';
    }
}

/** One line of a machine's log. */
export function happeningLabel(happening: Happening): string {
    switch (happening.kind) {
        case 'defined':
            return _('Machine added');
        case 'removed':
            return _('Machine removed');
        case 'started':
            return _('Started');
        case 'restored':
            return _('Started from its saved state');
        case 'stopped':
            return happening.reason === 'destroyed' ? _('Forced off') : _('Stopped');
        case 'saved':
            return _('State saved and stopped');
        case 'crashed':
            return _('Crashed');
        case 'paused':
            return _('Paused');
        case 'resumed':
            return _('Resumed');
        case 'suspended':
            return _('Guest went to sleep');
        case 'woke':
            return _('Guest woke up');
        case 'rebooted':
            return _('Restarted');
        case 'io-error':
            return _('Paused because of a disk error');
        case 'watchdog':
            return _('Paused by its watchdog');
        case 'failed':
            return happening.action
                ? fill(_('Failed: {action}'), {action: actionLabel(happening.action)})
                : _('Failed');
    }
}
