// SPDX-License-Identifier: GPL-3.0-or-later
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {stepsTo} from '../../tools/build/modules.mjs';

/** Modules by their path, each with what it imports and how long it is. */
function modules(described) {
    return new Map(
        Object.entries(described).map(([path, [length, ...imports]]) => {
            const code = imports.map(name => `import {one} from '${name}';\n`).join('');
            return [path, {code: code.padEnd(length, '/')}];
        }),
    );
}

test('what fits into one step is loaded in one', () => {
    const all = modules({'a.js': [100, './b.js'], 'b.js': [100]});
    assert.deepEqual(stepsTo(all, 'a.js', 1000), ['a.js']);
});

test('what does not is loaded from the ground up', () => {
    const all = modules({'a.js': [400, './b.js', './c.js'], 'b.js': [400, './c.js'], 'c.js': [400]});
    assert.deepEqual(stepsTo(all, 'a.js', 500), ['c.js', 'b.js', 'a.js']);
});

test('no step brings more than it may, what several share is loaded once', () => {
    const all = modules({
        'top/a.js': [100, '../low/b.js', '../low/c.js'],
        'low/b.js': [300, './d.js', './e.js'],
        'low/c.js': [300, './d.js'],
        'low/d.js': [300],
        'low/e.js': [100],
    });
    const steps = stepsTo(all, 'top/a.js', 500);
    assert.equal(steps.at(-1), 'top/a.js');
    const loaded = new Set();
    for (const step of steps) {
        const before = sizeOf(all, loaded);
        load(all, step, loaded);
        assert.ok(sizeOf(all, loaded) - before <= 500, step);
    }
    assert.equal(loaded.size, all.size);
});

test('what is imported dynamically, and what is not ours, is left out', () => {
    const all = new Map([
        ['a.js', {code: "import Gio from 'gi://Gio';\nconst late = () => import('./b.js');\n"}],
        ['b.js', {code: '\n'}],
    ]);
    assert.deepEqual(stepsTo(all, 'a.js', 1), ['a.js']);
});

function load(all, path, loaded) {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const [, name] of all.get(path).code.matchAll(/from '(.*)'/g))
        load(all, new URL(name, `file:///${path}`).pathname.slice(1), loaded);
}

function sizeOf(all, paths) {
    return [...paths].reduce((sum, path) => sum + all.get(path).code.length, 0);
}
