// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, describe, it} from 'node:test';
import {fileURLToPath} from 'node:url';

const tool = fileURLToPath(new URL('../../tools/build/bundle.mjs', import.meta.url));

describe('each program is bundled as Meson asks for it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'handover-bundle-'));
    after(() => rmSync(folder, {recursive: true, force: true}));

    for (const program of ['app', 'cli', 'helper']) {
        it(program, () => {
            const out = join(folder, program);
            const {status, stderr} = spawnSync('node', [tool, program, out, `${out}.d`], {encoding: 'utf8'});
            assert.equal(status, 0, stderr);
            assert.ok(existsSync(join(out, 'main.js')));
        });
    }
});
