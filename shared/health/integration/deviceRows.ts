// SPDX-License-Identifier: GPL-3.0-or-later
// What rests on virtio devices and their drivers in the guest.
import type {Definition} from '../../definition/definition.js';
import type {Filesystem} from '../../definition/devices/filesystem.js';
import {_, fill, fillTyped} from '../../platform/i18n.js';
import {typedWord} from '../../platform/typedWord.js';
import {canAnswer, type MachineFacts} from '../machine/machineFacts.js';
import {AGENT, DRIVERS, FOLDERS} from './guestPackages.js';
import {editLacking} from './integrationEdit.js';
import {
    type IntegrationRow,
    missing,
    notApplicable,
    notMeasured,
    type RowHead,
    works,
} from './integrationRow.js';

/** Most names that a sentence lists. */
const MOST_NAMES = 4;

export function sharedFolders(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition, guest} = facts;
    const [folder] = definition.filesystems;
    if (folder === undefined)
        return missing(
            head,
            _('No folder is shared with the machine.'),
            _('Choose a folder to share, and mount it in the guest.'),
            {packages: FOLDERS},
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'), FOLDERS);
    const mounted = guest.known ? guest.value.filesystems : null;
    if (mounted === null) return notMeasured(head, _('The agent does not list what is mounted.'), FOLDERS);
    if (mounted.some(({type}) => /^(virtiofs|9p)$/i.test(type)))
        return works(head, _('The agent lists a shared folder that is mounted.'));
    return missing(
        head,
        _('The agent lists no shared folder that is mounted.'),
        fillTyped(_('Mount it in the guest; on Linux: {command}'), {command: mountCommand(folder)}),
        {packages: FOLDERS},
    );
}

/** libvirt makes a folder one of 9p where its definition names no driver. */
function mountCommand({driver, target}: Filesystem): string {
    const type = driver === 'virtiofs' ? 'virtiofs' : '9p -o trans=virtio';
    return `mount -t ${type} ${typedWord(target)} /mnt`;
}

export function balloon(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition, balloonReports} = facts;
    const model = definition.devices.find(({kind}) => kind === 'memballoon')?.model ?? null;
    if (definition.pciAddresses.length > 0)
        return notApplicable(
            head,
            _('Memory of a machine with devices of the computer cannot be taken back.'),
        );
    if (model === null || model === 'none')
        return missing(
            head,
            _('The machine has no balloon, so that nothing tells how much memory it needs.'),
            _('Add the balloon to the definition.'),
            {edit: {kind: 'balloon'}, packages: DRIVERS},
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'), DRIVERS);
    if (!balloonReports.known) return notMeasured(head, balloonReports.why, DRIVERS);
    if (balloonReports.value) return works(head, _('The guest tells through it how much memory is free.'));
    const edit = editLacking(definition, {kind: 'balloon'});
    return missing(
        head,
        _('The guest tells nothing through it.'),
        edit === null
            ? _('Install the drivers in the guest.')
            : _('Have it asked regularly, and install the driver in the guest.'),
        {edit, packages: DRIVERS},
    );
}

export function virtioDrivers(facts: MachineFacts, head: RowHead): IntegrationRow {
    const {definition, guest} = facts;
    const {fast, slow} = devicesByBus(definition);
    if (fast.length + slow.length === 0)
        return notApplicable(head, _('The machine has neither disks nor network cards that QEMU makes.'));
    if (slow.length > 0)
        return missing(
            head,
            fill(_('These are not virtio: {devices}'), {devices: slow.slice(0, MOST_NAMES).join(', ')}),
            _(
                'Install the drivers in the guest first: Windows does not start from a disk that it has no driver for.',
            ),
            {packages: DRIVERS},
        );
    if (!canAnswer(facts)) return notMeasured(head, _('The guest does not run.'), DRIVERS);
    if (!guest.known) return notMeasured(head, guest.why, AGENT);
    const {cards} = guest.value;
    const macs = definition.interfaces.filter(isVirtioCard).flatMap(({mac}) => mac ?? []);
    if (macs.length === 0 || cards === null)
        return notMeasured(
            head,
            _('All devices are virtio; the agent does not tell which the guest sees.'),
            DRIVERS,
        );
    const unseen = macs.filter(mac => !cards.some(card => card.mac === mac));
    if (unseen.length === 0) return works(head, _('The guest sees every virtio network card.'));
    return missing(
        head,
        fill(_('The guest does not see the virtio network card {mac}.'), {mac: unseen[0] ?? ''}),
        _('Install the drivers in the guest.'),
        {packages: DRIVERS},
    );
}

/** Names of the devices for which virtio is the fast way, by whether they take it. */
function devicesByBus(definition: Definition): {fast: string[]; slow: string[]} {
    const disks = definition.disks.filter(({device, type}) => device === 'disk' && type !== 'nvme');
    const cards = definition.interfaces.filter(({type}) => type !== 'hostdev' && type !== 'vdpa');
    // A SCSI disk is as fast as the controller that it is on.
    const fastBuses = hasVirtioScsi(definition) ? ['virtio', 'scsi'] : ['virtio'];
    const named = [
        ...disks.map(({target, bus}) => ({name: target, fast: fastBuses.includes(bus)})),
        ...cards.map(card => ({name: card.mac ?? card.model ?? card.type, fast: isVirtioCard(card)})),
    ];
    return {
        fast: named.filter(({fast}) => fast).map(({name}) => name),
        slow: named.filter(({fast}) => !fast).map(({name}) => name),
    };
}

function hasVirtioScsi({devices}: Definition): boolean {
    return devices.some(
        ({kind, type, model}) =>
            kind === 'controller' && type === 'scsi' && model?.startsWith('virtio') === true,
    );
}

function isVirtioCard({model}: {readonly model: string | null}): boolean {
    return model?.startsWith('virtio') === true;
}
