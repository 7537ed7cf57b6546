// SPDX-License-Identifier: GPL-3.0-or-later
// Looking Glass: memory that is large enough, of the right kind, and ours to open.
import {deviceSize, lookingGlassMemory, type LookingGlassMemory} from '../../displays/lookingGlass.js';
import {listNames} from '../../platform/files.js';
import {_, fill, fillTyped} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import {type FileKind, type FileReading, readFile, readKind} from './fileReading.js';
import type {DoctorWorld} from './world.js';

const MIB = 1024 * 1024;
const S_IFMT = 0o170000;
const S_IFCHR = 0o020000;

/** A picture's size in pixels. */
export interface Picture {
    readonly width: number;
    readonly height: number;
}

/**
 * The memory that Looking Glass B7 needs: two pictures and 10 MiB, up to the next power of two
 * (https://looking-glass.io/docs/B7/install_libvirt/).
 *
 * @param hdr whether a pixel has 8 bytes in the place of 4
 * @returns MiB
 */
export function memoryFor({width, height}: Picture, hdr = false): number {
    const needed = (width * height * (hdr ? 8 : 4) * 2) / MIB + 10;
    return 2 ** Math.ceil(Math.log2(needed));
}

/** One machine that shares memory with Looking Glass. */
export interface Mirror {
    readonly machine: string;
    readonly running: boolean;
    readonly memory: LookingGlassMemory;
    readonly file: FileReading<FileKind>;
    /** What the definition says of a device's size, in MiB; null where it says nothing, and for a file. */
    readonly declaredMib: number | null;
    /** What the kernel's module was told, in MiB, for each of its devices; null when it does not tell. */
    readonly moduleMib: readonly number[] | null;
    /** The largest display of the host; null when none tells its size. */
    readonly picture: Picture | null;
}

const isDevice = ({memory}: Mirror): boolean => memory.sizeBytes === null;

export function judgePermission(mirror: Mirror): Verdict[] {
    const {machine, running, memory, file} = mirror;
    const {path} = memory;
    // Of what is of the wrong kind it does not matter who may use it.
    if (judgeKind(mirror).some(({status}) => status === 'failed')) return [];
    if (file.is === 'unreadable')
        return [unknown(file.why, fill(_('Make sure that you may read and write {path}.'), {path}), machine)];
    if (file.is === 'absent')
        return [
            running
                ? failed(
                      fill(_('The machine runs, and {path} is not there.'), {path}),
                      _('Shut the machine down and start it again.'),
                      {about: machine},
                  )
                : ok(fill(_('{path} is made when the machine starts'), {path}), machine),
        ];
    if (file.value.mayRead && file.value.mayWrite)
        return [ok(fill(_('{path} is yours to use'), {path}), machine)];
    return [
        failed(
            fill(_('You may not read and write {path}.'), {path}),
            path.startsWith('/dev/kvmfr')
                ? _('Add a udev rule: SUBSYSTEM=="kvmfr", OWNER="YOU", GROUP="kvm", MODE="0660"')
                : fillTyped(_('Add a file in /etc/tmpfiles.d with: f {path} 0660 YOU kvm -'), {path}),
            {about: machine},
        ),
    ];
}

/** QEMU makes a plain file where the module's device should be when the module is not loaded. */
export function judgeKind(mirror: Mirror): Verdict[] {
    const {machine, memory, file} = mirror;
    if (!isDevice(mirror)) return [ok(_('A file in memory'), machine)];
    if (file.is === 'unreadable') return [unknown(file.why, _('Look again as an administrator.'), machine)];
    const fix = _(
        'Load the module kvmfr (modprobe kvmfr), after a plain file in its place has been removed.',
    );
    if (file.is === 'absent')
        return [failed(fill(_('{path} is not there.'), {path: memory.path}), fix, {about: machine})];
    if ((file.value.mode & S_IFMT) === S_IFCHR) return [ok(_('The kernel’s device'), machine)];
    return [
        failed(fill(_('{path} is a plain file, and no device.'), {path: memory.path}), fix, {about: machine}),
    ];
}

export function judgeSize(mirror: Mirror): Verdict[] {
    const {machine, memory, moduleMib, picture} = mirror;
    const number = Number(/\d+$/.exec(memory.path)?.[0] ?? 0);
    const mib = memory.sizeBytes === null ? (moduleMib?.[number] ?? null) : memory.sizeBytes / MIB;
    if (mib === null)
        return [
            unknown(
                _('The module kvmfr does not tell its size.'),
                _('Load it with static_size_mb, so that its size is known.'),
                machine,
            ),
        ];
    const {declaredMib} = mirror;
    if (declaredMib !== null && declaredMib !== mib)
        return [
            failed(
                fill(_('The definition says {declared} MiB, and the module kvmfr has {size} MiB.'), {
                    declared: declaredMib,
                    size: mib,
                }),
                _('Make the two the same: the machine does not start otherwise.'),
                {about: machine},
            ),
        ];
    if (picture === null)
        return [
            unknown(
                fill(_('{size} MiB; no display tells its resolution.'), {size: mib}),
                _(
                    '1920 × 1080 needs 32 MiB, 2560 × 1440 64 MiB, 3840 × 2160 128 MiB; twice as much for HDR.',
                ),
                machine,
            ),
        ];
    const needed = memoryFor(picture);
    const values = {size: mib, needed, width: picture.width, height: picture.height};
    if (mib >= needed)
        return [ok(fill(_('{size} MiB; {width} × {height} needs {needed} MiB'), values), machine)];
    return [
        failed(
            fill(_('{size} MiB are too small for {width} × {height}, which needs {needed} MiB.'), values),
            memory.sizeBytes === null
                ? _('Give the module kvmfr, and the machine’s definition, the greater size.')
                : _('Give the shared memory of the machine’s definition the greater size.'),
            {about: machine},
        ),
    ];
}

/**
 * Client and guest speak one language only when they are of one release.
 *
 * @param client what looking-glass-client calls itself; null when it does not tell
 * @param guest the same of the host application in the guest
 */
export function judgeRelease(machine: string, client: string | null, guest: string | null): Verdict[] {
    if (client === null)
        return [
            unknown(
                _('looking-glass-client does not tell its release.'),
                _('Use the same release of the client here and of the host application in the guest.'),
                machine,
            ),
        ];
    if (guest === null)
        return [
            unknown(
                fill(_('The client is {client}; the guest does not tell its release.'), {client}),
                _('Use the same release of the client here and of the host application in the guest.'),
                machine,
            ),
        ];
    if (client === guest) return [ok(fill(_('Both are {client}'), {client}), machine)];
    return [
        failed(
            fill(_('The client is {client}, the guest has {guest}.'), {client, guest}),
            _('Install the same release in both.'),
            {about: machine},
        ),
    ];
}

async function readMirrors(world: DoctorWorld): Promise<Mirror[]> {
    const {root} = world.ports;
    const machines = (await world.machines()).flatMap(({name, running, definition}) => {
        const memory = lookingGlassMemory(definition);
        const declared = deviceSize(definition);
        const declaredMib = declared === null ? null : declared / MIB;
        return memory ? [{machine: name, running, memory, declaredMib}] : [];
    });
    if (machines.length === 0) return [];
    const sizes = await readFile(`${root.sys}/module/kvmfr/parameters/static_size_mb`);
    const moduleMib =
        sizes.is === 'read'
            ? sizes.value
                  .trim()
                  .split(',')
                  .map(Number)
                  .filter(size => size > 0)
            : null;
    const picture = await largestPicture(root.sys);
    return Promise.all(
        machines.map(async one => ({
            ...one,
            file: await readKind(one.memory.path.replace(/^\/dev\//, `${root.dev}/`)),
            moduleMib,
            picture,
        })),
    );
}

/** The first mode of each connected socket is its display's own. */
async function largestPicture(sys: string): Promise<Picture | null> {
    const sockets = (listNames(`${sys}/class/drm`) ?? []).filter(name => /^card\d+-/.test(name));
    const modes = await Promise.all(sockets.map(name => readFile(`${sys}/class/drm/${name}/modes`, 4096)));
    const pictures = modes.flatMap(mode => {
        const [, width, height] = (mode.is === 'read' && /^(\d+)x(\d+)/.exec(mode.value)) || [];
        return width && height ? [{width: Number(width), height: Number(height)}] : [];
    });
    return pictures.sort((one, other) => other.width * other.height - one.width * one.height)[0] ?? null;
}

const ofMirrors = {
    limitMs: 1_500,
    changesWith: ['machines'],
    read: readMirrors,
} as const;

/** The questions about Looking Glass, asked of machines that use it. */
export const LOOKING_GLASS_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofMirrors,
        id: 'looking-glass-permission',
        title: () => _('Looking Glass: permission'),
        lasting: true,
        severity: 'warning',
        judge: mirrors => mirrors.flatMap(judgePermission),
    }),
    check({
        ...ofMirrors,
        id: 'looking-glass-kind',
        title: () => _('Looking Glass: kind of memory'),
        lasting: false,
        severity: 'warning',
        judge: mirrors => mirrors.flatMap(judgeKind),
    }),
    check({
        ...ofMirrors,
        id: 'looking-glass-size',
        title: () => _('Looking Glass: size of memory'),
        lasting: true,
        severity: 'warning',
        judge: mirrors => mirrors.flatMap(judgeSize),
    }),
    check({
        id: 'looking-glass-release',
        title: () => _('Looking Glass: releases'),
        lasting: true,
        severity: 'advice',
        limitMs: 1_500,
        changesWith: ['machines'],
        read: async (world: DoctorWorld) => {
            const mirrors = await readMirrors(world);
            if (mirrors.length === 0) return [];
            const releases = await world.ports.lookingGlassReleases();
            return mirrors.map(({machine}) => ({
                machine,
                client: releases.client,
                guest: releases.guests.get(machine) ?? null,
            }));
        },
        judge: all => all.flatMap(({machine, client, guest}) => judgeRelease(machine, client, guest)),
    }),
];
