// SPDX-License-Identifier: GPL-3.0-or-later
// Bundles one program: node tools/build/bundle.mjs app|cli|helper OUTDIR DEPFILE [--source-maps] [--pretended-machine]
import {rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {bundleApp, bundleCli, bundleHelper} from '../../esbuild.config.mjs';
import {checkout} from '../names.mjs';
import {writeDepfile} from './depfile.mjs';

const programs = {app: bundleApp, cli: bundleCli, helper: bundleHelper};
const [program, outdir, depfile, ...options] = process.argv.slice(2);
const bundle = programs[program];
if (bundle === undefined || depfile === undefined) {
    console.error('usage: bundle.mjs app|cli|helper OUTDIR DEPFILE [--source-maps] [--pretended-machine]');
    process.exit(2);
}
// Chunks carry a hash in their names: those of the last build would be installed too.
rmSync(outdir, {recursive: true, force: true});
const result = await bundle(resolve(outdir), {
    sourcemap: options.includes('--source-maps'),
    pretended: options.includes('--pretended-machine'),
});
const sources = Object.keys(result.metafile.inputs).filter(input => !input.includes(':'));
writeDepfile(depfile, outdir, [
    ...sources.map(source => join(checkout, source)),
    join(checkout, 'esbuild.config.mjs'),
    import.meta.filename,
]);
