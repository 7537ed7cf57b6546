// SPDX-License-Identifier: GPL-3.0-or-later
// Makes the folder of the GNOME Shell extension, complete, so that it also works installed alone:
// node tools/build/extension.mjs OUTDIR DEPFILE [--pretended-machine]
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {format, resolveConfig} from 'prettier';
import {bundleVendor} from '../../esbuild.config.mjs';
import {checkout, readNames} from '../names.mjs';
import {writeDepfile} from './depfile.mjs';
import {compileReachable, loadSteps, stepsTo, vendored} from './modules.mjs';

const [target, depfile, option] = process.argv.slice(2);
if (depfile === undefined) {
    console.error('usage: extension.mjs OUTDIR DEPFILE [--pretended-machine]');
    process.exit(2);
}
const outdir = resolve(target);
/** As much code as the Shell loads in about two milliseconds, in characters. */
const MOST_A_STEP = 10_000;
const names = readNames();
const inputs = new Set(
    ['shared/names.ts', 'tsconfig.base.json', 'tools/build/extension.mjs', 'tools/build/modules.mjs'].map(
        path => join(checkout, path),
    ),
);

/** Writes a file of the extension. */
function write(path, text) {
    mkdirSync(dirname(join(outdir, path)), {recursive: true});
    writeFileSync(join(outdir, path), text);
}

/** The text of a file of the checkout, which is an input from now on. */
function read(path) {
    inputs.add(join(checkout, path));
    return readFileSync(join(checkout, path), 'utf8');
}

/** In which steps each part of the extension is loaded: the panel first, the others on top of it. */
function stepsOfParts() {
    const panel = new Set();
    const steps = {panel: stepsTo(modules, 'extension/panel.js', MOST_A_STEP, panel)};
    for (const part of ['figures', 'doctor'])
        steps[part] = stepsTo(modules, `extension/${part}Parts.js`, MOST_A_STEP, new Set(panel));
    return Object.fromEntries(
        Object.entries(steps).map(([part, paths]) => [part, paths.map(path => `../${path}`)]),
    );
}

const style = await resolveConfig(join(checkout, 'extension/extension.ts'));

rmSync(outdir, {recursive: true, force: true});

// A build for tests reads cards where the environment says; see shared/gpu/here.ts.
const replaced =
    option === '--pretended-machine' ? {'shared/gpu/here.js': 'shared/gpu/pretendedHere.ts'} : {};
const modules = compileReachable(['extension/extension.ts', 'extension/prefs.ts'], replaced);
for (const [path, {source, code}] of modules) {
    if (path === loadSteps) {
        const text = `// SPDX-License-Identifier: GPL-3.0-or-later\n// Written by the build.\nexport const LOAD_STEPS = ${JSON.stringify(stepsOfParts())};\n`;
        write(path, await format(text, {...style, parser: 'babel'}));
    } else if (path === vendored) {
        const {metafile} = await bundleVendor(code, join(outdir, path));
        for (const input of Object.keys(metafile.inputs)) {
            if (!input.startsWith('<')) inputs.add(join(checkout, input));
        }
    } else {
        inputs.add(join(checkout, source));
        // Reviewers read this output: the compiler keeps the comments, but not the layout.
        write(path, await format(code, {...style, parser: 'babel'}));
    }
}
// GNOME Shell looks for these two at the top; the modules keep the folders of the sources, so
// that what they import from each other is found where the sources say.
for (const entry of ['extension', 'prefs']) {
    write(
        `${entry}.js`,
        `// SPDX-License-Identifier: GPL-3.0-or-later\nexport {default} from './extension/${entry}.js';\n`,
    );
}

write(
    'metadata.json',
    read('extension/metadata.json.in').replace(/@([A-Z_]+)@/g, (_, name) => {
        if (!Object.hasOwn(names, name))
            throw new Error(`metadata.json.in: no name ${name} in shared/names.ts`);
        return names[name];
    }),
);

const schema = `schemas/${names.SETTINGS_SCHEMA}.gschema.xml`;
write(schema, read(schema));
execFileSync('glib-compile-schemas', ['--strict', join(outdir, 'schemas')], {stdio: 'inherit'});

for (const icon of readdirSync(join(checkout, 'data/icons/states'))) {
    cpSync(join(checkout, 'data/icons/states', icon), join(outdir, 'icons', icon));
    inputs.add(join(checkout, 'data/icons/states', icon));
}

const languages = read('po/LINGUAS')
    .split('\n')
    .filter(line => /^\w/.test(line));
for (const language of languages) {
    const directory = join(outdir, 'locale', language, 'LC_MESSAGES');
    mkdirSync(directory, {recursive: true});
    read(`po/${language}.po`);
    execFileSync('msgfmt', [
        '-o',
        join(directory, `${names.GETTEXT_DOMAIN}.mo`),
        join(checkout, `po/${language}.po`),
    ]);
}

writeDepfile(depfile, target, inputs);
