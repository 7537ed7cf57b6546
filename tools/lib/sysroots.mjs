// SPDX-License-Identifier: GPL-3.0-or-later
import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {mkdir, readFile, rename} from 'node:fs/promises';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {withLock} from './lock.mjs';
import {packagesOf, suites} from './packages.mjs';
import {capture, run} from './process.mjs';
import {progress, ToolError} from './progress.mjs';

const recipe = fileURLToPath(new URL('../sysroot/make.sh', import.meta.url));
const mirror = process.env['HANDOVER_MIRROR'] ?? 'http://deb.debian.org/debian';

/** The folder, outside of every checkout, that keeps what is costly to make again. */
export const cacheDirectory = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'handover');

const isRoot = process.getuid?.() === 0;

/**
 * The namespaces in which a sysroot is made and used; everything below ends with this process.
 * An ordinary user becomes root of a user namespace of their own.
 * @param {string[]} more further options of unshare(1)
 * @returns {string[]}
 */
export function namespaces(more = []) {
    return [
        'setpriv',
        '--pdeathsig',
        'KILL',
        'unshare',
        ...(isRoot ? [] : ['--user', '--map-auto', '--map-root-user']),
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        ...more,
    ];
}

/**
 * @param {string} gnome '48' or '51'
 * @returns {string} where that version's sysroot is, or will be once it is made
 */
export function sysrootPath(gnome) {
    const suite = suites[gnome];
    if (suite === undefined) {
        throw new ToolError(`There is no sysroot for GNOME ${gnome}; there are 48 and 51.`);
    }
    const key = createHash('sha256')
        .update(packagesOf(suite).join('\n'))
        .update(readFileSync(recipe))
        .digest('hex')
        .slice(0, 12);
    return join(cacheDirectory, 'sysroots', `${suite.suite}-${key}`);
}

/** Fails, with what to do, unless this user may make namespaces. */
async function checkPrivileges() {
    if (isRoot) return;
    const {code} = await capture([...namespaces(), 'true']);
    if (code !== 0) {
        throw new ToolError(
            'An ordinary user may not enter a sysroot here: that takes user namespaces and newuidmap ' +
                '(Debian, Ubuntu: sudo apt install uidmap). Or run the same command with sudo.',
        );
    }
}

/** Fetches the program that unpacks a Debian base, where that can be done without asking. */
async function ensureBootstrapper() {
    const program = isRoot ? 'debootstrap' : 'mmdebstrap';
    if ((await capture(['sh', '-c', `command -v ${program}`])).code === 0) return;
    const hint = `The sysroot needs ${program}. Install it (Debian, Ubuntu: sudo apt install ${program}; Fedora: sudo dnf install ${program}; Arch: sudo pacman -S ${program}) and try again.`;
    if (!isRoot || (await capture(['apt-get', '--version'])).code !== 0) throw new ToolError(hint);
    progress(`sysroot: installing ${program}`);
    await capture(['apt-get', '-q', 'update']);
    const {code} = await capture(['apt-get', '-q', '-y', 'install', program]);
    if (code !== 0) throw new ToolError(hint);
}

/**
 * Says how far the recipe is, from what apt-get prints.
 * @returns {(line: string) => void}
 */
function narrator() {
    let total = 0;
    let done = 0;
    let said = 0;
    return line => {
        if (line.startsWith('sysroot: ')) progress(line);
        const count = /(\d+) newly installed/.exec(line);
        if (count !== null) total = Number(count[1]);
        if (/^(Unpacking|Setting up) /.test(line) && total > 0) {
            done += 1;
            const percent = Math.floor((done / (2 * total)) * 100);
            if (percent >= said + 10) {
                said = percent - (percent % 10);
                progress(`sysroot: ${said} % of ${total} packages`);
            }
        }
    };
}

/** @param {string} directory a sysroot in the making, whose files may belong to other users */
async function remove(directory) {
    await capture([...namespaces(), 'rm', '-rf', '--one-file-system', directory]);
}

/**
 * Makes a folder with a Debian system unless it is there already.
 * @param {{target: string, suite: string, packages: string[], what: string, name: string, cost: string}} wanted `what` it is,
 *   `name` what tells it from others, `cost` what it takes
 * @param {(making: string, log: string) => Promise<number>} [finish] does the rest before it counts as made; an exit
 *   code
 * @returns {Promise<string>} the folder
 * @throws {ToolError} when it cannot be made, with the reason
 */
export async function ensureTree(
    {target, suite, packages, what, name, cost},
    finish = () => Promise.resolve(0),
) {
    if (existsSync(target)) return target;
    await checkPrivileges();
    const waiting = `sysroot: waiting for another run that makes Debian ${suite}`;
    return withLock(`${target}.lock`, waiting, async () => {
        if (existsSync(target)) return target;
        await ensureBootstrapper();
        await mkdir(join(target, '..'), {recursive: true});
        const making = `${target}.making`;
        const log = `${target}.log`;
        await remove(making);
        progress(`sysroot: making Debian ${suite} ${name} (once; ${cost})`);
        let code = await run([...namespaces(), 'sh', recipe, suite, making, mirror, ...packages], {
            onLine: narrator(),
            log,
            killSignal: 'SIGKILL',
            env: {...process.env, ...(isRoot ? {} : {HANDOVER_USER_NAMESPACE: '1'})},
        });
        if (code === 0) code = await finish(making, log);
        if (code !== 0) {
            await remove(making);
            const tail = (await readFile(log, 'utf8')).trimEnd().split('\n').slice(-12).join('\n');
            throw new ToolError(
                `${tail}\n\n${what} (Debian ${suite}) could not be made; the whole log is ${log}.`,
            );
        }
        await rename(making, target);
        progress(`sysroot: Debian ${suite} ${name} is ready`);
        return target;
    });
}

/**
 * Makes a sysroot unless it is there already.
 * @param {string} gnome '48' or '51'
 * @returns {Promise<string>} its folder
 * @throws {ToolError} when it cannot be made, with the reason
 */
export function ensureSysroot(gnome) {
    const target = sysrootPath(gnome);
    const {suite} = suites[gnome];
    return ensureTree({
        target,
        suite,
        packages: packagesOf(suites[gnome]),
        what: `The sysroot for GNOME ${gnome}`,
        name: `with GNOME ${gnome}`,
        cost: 'about 2 minutes, 2 GB',
    });
}
