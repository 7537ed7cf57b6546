// SPDX-License-Identifier: GPL-3.0-or-later
import {pause, waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';

export const PROCESSES = 500;
/** Of each. */
export const DESCRIPTORS = 40;

/** Processes as a desktop has them: terminals, files, events and pipes. One in fifty has /dev/zero, the “card”. */
const CROWD = `
import os, signal, sys
children = []
for number in range(${PROCESSES}):
    child = os.fork()
    if child == 0:
        kept = [os.open('/dev/zero', os.O_RDWR)] if number % 50 == 0 else []
        while len(os.listdir('/proc/self/fd')) - 1 < ${DESCRIPTORS}:
            kind = len(kept) % 4
            kept.append(os.open('/dev/null', os.O_RDWR) if kind == 0 else os.open('/etc/passwd', os.O_RDONLY)
                        if kind == 1 else os.eventfd(0) if kind == 2 else os.dup(0))
        signal.pause()
    children.append(child)
def end(*_):
    for child in children:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print('ready', flush=True)
signal.pause()
`;

/** Starts them all. @returns what ends them */
export async function startCrowd(): Promise<RunningProgram> {
    const crowd = new RunningProgram(['python3', '-c', CROWD]);
    await waitFor('the crowd', () => crowd.log().startsWith('ready'), {within: 20_000});
    // The last of them still open their files.
    await pause(1_000);
    return crowd;
}
