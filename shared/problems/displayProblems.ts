// SPDX-License-Identifier: GPL-3.0-or-later
import {
    type Client,
    ClientFailedError,
    ClientMissingError,
    ClientUnfitError,
    EndedBeforeReadyError,
    MachineOffError,
    NoClientError,
    NotReadyError,
    UnitFailedError,
} from '../displays/displayErrors.js';
import {clientLabel} from '../displays/words.js';
import {_, fill, ngettext} from '../platform/i18n.js';
import {installClientCommand} from './commands.js';
import type {Description} from './description.js';

/** Puts an error of getting ready or of opening into words; null when it is another one. */
export function describeDisplayProblem(error: unknown): Description | null {
    if (error instanceof ClientMissingError) return clientMissing(error.client);
    if (error instanceof ClientFailedError)
        return {
            category: 'failed',
            title: _('The display cannot be opened'),
            body: fill(_('{client} could not be started. The details say why.'), {
                client: clientLabel(error.client),
            }),
            remedy: 'retry',
        };
    if (error instanceof UnitFailedError)
        return {
            category: 'failed',
            title: _('A program could not be started'),
            body: _('systemd could not start it. The journal says why: “journalctl --user --since -5min”.'),
        };
    if (error instanceof ClientUnfitError) return clientUnfit(error);
    if (error instanceof NoClientError)
        return {
            category: 'failed',
            title: _('There is nothing to open'),
            body: fill(
                _(
                    '{name} has no display, or nothing is chosen to open it. Choose what opens it in the machine’s settings in Handover.',
                ),
                {name: error.machineName},
            ),
        };
    if (error instanceof MachineOffError)
        return {
            category: 'failed',
            title: _('There is nothing to see'),
            body: fill(_('{name} is not running. Start it first.'), {name: error.machineName}),
            remedy: 'start',
        };
    if (error instanceof NotReadyError) return notReady(error);
    if (error instanceof EndedBeforeReadyError)
        return {
            category: 'failed',
            title: fill(_('{name} has ended'), {name: error.machineName}),
            body: _('It stopped before it was ready. Its log may say why; then start it again.'),
            remedy: 'start',
        };
    return null;
}

function clientMissing(client: Client): Description {
    const command = installClientCommand(client);
    const values = {client: clientLabel(client)};
    return {
        category: 'missing',
        title: _('The display cannot be opened'),
        body: missingSentence(client, values, command),
        ...(command === null ? {} : {remedy: 'copy-command', command}),
    };
}

function missingSentence(client: Client, values: Record<string, string>, command: string | null): string {
    if (client === 'viewer')
        return _(
            'The program virt-viewer is not installed. Install the package virt-viewer, then try again.',
        );
    if (client === 'connections')
        return _(
            'GNOME Connections is not installed. Install the package gnome-connections, then try again.',
        );
    if (command !== null)
        return fill(
            _('{client} is not installed. Install it with the command below, then try again.'),
            values,
        );
    return client === 'looking-glass'
        ? _(
              'Looking Glass is not installed. This system has no package of it: looking-glass.io says how its client is built.',
          )
        : fill(_('{client} is not installed. Install it, then try again.'), values);
}

function clientUnfit({machineName, client, needs}: ClientUnfitError): Description {
    const values = {name: machineName, client: clientLabel(client)};
    const bodies = {
        vnc: _(
            '{client} shows VNC displays, and {name} has none that can be reached. Choose Virt Viewer for it, or give it a VNC display.',
        ),
        memory: _(
            '{name} shares no memory with Looking Glass. Add a shared memory called “looking-glass” to its definition, or choose another client.',
        ),
        address: _(
            'The address of {name} is not known. Wait until its network is up, or write its address into its settings.',
        ),
    };
    return {
        category: 'failed',
        title: fill(_('{client} cannot show {name}'), values),
        body: fill(bodies[needs], values),
        remedy: needs === 'address' ? 'retry' : 'none',
    };
}

function notReady({machineName, ready, deadlineMs}: NotReadyError): Description {
    const seconds = Math.round(deadlineMs / 1000);
    const bodies = {
        started: _('It runs, but was not seen to start. Look at its display.'),
        agent: _(
            'It runs, but its guest agent does not answer. Install qemu-guest-agent in the guest, or choose another sign of being ready in its settings.',
        ),
        tcp: _(
            'It runs, but nothing listens on the port that its settings name. Look at its display, or change the port there.',
        ),
        sunshine: _(
            'It runs, but Sunshine does not answer. Look whether it is started in the guest and whether its address in the settings is right.',
        ),
        'looking-glass': _(
            'It runs, but the memory for Looking Glass is not there. Look whether its size in the definition is that of the file or device.',
        ),
    };
    return {
        category: 'timeout',
        title: fill(
            ngettext(
                '{name} was not ready within {seconds} second',
                '{name} was not ready within {seconds} seconds',
                seconds,
            ),
            {name: machineName, seconds},
        ),
        body: bodies[ready],
    };
}
