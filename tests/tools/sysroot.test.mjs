// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {mkdtemp, mkdir, rm, symlink} from 'node:fs/promises';
import {readdirSync, readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {once} from 'node:events';
import test from 'node:test';
import {setTimeout as delay} from 'node:timers/promises';
import {checkout} from '../../tools/lib/enter.mjs';
import {sysrootPath} from '../../tools/lib/sysroots.mjs';

/** Starts a tool of ours. */
function start(tool, args, options = {}) {
    return spawn(process.execPath, [join(checkout, `tools/${tool}.mjs`), ...args], {
        stdio: ['pipe', 'pipe', 'pipe'],
        ...options,
    });
}

/** Runs a tool of ours to its end. */
async function run(tool, args, {input = '', ...options} = {}) {
    const child = start(tool, args, options);
    const outcome = {out: '', err: ''};
    child.stdout.on('data', data => (outcome.out += data));
    child.stderr.on('data', data => (outcome.err += data));
    child.stdin.end(input);
    const [code] = await once(child, 'close');
    return {code, ...outcome};
}

const inside = (command, options) => run('sysroot', ['--no-build', ...command], options);

/** How many processes `sleep TIME` there are on this computer. */
function sleepers(time) {
    return readdirSync('/proc')
        .filter(name => /^\d+$/.test(name))
        .filter(pid => {
            try {
                return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === `sleep\0${time}\0`;
            } catch {
                return false; // it has just ended
            }
        }).length;
}

async function eventually(condition, what) {
    for (let left = 600; left > 0; left--) {
        if (condition()) return;
        await delay(50);
    }
    assert.fail(what);
}

test('the sysroot tool hands arguments on exactly', async () => {
    const words = ['a b', '', '$HOME', '--gnome', "it's", 'ü\n'];
    const {code, out, err} = await inside(['printf', '%s|', ...words]);
    assert.deepEqual({code, out, err}, {code: 0, out: words.map(word => `${word}|`).join(''), err: ''});
});

test("the sysroot tool's exit code is the command's own", async () => {
    assert.equal((await inside(['sh', '-c', 'exit 7'])).code, 7);
    assert.equal((await inside(['no-such-command'])).code, 127);
    assert.equal((await inside(['sh', '-c', 'kill -9 $$'])).code, 137);
});

test('the sysroot tool passes standard input on, and keeps both outputs apart', async () => {
    const {out, err} = await inside(['sh', '-c', 'cat; echo oops >&2'], {input: 'hello\n'});
    assert.deepEqual([out, err], ['hello\n', 'oops\n']);
});

test('a command in the sysroot is an ordinary user on private buses, at the checkout', async () => {
    const {out} = await inside([
        'sh',
        '-c',
        'id -un; pwd; echo $DBUS_SESSION_BUS_ADDRESS $DBUS_SYSTEM_BUS_ADDRESS',
    ]);
    assert.equal(out, 'tester\n/src\nunix:path=/run/user/1000/bus unix:path=/run/user/1000/system-bus\n');
    assert.equal((await inside(['touch', '/usr/nothing'])).code, 1);
});

test('the sysroot tool says what is wrong with its own arguments', async () => {
    const {code, err} = await run('sysroot', ['--gnome', '47', 'true']);
    assert.equal(code, 125);
    assert.match(err, /^There is no sysroot for GNOME 47/m);
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL']) {
    test(`${signal} to the sysroot tool ends everything that it started`, async () => {
        const mark = `86399.${Math.floor(Math.random() * 1e9)}`;
        const tool = start('sysroot', ['--no-build', 'sh', '-c', 'setsid sleep "$0" & sleep "$0"', mark]);
        await eventually(() => sleepers(mark) === 2, 'it did not start');
        tool.kill(signal);
        await once(tool, 'exit');
        await eventually(() => sleepers(mark) === 0, 'it still runs');
    });
}

/** A cache with the sysroots that are named, and a mirror that is not there. */
async function offline(gnomes) {
    const cache = await mkdtemp(join(tmpdir(), 'handover-cache-'));
    const sysroots = join(cache, 'handover/sysroots');
    await mkdir(sysroots, {recursive: true});
    for (const gnome of gnomes)
        await symlink(sysrootPath(gnome), join(sysroots, basename(sysrootPath(gnome))));
    const env = {...process.env, XDG_CACHE_HOME: cache, HANDOVER_MIRROR: 'http://127.0.0.1:9/debian'};
    return {env, remove: () => rm(cache, {recursive: true, force: true})};
}

test('without the sysroot of the floor the tests fail and say why', async () => {
    const {env, remove} = await offline([]);
    const {code, out} = await run('test', ['unit'], {env});
    await remove();
    assert.equal(code, 1);
    assert.match(out, /The sysroot for GNOME 48 \(Debian trixie\) could not be made/);
    assert.match(out, /\n0 passed, 1 failed\n$/);
});

test('without the sysroot of the ceiling its tests are skipped, with the reason', async () => {
    const {env, remove} = await offline(['48']);
    const {code, out} = await run('test', ['shell', '--gnome', '51'], {env});
    await remove();
    assert.match(out, /Skipped: the sysroot for GNOME 51 could not be made/);
    assert.match(out, /\n0 passed, 0 failed, \d+ skipped\n$/);
    assert.equal(code, 1, 'nothing passed, so that nothing is proved');
});

test('a test that fails makes the whole run fail', async () => {
    const {code, out} = await run('test', [
        'tests/unit/harness.test.ts',
        '--filter',
        'no test is called like this',
    ]);
    assert.equal(code, 1);
    assert.match(out, /\n0 passed, 1 failed\n$/);
});
