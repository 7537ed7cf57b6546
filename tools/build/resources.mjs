// SPDX-License-Identifier: GPL-3.0-or-later
// Compiles the app's Blueprints and packs them with its other resources:
// node tools/build/resources.mjs OUTPUT WORKDIR FILE…
// Files below app/ keep their path below it; symbolic icons go where GTK's icon theme looks.
import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join, relative, resolve} from 'node:path';
import {checkout, readNames} from '../names.mjs';

const [output, workdir, ...inputs] = process.argv.slice(2);
if (inputs.length === 0) {
    console.error('usage: resources.mjs OUTPUT WORKDIR FILE…');
    process.exit(2);
}
const app = join(checkout, 'app');
const files = inputs.map(input => resolve(input));
const blueprints = files.filter(file => file.endsWith('.blp'));
const icons = files.filter(file => file.endsWith('.svg'));
const others = files.filter(file => !blueprints.includes(file) && !icons.includes(file));

rmSync(workdir, {recursive: true, force: true});
mkdirSync(workdir, {recursive: true});
if (blueprints.length > 0) {
    execFileSync('blueprint-compiler', ['batch-compile', workdir, app, ...blueprints], {stdio: 'inherit'});
}

const ui = blueprints.map(file => relative(app, file).replace(/\.blp$/, '.ui'));
const entries = [
    ...ui.map(path => [path, join(workdir, path), 'xml-stripblanks']),
    ...others.map(file => [relative(app, file), file, '']),
    ...icons.map(file => [`icons/scalable/actions/${basename(file)}`, file, 'xml-stripblanks']),
].map(
    ([alias, file, preprocess]) =>
        `<file alias="${alias}"${preprocess && ` preprocess="${preprocess}"`}>${resolve(file)}</file>`,
);
const list = join(workdir, 'handover.gresource.xml');
writeFileSync(
    list,
    `<?xml version="1.0" encoding="UTF-8"?>
<gresources>
  <gresource prefix="${readNames().APP_PATH}">
    ${entries.join('\n    ')}
  </gresource>
</gresources>
`,
);
execFileSync('glib-compile-resources', ['--target', output, '--sourcedir', '/', list], {stdio: 'inherit'});
