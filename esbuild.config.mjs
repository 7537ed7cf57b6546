// SPDX-License-Identifier: GPL-3.0-or-later
// How our TypeScript becomes what GJS runs. The app, the CLI, the helper and the tests are bundled; the
// extension is not (see tools/build/extension.mjs), only the one package that it needs is.
import {resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const checkout = fileURLToPath(new URL('.', import.meta.url)).replace(/\/$/, '');

/** Modules that GJS brings itself. */
export const external = ['gi://*', 'resource://*', 'file://*', 'system', 'gettext', 'cairo', 'console', 'gi'];

/** Packages that are found elsewhere than their name says. @type {import('esbuild').Plugin} */
const vendor = {
    name: 'vendor',
    setup(context) {
        context.onResolve({filter: /\/vendor\/fastXmlParser\.js$/}, () =>
            context.resolve('fast-xml-parser', {kind: 'import-statement', resolveDir: checkout}),
        );
        // The package's entry is a loader that needs Node.js; the module behind it does not.
        context.onResolve({filter: /^jasmine-core$/}, () => ({
            path: resolve(checkout, 'node_modules/jasmine-core/lib/jasmine-core/jasmine.js'),
        }));
    },
};

/**
 * Imports each of GJS's own modules once for a bundle instead of once for every source file: GJS works at each
 * import statement, and the CLI counts milliseconds.
 * @type {import('esbuild').Plugin}
 */
const importOnce = {
    name: 'import-once',
    setup(context) {
        context.onResolve({filter: /^(gi:\/\/.*|system|gettext)$/}, ({path, namespace}) =>
            namespace === 'once' ? {path, external: true} : {path, namespace: 'once'},
        );
        context.onLoad({filter: /.*/, namespace: 'once'}, ({path}) => ({
            contents: `import module from '${path}';\nexport default module;\n`,
        }));
    },
};

/**
 * Has a build for tests read cards where the environment says; see shared/gpu/here.ts.
 * @type {import('esbuild').Plugin}
 */
const pretendedMachine = {
    name: 'pretended-machine',
    setup(context) {
        context.onResolve({filter: /\/here\.js$/}, () => ({
            path: resolve(checkout, 'shared/gpu/pretendedHere.ts'),
        }));
    },
};

/** @type {import('esbuild').BuildOptions} */
const common = {
    absWorkingDir: checkout,
    bundle: true,
    format: 'esm',
    target: 'firefox128',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import'],
    external,
    plugins: [vendor],
    minify: false,
    keepNames: false,
    charset: 'utf8',
    legalComments: 'inline',
    logLevel: 'warning',
    metafile: true,
    banner: {js: '// SPDX-License-Identifier: GPL-3.0-or-later'},
};

/**
 * @typedef {object} BundleOptions
 * @property {boolean} sourcemap whether GJS is to name the TypeScript lines in stack traces
 * @property {boolean} pretended whether it is built for tests, with cards that are pretended
 */

/**
 * The app: split, so that libvirt is asked before GTK is loaded, and pages come when they are wanted.
 * @param {string} outdir
 * @param {BundleOptions} options
 */
export function bundleApp(outdir, {sourcemap, pretended}) {
    return build({
        ...common,
        plugins: [...common.plugins, ...(pretended ? [pretendedMachine] : [])],
        entryPoints: {main: 'app/main.ts'},
        outdir,
        sourcemap,
        splitting: true,
        chunkNames: '[name]-[hash]',
    });
}

/**
 * The CLI: `main.js` holds the plain list and nothing else, since each file, and each line that is not run, costs
 * it time; the rest is built apart and split, so that a verb loads only what it uses.
 * @param {string} outdir
 * @param {BundleOptions} options
 */
export async function bundleCli(outdir, {sourcemap, pretended}) {
    const rest = './commandLine.js';
    const plugins = [importOnce, ...common.plugins, ...(pretended ? [pretendedMachine] : [])];
    const results = await Promise.all([
        build({
            ...common,
            plugins,
            external: [...external, rest],
            entryPoints: {main: 'cli/main.ts'},
            outdir,
            sourcemap,
            splitting: true,
            chunkNames: '[name]-[hash]',
        }),
        build({
            ...common,
            plugins,
            entryPoints: {commandLine: 'cli/commandLine.ts'},
            outdir,
            sourcemap,
            splitting: true,
            chunkNames: '[name]-[hash]',
        }),
    ]);
    return {metafile: {inputs: Object.assign({}, ...results.map(result => result.metafile.inputs))}};
}

/**
 * The helper: one file, so that root runs nothing that is looked for.
 * @param {string} outdir
 * @param {BundleOptions} options whatever they say, it reads the real machine
 */
export function bundleHelper(outdir, {sourcemap}) {
    return build({...common, entryPoints: {main: 'helper/main.ts'}, outdir, sourcemap});
}

/**
 * Each test file on its own, at the same place below `outdir` as below `tests/`.
 * @param {string[]} files paths from the top of the checkout
 * @param {string} outdir
 */
export function bundleTests(files, outdir) {
    return build({...common, entryPoints: files, outbase: 'tests', outdir, sourcemap: 'inline'});
}

/**
 * fast-xml-parser as one readable module for the extension.
 * @param {string} contents the module that re-exports what the extension uses of it
 * @param {string} outfile
 */
export function bundleVendor(contents, outfile) {
    return build({
        ...common,
        stdin: {contents, resolveDir: checkout},
        banner: {
            js: '// fast-xml-parser, MIT licence, https://github.com/NaturalIntelligence/fast-xml-parser',
        },
        outfile: resolve(outfile),
    });
}
