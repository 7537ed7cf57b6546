// SPDX-License-Identifier: GPL-3.0-or-later
// The build keeps this and what it imports apart from the rest, which shares no module with it (esbuild.config.mjs).
import GLib from 'gi://GLib';
import System from 'system';

import {completeEnvironment} from './environment.js';
import {ExitCode} from './exitCodes.js';
import {readQuickList} from './quickList.js';
import {runVerb} from './runVerb.js';
import {list} from './verbs/list.js';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
    completeEnvironment();
    const quick = readQuickList(args);
    if (quick) return await runVerb(quick, () => list(quick));
    const {runCommandLine} = await import('./commandLine.js');
    return await runCommandLine(args);
}

/** From inside a callback GJS ends the process at once; elsewhere it would first take its heap apart. */
function exit(code: number): void {
    GLib.idle_add(GLib.PRIORITY_HIGH, () => {
        System.exit(code);
        return GLib.SOURCE_REMOVE;
    });
}

main(System.programArgs).then(exit, (error: unknown) => {
    console.error(error);
    exit(ExitCode.failed);
});
new GLib.MainLoop(null, false).run();
