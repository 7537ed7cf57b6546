// SPDX-License-Identifier: GPL-3.0-or-later
// Cards, owners and holders in words; the same ones in the panel, the app and the terminal.
import {_, fill, ngettext} from '../platform/i18n.js';
import type {Gpu} from './gpu.js';
import type {RecordedHandover} from './handover/undoRecord.js';
import type {HolderProcess, HolderRole} from './holders/holderProcess.js';
import type {HolderReport} from './holders/holders.js';
import type {Owner} from './owner.js';
import type {PciFunction} from './pciFunction.js';

/**
 * Who has a card, as short as a row needs it.
 *
 * @param allAsked whether every host has told of its machines; else nobody knows whether a card with vfio is free
 */
export function ownerLabel(owner: Owner, allAsked = true): string {
    switch (owner.kind) {
        case 'linux':
            return fill(_('Linux ({driver})'), {driver: owner.driver});
        case 'vfio':
            return allAsked ? _('vfio-pci, free') : 'vfio-pci';
        case 'machine':
            return fill(_('With {machine}'), {machine: owner.name});
        case 'nobody':
            return _('No driver');
        case 'between':
            return owner.handover ? handoverLabel(owner.handover) : betweenLabel(owner.machine);
    }
}

function handoverLabel({phase, direction}: RecordedHandover): string {
    if (phase === 'stuck') return _('Stuck: the kernel does not answer');
    if (phase === 'failed') return _('Could not be brought back');
    if (phase === 'lent') return _('Partly with vfio-pci');
    return direction === 'take' ? _('Being taken from Linux…') : _('Coming back to Linux…');
}

/** @param machine `HOST/NAME`, or null */
function betweenLabel(machine: string | null): string {
    if (machine === null) return _('Partly with vfio-pci');
    return fill(_('Moving to or from {machine}'), {machine: machine.slice(machine.indexOf('/') + 1)});
}

/** Whether a person has to look after a card: its handover hangs, or could not be undone. */
export function needsAttention({owner}: Pick<Gpu, 'owner'>): boolean {
    return (
        owner.kind === 'between' && (owner.handover?.phase === 'stuck' || owner.handover?.phase === 'failed')
    );
}

/** A card's name without its vendor, where what is left says enough; `NVIDIA` goes, `Intel 1234:5678` stays. */
export function shortCardName({name, vendor}: Pick<Gpu, 'name' | 'vendor'>): string {
    const rest = name.startsWith(`${vendor} `) ? name.slice(vendor.length + 1) : name;
    return /^(GeForce|Quadro|RTX|Tesla|Radeon|FirePro|Instinct|Arc)\b/.test(rest) ? rest : name;
}

/** Finds the name of a desktop application; null when there is none of that id. */
export type AppName = (appId: string) => string | null;

/** Who a holder is, in the middle of a sentence. */
export function holderName(process: HolderProcess, appName: AppName = () => null): string {
    switch (process.role) {
        case 'desktop':
            return _('the desktop');
        case 'display-manager':
            return _('the log-in screen');
        case 'sound-server':
            return _('the sound server');
        case 'driver-service':
        case 'service':
        case 'machine':
        case 'program':
            return (process.appId === null ? null : appName(process.appId)) ?? process.name;
    }
}

/** What a holder is to the person who wants the card; empty for a program like any other. */
export function roleLabel(role: HolderRole): string {
    switch (role) {
        case 'desktop':
            return _('Draws the desktop');
        case 'display-manager':
            return _('Draws the log-in screen');
        case 'sound-server':
            return _('Plays sound');
        case 'driver-service':
            return _('Belongs to the driver');
        case 'service':
            return _('System service');
        case 'machine':
            return _('Virtual machine');
        case 'program':
            return '';
    }
}

/** Who uses a card in one line. It never says that nobody does while there are processes that it could not ask. */
export function useLabel(report: HolderReport, appName: AppName = () => null): string {
    const users = report.processes.filter(({role}) => role !== 'machine');
    const names = [...new Set(users.map(process => holderName(process, appName)))];
    if (report.consoles.length > 0) names.push(_('the text console'));
    const [name, other] = names;
    if (name === undefined) {
        if (isComplete(report)) return _('Not in use');
        return fill(_('No use seen; {rest}'), {rest: uninspectedLabel(report)});
    }
    if (other === undefined) return fill(_('In use by {name}'), {name});
    if (names.length === 2) return fill(_('In use by {name} and {other}'), {name, other});
    const count = names.length - 1;
    return fill(
        ngettext('In use by {name} and {count} other', 'In use by {name} and {count} others', count),
        {
            name,
            count,
        },
    );
}

/** Whether every process could be looked into. */
export function isComplete({uninspected, hidden}: Pick<HolderReport, 'uninspected' | 'hidden'>): boolean {
    return uninspected === 0 && !hidden;
}

/** What could not be looked into; empty when everything could. */
export function uninspectedLabel({
    uninspected,
    hidden,
}: Pick<HolderReport, 'uninspected' | 'hidden'>): string {
    // Who cannot see a process cannot count it either.
    if (hidden) return _('processes of other users do not show');
    if (uninspected === 0) return '';
    return fill(
        ngettext(
            '{count} process could not be inspected',
            '{count} processes could not be inspected',
            uninspected,
        ),
        {count: uninspected},
    );
}

/** A function of a device as a list of them names it: `0000:01:00.1 (snd_hda_intel)`. */
export function functionLabel({address, driver}: PciFunction): string {
    return driver === null ? address : `${address} (${driver})`;
}

/** What a function does, for the classes that stand near a card. */
export function classLabel(classCode: number): string {
    switch (classCode >> 8) {
        case 0x0300:
            return _('Graphics (VGA)');
        case 0x0302:
            return _('3D graphics');
        case 0x0380:
            return _('Graphics');
        case 0x0401:
        case 0x0403:
            return _('Sound');
        case 0x0c03:
            return _('USB controller');
        case 0x0c80:
            return _('USB-C controller');
        case 0x0108:
        case 0x0106:
            return _('Storage');
        case 0x0200:
        case 0x0280:
            return _('Network');
    }
    return classCode >> 16 === 0x06 ? _('Bridge') : _('Device');
}
