// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import System from 'system';

import {completeEnvironment} from './environment.js';
import {BROKEN_PIPE, ExitCode} from './exitCodes.js';
import {PipeClosedError} from './output.js';
import {readQuickList} from './quickList.js';
import {runVerb} from './runVerb.js';

/** @returns the exit code */
async function main(args: readonly string[]): Promise<number> {
    completeEnvironment();
    const quick = readQuickList(args);
    if (quick) {
        const {list} = await import('./verbs/list.js');
        return await runVerb(quick, () => list(quick));
    }
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
    if (error instanceof PipeClosedError) {
        exit(BROKEN_PIPE);
        return;
    }
    console.error(error);
    exit(ExitCode.failed);
});
new GLib.MainLoop(null, false).run();
