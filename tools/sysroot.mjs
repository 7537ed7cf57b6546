// SPDX-License-Identifier: GPL-3.0-or-later
// Runs a command in a GNOME sysroot: node tools/sysroot.mjs [--gnome 48|51] COMMAND…
import {parseArgs} from 'node:util';
import {enterSysroot} from './lib/enter.mjs';
import {runTool, ToolError} from './lib/progress.mjs';
import {ensureBuild} from './lib/project.mjs';
import {ensureSysroot} from './lib/sysroots.mjs';

const usage = `Usage: npm run -s sysroot -- [OPTION…] COMMAND…
Runs COMMAND in the sysroot as its ordinary user, with the project built and installed there.

  --gnome 48|51  the GNOME version (default 48)
  --no-build     leave the installed build as it is
  --root         run as root of the sysroot, without buses
  --make         only make the sysroot
  --help         print this`;

/** Splits our own options from the command, which starts at the first other word. */
function parse(argv) {
    let end = 0;
    while (end < argv.length && argv[end].startsWith('-')) {
        if (argv[end] === '--') break;
        end += argv[end] === '--gnome' ? 2 : 1;
    }
    const {values} = parseArgs({
        args: argv.slice(0, end),
        options: {
            gnome: {type: 'string', default: '48'},
            'no-build': {type: 'boolean', default: false},
            root: {type: 'boolean', default: false},
            make: {type: 'boolean', default: false},
            help: {type: 'boolean', default: false},
        },
    });
    const command = argv.slice(argv[end] === '--' ? end + 1 : end);
    const {gnome, root, make, help} = values;
    return {gnome, root, make, help, build: !values['no-build'], command};
}

await runTool(async () => {
    let options;
    try {
        options = parse(process.argv.slice(2));
    } catch (error) {
        throw new ToolError(`${error.message}\n\n${usage}`);
    }
    if (options.help) {
        process.stdout.write(`${usage}\n`);
        return 0;
    }
    if (options.command.length === 0 && !options.make) throw new ToolError(usage);
    const directory = await ensureSysroot(options.gnome);
    if (options.make) {
        process.stdout.write(`${directory}\n`);
        return 0;
    }
    if (options.build) await ensureBuild(options.gnome);
    const {gnome, root} = options;
    return enterSysroot(directory, options.command, {gnome, root});
});
