// SPDX-License-Identifier: GPL-3.0-or-later
// What the compiled modules really import, types left out: that is what would be loaded.
import {dirname, join, relative} from 'node:path';
import {compileModule, compileReachable} from '../build/modules.mjs';
import {checkout} from '../names.mjs';
import {projectFiles} from './files.mjs';

const library = names => new RegExp(`^gi://(${names})(\\?|$)`);

/** What a process must not load, as patterns over module names. */
export const toolkits = {
    gtk: [library('Gtk|Gdk|GdkWayland|GdkX11|Gsk|Adw'), /^resource:\/\/\/org\/gnome\/Shell\/Extensions\//],
    shell: [library('St|Shell|Clutter|Cogl|Meta|Mtk'), /^resource:\/\/\/org\/gnome\/shell\//],
};

/** Where this machine's cards are read for the user's programs: builds for tests put another module in its place. */
export const replaceableHere = /\/(here|pretendedHere)\.js$/;

/**
 * @param {string[]} entries `.ts` files, from the top of the checkout
 * @param {RegExp[]} forbidden
 * @returns {string[]} every module that the output of the entries, or of what they reach, must
 *   not import and does
 */
export function importsKeptOut(entries, forbidden) {
    return [...compileReachable(entries)].flatMap(([path, {imports}]) =>
        imports
            .filter(name => forbidden.some(pattern => pattern.test(name)))
            .map(name => `${path} imports ${name}`),
    );
}

/**
 * The folders of shared are rooms with an order, subfolders included: two that import each other
 * are one room.
 *
 * @returns {string[]} each circle of folders
 */
export function foldersWithoutCircle() {
    const room = path => path.split('/').slice(0, 2).join('/');
    const uses = new Map();
    for (const path of projectFiles().filter(name => /^shared\/.*(?<!\.d)\.ts$/.test(name))) {
        const from = room(path);
        const ours = compileModule(path).imports.filter(name => name.startsWith('.'));
        for (const name of ours) {
            const to = room(relative(checkout, join(checkout, dirname(path), name)));
            if (to !== from) uses.set(from, new Set([...(uses.get(from) ?? []), to]));
        }
    }
    const circles = new Set();
    const visit = (folder, trail) => {
        const seen = trail.indexOf(folder);
        if (seen >= 0) {
            const circle = trail.slice(seen);
            // Start at the first by name, so that each circle is told once.
            const first = circle.indexOf([...circle].sort()[0]);
            circles.add([...circle.slice(first), ...circle.slice(0, first)].join(' → '));
            return;
        }
        for (const next of uses.get(folder) ?? []) visit(next, [...trail, folder]);
    };
    for (const folder of uses.keys()) visit(folder, []);
    return [...circles].map(circle => `${circle} → and round again`);
}
