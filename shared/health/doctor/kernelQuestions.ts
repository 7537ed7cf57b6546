// SPDX-License-Identifier: GPL-3.0-or-later
// What the kernel has, and what it is stuck with.
import {findStuckTasks, type StuckTask} from '../../gpu/handover/stuckTasks.js';
import {isPciAddress} from '../../gpu/pciAddress.js';
import {delay} from '../../platform/clock.js';
import {exists, listNames, readShort} from '../../platform/files.js';
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import {type FileReading, readFile, readWhether} from './fileReading.js';
import {needed} from './setUpQuestions.js';
import type {DoctorWorld} from './world.js';

const IOMEM_BYTES = 256 * 1024;

interface ModuleFacts {
    readonly loaded: boolean;
    /** Of the running kernel, e.g. `6.12.9-amd64`. */
    readonly release: string | null;
    /** Whether vfio-pci can be loaded, and whether it is part of it, by the kernel's lists, which may be absent. */
    readonly loadable: FileReading<boolean>;
    readonly builtIn: FileReading<boolean>;
}

const VFIO_PCI = /\/vfio-pci\.ko/;

async function readModules({ports}: DoctorWorld): Promise<ModuleFacts> {
    const {root} = ports;
    const release = readShort(`${root.proc}/sys/kernel/osrelease`)?.trim() ?? null;
    const folder = `${root.usr}/lib/modules/${release}`;
    const [loadable, builtIn] = await Promise.all([
        readWhether(`${folder}/modules.dep`, VFIO_PCI),
        readWhether(`${folder}/modules.builtin`, VFIO_PCI),
    ]);
    return {loaded: exists(`${root.sys}/module/vfio_pci`), release, loadable, builtIn};
}

/** The modules of the kernel that runs, which a package manager may have taken away meanwhile. */
export function judgeKernelModules({release, loadable}: Omit<ModuleFacts, 'loaded' | 'builtIn'>): Verdict[] {
    if (release === null)
        return [unknown(_('The kernel does not tell its release.'), _('Check that /proc is mounted.'))];
    if (loadable.is === 'read') return [ok(fill(_('There, for {release}'), {release}))];
    if (loadable.is === 'unreadable') return [unknown(loadable.why, _('Look again as an administrator.'))];
    return [
        failed(
            fill(_('The modules of the running kernel {release} are gone: it has been updated.'), {release}),
            _('Restart the computer. Until then drivers that are unloaded cannot be loaded again.'),
        ),
    ];
}

export function judgeVfio({loaded, release, loadable, builtIn}: ModuleFacts): Verdict[] {
    if (loaded) return [ok(_('Loaded'))];
    const has = (list: FileReading<boolean>): boolean => list.is === 'read' && list.value;
    if (has(builtIn) || has(loadable)) return [ok(_('Can be loaded'))];
    if (release === null || loadable.is !== 'read')
        return [
            unknown(
                _('The list of the running kernel’s modules cannot be read.'),
                _('Restart the computer, then look again.'),
            ),
        ];
    return [
        failed(
            fill(_('The kernel {release} has no module vfio-pci.'), {release}),
            _('Install the package with all of the kernel’s modules, or another kernel.'),
        ),
    ];
}

interface StuckFacts {
    /** Null when the processes cannot be listed. */
    readonly stuck: readonly StuckTask[] | null;
    readonly log: readonly string[] | null;
}

/**
 * What NVIDIA's driver says before it waits until nobody uses the card any more, and when that has ended after all
 * (open-gpu-kernel-modules, nv-pci.c).
 */
const NONZERO = /NVRM: Attempting to remove device ([\da-f:.]+) with non-zero usage count/i;
const CONTINUED = /NVRM: Continuing with GPU removal for device ([\da-f:.]+)/i;

/** The last message of a removal that still waits; undefined when none does. */
function waitingRemoval(log: readonly string[]): string | undefined {
    const waiting = new Map<string, string>();
    for (const line of log) {
        const [, begun] = NONZERO.exec(line) ?? [];
        const [, continued] = CONTINUED.exec(line) ?? [];
        if (begun !== undefined) waiting.set(begun, line);
        if (continued !== undefined) waiting.delete(continued);
    }
    return [...waiting.values()].at(-1);
}

export function judgeStuck({stuck, log}: StuckFacts): Verdict[] {
    const fix = _(
        'Save your work and restart the computer. Nothing else helps, and nothing else should be tried.',
    );
    if (stuck !== null && stuck.length > 0)
        return [
            failed(
                fill(_('Waiting in the kernel, and cannot be ended: {tasks}'), {
                    tasks: stuck
                        .map(({name, pid, waitsIn}) => `${name} (${pid}${waitsIn ? `, ${waitsIn}` : ''})`)
                        .join(', '),
                }),
                fix,
            ),
        ];
    const line = log === null ? undefined : waitingRemoval(log);
    if (line !== undefined) return [failed(fill(_('The kernel says: {line}'), {line}), fix)];
    if (stuck === null)
        return [
            unknown(_('The processes cannot be listed.'), _('Check that /proc is mounted and readable.')),
        ];
    return [
        ok(
            log === null
                ? _('No task is stuck; the kernel’s messages may not be read by this account')
                : _('No task is stuck'),
        ),
    ];
}

const BOOT_FRAMEBUFFER = /^(BOOTFB|efifb|vesafb|simplefb|simpledrm|simple-framebuffer)\b/;

/** Cards in whose memory the picture of the firmware still is, from /proc/iomem. */
export function bootFramebuffersIn(iomem: string): string[] {
    const above: string[] = [];
    return iomem.split('\n').flatMap(line => {
        const [, indent = '', name = ''] = /^( *)[0-9a-f]+-[0-9a-f]+ : (.*)$/i.exec(line) ?? [];
        if (name === '') return [];
        above.splice(indent.length / 2);
        const card = BOOT_FRAMEBUFFER.test(name) ? above.findLast(isPciAddress) : undefined;
        above.push(name);
        return card ?? [];
    });
}

export function judgeFramebuffer(iomem: FileReading<string>, cards: readonly string[]): Verdict[] {
    return cards.map(card => {
        if (iomem.is !== 'read')
            return unknown(
                _('The kernel’s list of memory regions cannot be read.'),
                _('Check that /proc/iomem is there and readable, then look again.'),
                card,
            );
        if (!bootFramebuffersIn(iomem.value).includes(card))
            return ok(_('The firmware’s picture is not in its memory'), card);
        return failed(
            _('The firmware’s picture is still in its memory, so that a machine cannot have all of it.'),
            _(
                'Choose the other card as the primary display in the firmware settings, and restart the computer.',
            ),
            {about: card},
        );
    });
}

/** The questions about the kernel itself. */
export const KERNEL_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'kernel-modules',
        title: () => _('Modules of the kernel'),
        lasting: false,
        severity: 'warning',
        limitMs: 1_000,
        changesWith: ['files'],
        read: readModules,
        judge: judgeKernelModules,
    }),
    check({
        id: 'vfio-module',
        title: () => _('Driver for lent devices'),
        lasting: true,
        severity: 'hard',
        limitMs: 1_500,
        changesWith: ['files', 'cards', 'machines'],
        read: async (world: DoctorWorld) => ({
            modules: await readModules(world),
            lends: await world.lends(),
        }),
        judge: ({modules, lends}) => needed(lends, judgeVfio(modules)),
    }),
    check({
        id: 'unbind-hangs',
        title: () => _('Tasks stuck in the kernel'),
        lasting: false,
        severity: 'hard',
        // It looks four times, 0.3 s apart.
        limitMs: 1_700,
        changesWith: ['cards'],
        read: async ({ports}: DoctorWorld, given) => {
            const {root} = ports;
            const [stuck, log] = await Promise.all([
                listNames(root.proc) === null ? null : findStuckTasks(root, {delay: ms => delay(ms, given)}),
                ports.kernelLog(),
            ]);
            return {stuck, log};
        },
        judge: judgeStuck,
    }),
    check({
        id: 'boot-framebuffer',
        title: () => _('Firmware’s picture in the card’s memory'),
        lasting: false,
        severity: 'warning',
        limitMs: 800,
        changesWith: ['cards'],
        read: async (world: DoctorWorld) => ({
            iomem: await readFile(`${world.ports.root.proc}/iomem`, IOMEM_BYTES),
            cards: (await world.cards()).map(({display}) => display.address),
        }),
        judge: ({iomem, cards}) => judgeFramebuffer(iomem, cards),
    }),
];
