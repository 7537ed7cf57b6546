// SPDX-License-Identifier: GPL-3.0-or-later
// How the machine's disks and the files beside them are.
import {_, fill, ngettext} from '../../platform/i18n.js';
import {sizeLabel} from '../../platform/size.js';
import {type Finding, fine, type Question, unmeasured, wrong} from '../finding.js';
import type {ImageFacts, ImageLayer} from './imageChain.js';
import {timeOf} from './timeOf.js';
import {hasQemu, isOn, type MachineFacts, type SnapshotFacts, type StateFile} from './machineFacts.js';

/** Less than this where an image grows, and the machine is soon paused; in bytes. */
const LITTLE_SPACE = 2 ** 30;

export function diskChecks(facts: MachineFacts): Finding[] {
    return [
        ...diskErrors(facts),
        ...facts.images.flatMap(image => [chain(image), ...space(image)]),
        ...snapshots(facts),
        ...facts.stateFiles.map(file => stateFile(facts, file)),
    ];
}

function diskErrors(facts: MachineFacts): Finding[] {
    if (!isOn(facts) || !hasQemu(facts)) return [];
    const question: Question = {id: 'disk-errors', title: _('Disk errors'), severity: 'hard', lasting: false};
    const {diskErrors: reading, lastIoErrorMs} = facts;
    if (!reading.known) return [unmeasured(question, reading.why)];
    if (reading.value.length === 0 && lastIoErrorMs !== null)
        return [
            wrong(
                question,
                fill(_('QEMU met one at {time}, and let the guest know.'), {time: timeOf(lastIoErrorMs)}),
                _('Look into the computer’s log for errors of the disk that the image is on.'),
            ),
        ];
    if (reading.value.length === 0) return [fine(question, _('None'))];
    return reading.value.map(({target, noSpace}) =>
        noSpace
            ? wrong(
                  question,
                  fill(_('There was no space left to write {disk}.'), {disk: target}),
                  _('Make room where its image is, then resume the machine.'),
                  target,
              )
            : wrong(
                  question,
                  fill(_('{disk} could not be read or written.'), {disk: target}),
                  _('Look into the computer’s log for errors of the disk that the image is on.'),
                  target,
              ),
    );
}

function chain({target, missing, chain: reading}: ImageFacts): Finding {
    const question: Question = {id: 'image-chain', title: _('Images'), severity: 'hard', lasting: true};
    const [gone] = missing;
    if (gone !== undefined)
        return wrong(
            question,
            fill(_('{disk} needs {file}, which is not there.'), {disk: target, file: gone}),
            _(
                'Bring the file back, or take the disk out of the definition. Do not make a new file of that name.',
            ),
            target,
        );
    if (!reading.known) return unmeasured(question, reading.why, '', target);
    const {layers, loop} = reading.value;
    if (loop !== null)
        return wrong(
            question,
            fill(_('{disk} rests on images that rest on each other; {file} is one of them.'), {
                disk: target,
                file: loop,
            }),
            _(
                'Bring one of them back from a backup, or rest it on the right image with “qemu-img rebase -u”.',
            ),
            target,
        );
    const damaged = layers.find(({corrupt}) => corrupt);
    if (damaged)
        return wrong(
            question,
            fill(_('{file} is marked as damaged.'), {file: damaged.path}),
            _('Turn the machine off, make a copy of the file, and run “qemu-img check -r all” on it.'),
            target,
        );
    const vague = layers.find(isVague);
    if (vague)
        return wrong(
            question,
            fill(_('{file} does not say which format the image has that it rests on.'), {file: vague.path}),
            _(
                'libvirt does not start it so. Write the format down: “qemu-img rebase -u -F FORMAT -b BASE IMAGE”.',
            ),
            target,
        );
    const formats = layers.map(({format}) => format).join(' → ');
    return fine(question, fill(_('{disk}: {formats}'), {disk: target, formats}), target);
}

/** libvirt guesses the format of what an image rests on only where that rests on nothing itself. */
function isVague({backingFormat}: ImageLayer, at: number, layers: readonly ImageLayer[]): boolean {
    const below = layers[at + 1];
    return backingFormat === null && below !== undefined && below.backing !== null;
}

function space({target, path, missing, readOnly, growthBytes: growth, freeBytes}: ImageFacts): Finding[] {
    if (readOnly || missing.includes(path)) return [];
    const question: Question = {
        id: 'image-space',
        title: _('Space for the image'),
        severity: 'warning',
        lasting: false,
    };
    if (!freeBytes.known) return [unmeasured(question, freeBytes.why, '', target)];
    const free = freeBytes.value;
    const values = {disk: target, free: sizeLabel(free), growth: growth === null ? '' : sizeLabel(growth)};
    const evidence =
        growth === null
            ? fill(_('{free} are free where {disk} is.'), values)
            : fill(_('{disk} can grow by {growth}; {free} are free.'), values);
    // What cannot grow needs no room.
    if (growth === 0 || free >= Math.min(growth ?? LITTLE_SPACE, LITTLE_SPACE))
        return [fine(question, evidence, target)];
    return [
        wrong(
            question,
            evidence,
            _('Make room, or move the image: the machine is paused when there is none left.'),
            target,
        ),
    ];
}

function snapshots({snapshots: reading, images}: MachineFacts): Finding[] {
    const question: Question = {id: 'snapshots', title: _('Snapshots'), severity: 'warning', lasting: true};
    if (!reading.known) return [unmeasured(question, reading.why)];
    const {value} = reading;
    if (value.length === 0) return [];
    const fix = _('It cannot be gone back to. Take its record away: “virsh snapshot-delete --metadata”.');
    const broken = value.flatMap(snapshot => {
        const trouble = troubleOf(snapshot, images);
        return trouble === null ? [] : [wrong(question, trouble, fix, snapshot.name)];
    });
    if (broken.length > 0) return broken;
    const count = value.length;
    return [
        fine(
            question,
            fill(
                ngettext('{count} snapshot, all of it there', '{count} snapshots, all of them there', count),
                {
                    count,
                },
            ),
        ),
    ];
}

function troubleOf({name, disks, missing}: SnapshotFacts, images: readonly ImageFacts[]): string | null {
    const [gone] = missing;
    if (gone !== undefined)
        return fill(_('{snapshot} needs {file}, which is not there.'), {snapshot: name, file: gone});
    const layers = images.flatMap(({chain: reading}) => (reading.known ? reading.value.layers : []));
    for (const {kind, file} of disks) {
        const layer = kind === 'internal' ? layers.find(({path}) => path === file) : undefined;
        if (layer && !layer.snapshots.includes(name))
            return fill(_('{file} holds no snapshot {snapshot}.'), {snapshot: name, file: layer.path});
    }
    return null;
}

function stateFile(facts: MachineFacts, {kind, path, there}: StateFile): Finding {
    const question: Question =
        kind === 'tpm'
            ? {id: 'tpm-state', title: _('TPM'), severity: 'warning', lasting: true}
            : {id: 'nvram', title: _('Firmware settings'), severity: 'warning', lasting: true};
    if (there === null) return unmeasured(question, fill(_('{file} cannot be looked up.'), {file: path}));
    if (there) return fine(question, fill(_('{file} is there.'), {file: path}));
    const evidence = fill(_('{file} is not there.'), {file: path});
    const loss =
        kind === 'tpm'
            ? _('Bring it back from a backup. With a new one, BitLocker asks for its recovery key.')
            : _('Bring it back from a backup. A new one has the firmware’s defaults, and no boot entries.');
    if (isOn(facts)) return wrong(question, evidence, loss);
    // It is made at the first start, and libvirt does not tell whether there has been one.
    return unmeasured(question, evidence, _('This is as it should be before the first start.') + ' ' + loss);
}
