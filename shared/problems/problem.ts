// SPDX-License-Identifier: GPL-3.0-or-later
// The one place where an error becomes what a person reads.
import {DefinitionError} from '../definition/definitionError.js';
import {
    BadAnswerError,
    BusyError,
    DriverMissingError,
    LibvirtError,
    LibvirtUnreachableError,
    NoAnswerError,
    NoBusError,
    NotPermittedError,
    ServiceLostError,
    ServiceMissingError,
} from '../libvirt/libvirtErrors.js';
import type {MachineAction} from '../machines/actions.js';
import {
    AmbiguousMachineError,
    GuestIgnoredError,
    MachineActionError,
    MachineGoneError,
    NoSuchMachineError,
    NotInThatStateError,
} from '../machines/machineErrors.js';
import {AmbiguousCardError, NoCardLentError, NoSuchCardError} from '../gpu/cardErrors.js';
import {OperationConflictError} from '../operations/operation.js';
import {CancelledError, DeadlineError, messageOf, SubprocessError} from '../platform/errors.js';
import {_, fill, ngettext} from '../platform/i18n.js';
import {noCardLent, noSuchCard, whichCard} from './cardChoice.js';
import {installCommand, libvirtUnit} from './commands.js';
import type {Description, Problem} from './description.js';
import {describeDisplayProblem} from './displayProblems.js';
import {describeHealth} from './healthProblems.js';
import {describeLending} from './lendingProblems.js';
import {describeMetricsProblem} from './metricsProblems.js';
import {describeSetUp} from './setUpProblems.js';

export type {Problem, ProblemCategory, Remedy} from './description.js';

/** Puts any error into words. */
export function describeProblem(error: unknown): Problem {
    return {remedy: 'none', command: null, detail: detailOf(error), ...describe(error)};
}

/** The messages of an error and of all that caused it, each once. */
function detailOf(error: unknown): string {
    const messages: string[] = [];
    for (let one: unknown = error; one !== undefined && one !== null;) {
        const message = messageOf(one);
        if (!messages.includes(message)) messages.push(message);
        one = one instanceof Error ? one.cause : undefined;
    }
    return messages.join('\n');
}

function describe(error: unknown): Description {
    const lending = describeLending(error);
    if (lending) return lending;
    const health = describeHealth(error);
    if (health) return health;
    if (error instanceof ServiceMissingError) return serviceMissing();
    if (error instanceof NotPermittedError) return notPermitted();
    if (error instanceof NoBusError)
        return {
            category: 'unreachable',
            title: _('No message bus'),
            body: _(
                'The message bus cannot be reached from here. Log in to a desktop session, or start one with “loginctl enable-linger”.',
            ),
            remedy: 'retry',
        };
    if (error instanceof DriverMissingError)
        return {
            category: 'unreachable',
            title: _('Not supported here'),
            body: _(
                'The libvirt on this computer was built without this hypervisor. Turn the connection off in the preferences.',
            ),
        };
    if (error instanceof LibvirtUnreachableError) return libvirtUnreachable(error);
    if (error instanceof ServiceLostError)
        return {
            category: 'unreachable',
            title: _('The connection to libvirt was lost'),
            body: _(
                'libvirt-dbus ended before it answered. Handover reconnects by itself; then look at the machine and try again.',
            ),
            remedy: 'retry',
        };
    if (error instanceof NoAnswerError)
        return {
            category: 'timeout',
            title: _('libvirt does not answer'),
            body: _(
                'libvirt took too long to answer, and may still do what it was asked. Look at the machine, then try again.',
            ),
            remedy: 'retry',
            command: error.restartHelps ? `sudo systemctl restart ${libvirtUnit()}.service` : null,
        };
    if (error instanceof BusyError)
        return {
            category: 'timeout',
            title: _('libvirt is busy'),
            body: _(
                'Too much else was under way, so libvirt was not asked. Wait until that is done, then try again.',
            ),
            remedy: 'retry',
        };
    if (error instanceof GuestIgnoredError) return guestIgnored(error);
    if (error instanceof NotInThatStateError) return notInThatState(error);
    if (error instanceof MachineActionError)
        return {
            category: 'failed',
            title: actionFailed(error.action, error.machineName),
            body: _('libvirt refused or could not do it. The details say why.'),
            remedy: error.action === 'shutdown' ? 'force-off' : error.action === 'start' ? 'retry' : 'none',
        };
    if (error instanceof MachineGoneError)
        return {
            category: 'missing',
            title: _('The machine is gone'),
            body: fill(
                _(
                    '{name} does not exist any more. It was deleted, or it was a temporary machine and has stopped.',
                ),
                {
                    name: error.machineName,
                },
            ),
        };
    if (error instanceof NoSuchMachineError)
        return {
            category: 'missing',
            title: _('No such machine'),
            body: fill(_('There is no machine called {name}. “handover list” shows all of them.'), {
                name: error.machineName,
            }),
        };
    if (error instanceof AmbiguousMachineError)
        return {
            category: 'usage',
            title: _('Which machine?'),
            body: whichMachine(error),
        };
    const ofSetUp = describeSetUp(error, describe);
    if (ofSetUp) return ofSetUp;
    if (error instanceof NoCardLentError) return noCardLent();
    if (error instanceof NoSuchCardError) return noSuchCard(error);
    if (error instanceof AmbiguousCardError) return whichCard(error);
    if (error instanceof OperationConflictError)
        return {
            category: 'failed',
            title: _('Something else is under way'),
            body: _(
                'Another action is still running on this machine. Wait until it has ended, or force the machine off.',
            ),
        };
    if (error instanceof BadAnswerError)
        return {
            category: 'failed',
            title: _('An answer that makes no sense'),
            body: _(
                'libvirt answered with something unexpected. Check that libvirt and libvirt-dbus are up to date.',
            ),
        };
    if (error instanceof LibvirtError)
        return {
            category: 'failed',
            title: _('libvirt could not do it'),
            body: _('libvirt reported a failure. The details say why.'),
        };
    if (error instanceof DefinitionError)
        return {
            category: 'failed',
            title: _('The definition cannot be read'),
            body: _(
                'Something in the machine’s definition is not as libvirt writes it. Mend it with “virsh edit”; the details say what it is.',
            ),
        };
    const ofDisplay = describeDisplayProblem(error);
    if (ofDisplay) return ofDisplay;
    const ofMetrics = describeMetricsProblem(error);
    if (ofMetrics) return ofMetrics;
    if (error instanceof CancelledError)
        return {
            category: 'failed',
            title: _('Cancelled'),
            body: _('It was called off, and nothing more is done.'),
        };
    if (error instanceof DeadlineError)
        return {
            category: 'timeout',
            title: _('It took too long'),
            body: _('It was not done in time. Look at the machine before you try again.'),
            remedy: 'retry',
        };
    if (error instanceof SubprocessError)
        return {
            category: 'failed',
            title: _('A program failed'),
            body: fill(_('{program} could not do its work. The details say why.'), {program: error.program}),
        };
    return {
        category: 'failed',
        title: _('Something went wrong'),
        body: _('This should not have happened. Please report it together with the details.'),
    };
}

function serviceMissing(): Description {
    return {
        category: 'unreachable',
        title: _('libvirt-dbus is missing'),
        body: _(
            'Handover talks to libvirt through libvirt-dbus, which is not installed or does not start. Install it, then try again.',
        ),
        remedy: 'retry',
        command: installCommand('libvirt-dbus'),
    };
}

function notPermitted(): Description {
    return {
        category: 'denied',
        title: _('Not allowed to use the system’s machines'),
        body: _('Your account is not in the group “libvirt”. Add it, then log out and in again.'),
        remedy: 'copy-command',
        command: 'sudo usermod --append --groups libvirt "$USER"',
    };
}

function libvirtUnreachable({ofSystem}: LibvirtUnreachableError): Description {
    return {
        category: 'unreachable',
        title: _('libvirt cannot be reached'),
        body: ofSystem
            ? _('The libvirt service is not running, or does not let us in. Start it, then try again.')
            : _('The libvirt of your session did not start. The details say why; mend that, then try again.'),
        remedy: 'retry',
        command: ofSystem ? `sudo systemctl enable --now ${libvirtUnit()}.socket` : null,
    };
}

function guestIgnored(error: GuestIgnoredError): Description {
    const seconds = Math.round(error.deadlineMs / 1000);
    const values = {name: error.machineName, seconds};
    return {
        category: 'timeout',
        title:
            error.action === 'shutdown'
                ? fill(_('{name} did not shut down'), values)
                : fill(_('{name} did not restart'), values),
        body: fill(
            ngettext(
                'The guest has not reacted for {seconds} second and still runs. Save your work in it and try again, or use force: what is not saved is lost then.',
                'The guest has not reacted for {seconds} seconds and still runs. Save your work in it and try again, or use force: what is not saved is lost then.',
                seconds,
            ),
            values,
        ),
        remedy: error.action === 'shutdown' ? 'force-off' : 'reset',
    };
}

function whichMachine({machineName, hosts}: AmbiguousMachineError): string {
    const ids = new Set(hosts);
    const values = {name: machineName, hosts: [...ids].join(', ')};
    if (ids.size > 1)
        return fill(
            _('Several hosts have a machine called {name}: {hosts}. Choose one with “--host”.'),
            values,
        );
    return fill(
        _(
            '{name} is the name of one machine and the UUID of another. Give the UUID of the first, or the name of the second.',
        ),
        values,
    );
}

function notInThatState(error: NotInThatStateError): Description {
    const values = {name: error.machineName};
    const off = error.state === 'shutoff' || error.state === 'nostate';
    const title = actionFailed(error.action, error.machineName);
    if (off && (error.action === 'shutdown' || error.action === 'force-off'))
        return {
            category: 'failed',
            title,
            body: fill(_('{name} is off already. There is nothing to do.'), values),
        };
    return {
        category: 'failed',
        title,
        body: off
            ? fill(_('{name} is not running. Start it first.'), values)
            : error.action === 'start'
              ? fill(_('{name} is on already. There is nothing to do.'), values)
              : fill(
                    _(
                        '{name} is not in a state that allows this. Look at its state, then choose another action.',
                    ),
                    values,
                ),
        remedy: off && error.action !== 'start' ? 'start' : 'none',
    };
}

function actionFailed(action: MachineAction, machineName: string): string {
    const values = {name: machineName};
    switch (action) {
        case 'start':
            return fill(_('{name} could not be started'), values);
        case 'shutdown':
            return fill(_('{name} could not be shut down'), values);
        case 'reboot':
            return fill(_('{name} could not be restarted'), values);
        case 'reset':
            return fill(_('{name} could not be reset'), values);
        case 'pause':
            return fill(_('{name} could not be paused'), values);
        case 'resume':
            return fill(_('{name} could not be resumed'), values);
        case 'force-off':
            return fill(_('{name} could not be forced off'), values);
        case 'save':
            return fill(_('{name} could not be saved'), values);
        case 'wake':
            return fill(_('{name} could not be woken'), values);
    }
}
