// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt's hooks: whether ours is run, whether another does the same, and whether one makes libvirt wait for itself.
import {_, fill} from '../../platform/i18n.js';
import {readShort} from '../../platform/files.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import {bootTimeIn} from './desktopQuestions.js';
import {type FileKind, type FileReading, readFile, readFolder, readKind} from './fileReading.js';
import type {DoctorWorld} from './world.js';

/** A hook of QEMU's, with what stands in it. */
export interface Hook {
    readonly path: string;
    readonly kind: FileReading<FileKind>;
    readonly text: FileReading<string>;
}

/** All that libvirt would run when a machine starts. */
export interface HookFacts {
    /** Whether the folder of hooks may be looked into. */
    readonly folder: FileReading<readonly string[]>;
    /** `qemu`, and those in `qemu.d` in the order in which they are run. */
    readonly main: Hook | null;
    readonly more: readonly Hook[];
    /** When libvirt's daemon started, in seconds since 1970; null when it does not run, or that is not told. */
    readonly daemonStartedAt: number | null;
    /** Whether the helper tells of the guard, which is a question of its own then. */
    readonly guardIsTold: boolean;
}

const GUARD = 'handover-guard';
const DAEMONS = new Set(['libvirtd', 'virtqemud']);
const EXECUTABLE = 0o111;
const KNOWN_LEFTOVERS = /(\.(bak|old|orig|save|swp|disabled|rpmsave|rpmnew|dpkg-\w+)|~)$/;

/** Reads the hooks of the system's libvirt. */
export async function readHooks(world: DoctorWorld): Promise<HookFacts> {
    const {root} = world.ports;
    const folder = `${root.etc}/libvirt/hooks`;
    const names = await readFolder(`${folder}/qemu.d`);
    const main = await readHook(`${folder}/qemu`);
    return {
        folder: names.is === 'absent' ? await readFolder(folder) : names,
        main: main.kind.is === 'absent' ? null : main,
        more:
            names.is === 'read'
                ? await Promise.all(names.value.map(name => readHook(`${folder}/qemu.d/${name}`)))
                : [],
        daemonStartedAt: await daemonStart(world),
        guardIsTold: (await world.helper()).there,
    };
}

async function readHook(path: string): Promise<Hook> {
    const [kind, text] = await Promise.all([readKind(path), readFile(path)]);
    return {path, kind, text};
}

/** From /proc/PID/stat, whose times are ticks of 1/100 s since boot, and from when that was. */
async function daemonStart(world: DoctorWorld): Promise<number | null> {
    const {proc} = world.ports.root;
    const bootedAt = bootTimeIn(readShort(`${proc}/stat`));
    if (bootedAt === null) return null;
    const daemon = (await world.processes())?.find(({name}) => DAEMONS.has(name));
    if (!daemon) return null;
    const stat = readShort(`${proc}/${daemon.pid}/stat`) ?? '';
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isFinite(ticks) ? bootedAt + ticks / 100 : null;
}

function notReadable(why: string): Verdict {
    return unknown(
        fill(_('libvirt’s folder of hooks cannot be read: {why}'), {why}),
        _('Only an administrator may look into it on this computer: sudo handover doctor'),
    );
}

/** A hook that libvirt does not run, because of its mode, or because the daemon was there before any hook was. */
export function judgeNeverRuns({folder, main, more, daemonStartedAt, guardIsTold}: HookFacts): Verdict[] {
    if (folder.is === 'unreadable') return [notReadable(folder.why)];
    const hooks = [...(main ? [main] : []), ...more];
    if (hooks.length === 0) return [ok(_('There are no hooks'))];
    const idle = hooks.filter(
        ({path, kind}) =>
            kind.is === 'read' &&
            (kind.value.mode & EXECUTABLE) === 0 &&
            !KNOWN_LEFTOVERS.test(path) &&
            !(guardIsTold && isGuard({path})),
    );
    if (idle.length > 0)
        return [
            failed(
                fill(_('libvirt does not run these, which are not executable: {files}'), {
                    files: idle.map(({path}) => path).join(', '),
                }),
                _('Make them executable (chmod 755), or take them away.'),
            ),
        ];
    const changes = hooks.flatMap(({kind}) => (kind.is === 'read' ? [kind.value.changedAt] : []));
    const oldest = Math.min(...changes);
    // Whoever installs our guard tells libvirt, too, which finds all the others then.
    const told = more.some(isGuard);
    if (!told && daemonStartedAt !== null && oldest > daemonStartedAt)
        return [
            unknown(
                _('All hooks are younger than libvirt’s daemon, which looks for hooks when it starts.'),
                _('Have libvirt load them: sudo systemctl reload virtqemud (or libvirtd)'),
            ),
        ];
    return [ok(fill(_('Run by libvirt: {files}'), {files: hooks.map(({path}) => path).join(', ')}))];
}

/** The same done twice: by a copy that was left in the folder, or by a `qemu` that runs the folder itself. */
export function judgeTwice({folder, main, more}: HookFacts): Verdict[] {
    if (folder.is === 'unreadable') return [notReadable(folder.why)];
    if (main?.text.is === 'read' && /qemu\.d\b/.test(code(main.text.value)) && more.length > 0)
        return [
            failed(
                fill(_('{file} runs what is in qemu.d, and so does libvirt itself since 6.5.'), {
                    file: main.path,
                }),
                _('Take that file away, or have it run a folder of another name.'),
            ),
        ];
    const left = more.filter(
        ({path, kind}) =>
            KNOWN_LEFTOVERS.test(path) && kind.is === 'read' && (kind.value.mode & EXECUTABLE) !== 0,
    );
    if (left.length > 0)
        return [
            failed(
                fill(_('libvirt runs these copies, too: {files}'), {
                    files: left.map(({path}) => path).join(', '),
                }),
                _('Move them out of the folder: libvirt runs whatever is executable in it.'),
            ),
        ];
    return [ok(_('Nothing is done twice'))];
}

/** Binding, unbinding and unloading. */
const MOVES =
    /\bdriver_override\b|\bdrivers_probe\b|\/(un)?bind\b|\bmodprobe\s+-r\b|\brmmod\b|nodedev-(detach|reattach)/;

/** Hooks that move cards by themselves, beside our guard. */
export function judgeMoves(facts: HookFacts): Verdict[] {
    const {folder, more} = facts;
    if (folder.is === 'unreadable') return [notReadable(folder.why)];
    const movers = inUse(facts).filter(
        hook =>
            !isGuard(hook) &&
            !asksLibvirt(hook) &&
            hook.text.is === 'read' &&
            MOVES.test(code(hook.text.value)),
    );
    if (movers.length === 0 || !more.some(isGuard)) return [ok(_('No hook moves a card'))];
    return [
        failed(
            fill(_('These move cards, as Handover does: {files}'), {
                files: movers.map(({path}) => path).join(', '),
            }),
            _('Take them away: two that write to one card undo what the other has done.'),
        ),
    ];
}

/** All but the copies that were left beside them, which are told of as such. */
function inUse({main, more}: HookFacts): Hook[] {
    return [...(main ? [main] : []), ...more].filter(({path}) => !KNOWN_LEFTOVERS.test(path));
}

function isGuard({path}: Pick<Hook, 'path'>): boolean {
    return path.endsWith(`/${GUARD}`);
}

function asksLibvirt({text}: Hook): boolean {
    return text.is === 'read' && /(^|[\s;&|(`/])(virsh|virt-xml|virt-admin)\s/m.test(code(text.value));
}

/** A hook that asks libvirt, which waits for the hook. */
export function judgeAsksLibvirt(facts: HookFacts): Verdict[] {
    const {folder} = facts;
    if (folder.is === 'unreadable') return [notReadable(folder.why)];
    const hooks = inUse(facts);
    const asking = hooks.filter(asksLibvirt);
    if (asking.length > 0)
        return [
            failed(
                fill(_('These ask libvirt while it waits for them: {files}'), {
                    files: asking.map(({path}) => path).join(', '),
                }),
                _('Take virsh out of them. A machine’s start freezes all of libvirt otherwise.'),
            ),
        ];
    const blind = hooks.find(({text}) => text.is === 'unreadable');
    if (blind)
        return [
            unknown(
                fill(_('{file} cannot be read.'), {file: blind.path}),
                _('Only an administrator may read it: sudo handover doctor'),
            ),
        ];
    return [ok(_('No hook asks libvirt'))];
}

/** A script without its comments. */
function code(text: string): string {
    return text.replace(/(^|\s)#.*$/gm, '$1');
}

const ofHooks = {
    severity: 'warning',
    limitMs: 1_500,
    changesWith: ['helper'],
    read: (world: DoctorWorld) => readHooks(world),
} as const;

/** The questions about libvirt's hooks. */
export const HOOK_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofHooks,
        id: 'hook-not-run',
        title: () => _('Hooks that libvirt runs'),
        lasting: true,
        judge: judgeNeverRuns,
    }),
    check({
        ...ofHooks,
        id: 'hook-twice',
        title: () => _('Hooks that do a thing twice'),
        lasting: true,
        judge: judgeTwice,
    }),
    check({
        ...ofHooks,
        id: 'hook-moves-cards',
        title: () => _('Hooks that move cards'),
        lasting: true,
        judge: judgeMoves,
    }),
    check({
        ...ofHooks,
        id: 'hook-asks-libvirt',
        title: () => _('Hooks that wait for libvirt'),
        lasting: true,
        judge: judgeAsksLibvirt,
    }),
];
