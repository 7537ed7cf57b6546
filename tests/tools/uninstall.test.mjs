// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import {execFile} from 'node:child_process';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'node:test';
import {promisify} from 'node:util';
import {checkout} from '../../tools/lib/enter.mjs';

/** Runs the uninstaller in a home whose manifest lists these paths below ~/.local. */
async function uninstall(home, listed) {
    await mkdir(join(home, '.local/state/handover'), {recursive: true});
    await writeFile(
        join(home, '.local/state/handover/installed-files'),
        listed.map(path => `${join(home, '.local')}/${path}\n`).join(''),
    );
    const script =
        `const {uninstall} = await import(${JSON.stringify(join(checkout, 'tools/lib/desktopInstall.mjs'))});` +
        'await uninstall();';
    await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        env: {PATH: process.env['PATH'], HOME: home},
    });
}

async function inHome(work) {
    const home = await mkdtemp(join(tmpdir(), 'handover-home-'));
    try {
        await work(home);
    } finally {
        await rm(home, {recursive: true});
    }
}

test('uninstalling takes out what is listed, and the folders that it leaves empty', () =>
    inHome(async home => {
        const folder = join(home, '.local/share/handover');
        await mkdir(folder, {recursive: true});
        await writeFile(join(folder, 'ours'), '');
        await uninstall(home, ['share/handover/ours']);
        assert.equal(existsSync(folder), false);
        assert.equal(existsSync(join(home, '.local/state/handover')), false);
    }));

test('uninstalling does not follow a link out of the prefix', () =>
    inHome(async home => {
        await mkdir(join(home, 'precious'));
        await writeFile(join(home, 'precious/keep'), '');
        await mkdir(join(home, '.local/share'), {recursive: true});
        await symlink(join(home, 'precious'), join(home, '.local/share/handover'));
        await uninstall(home, ['share/handover/keep', 'share/../../precious/keep', 'share/..']);
        assert.equal(existsSync(join(home, 'precious/keep')), true);
    }));

test('uninstalling goes on past a folder that took the place of a file', () =>
    inHome(async home => {
        await mkdir(join(home, '.local/bin/handover'), {recursive: true});
        await mkdir(join(home, '.local/share/handover'), {recursive: true});
        await writeFile(join(home, '.local/share/handover/ours'), '');
        await uninstall(home, ['bin/handover', 'share/handover/ours']);
        assert.equal(existsSync(join(home, '.local/bin/handover')), true);
        assert.equal(existsSync(join(home, '.local/share/handover/ours')), false);
    }));
