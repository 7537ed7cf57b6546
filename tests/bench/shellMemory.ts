// SPDX-License-Identifier: GPL-3.0-or-later
// The Shell's memory over 200 times disabling and enabling the extension, after a warm-up; beside the same with an
// extension that does nothing, because the Shell itself grows a little each time.
import type {HeadlessShell} from '../harness/headlessShell.js';
import {pause} from '../harness/deadline.js';
import {EXTENSION_UUID, SETTINGS_SCHEMA} from '../../shared/names.js';
import type {Bench} from './bench.js';
import {CONTROL_UUID, installControlExtension} from './controlExtension.js';
import {anonymousKib} from './processTime.js';
import {Series} from './series.js';
import {withShell} from './withShell.js';

const MACHINES = 20;
const CYCLES = 200;
/** Until then the allocator still takes pages that it uses again and again from then on, and so does the Shell. */
const WARM_UP = 200;
/** What the heap of JavaScript may differ by from one look to the next: strings, compiled code, caches of the Shell. */
const LIMIT_JS_KIB = 256;
/** What the process may differ by, beyond what the control grew by: the allocator keeps pages as it likes. */
const LIMIT_ANONYMOUS_KIB = 2048;

export async function measureShellMemory({report, machines, quick, gnome}: Bench): Promise<void> {
    installControlExtension(gnome);
    await machines.fill(MACHINES);
    const cycles = quick ? 20 : CYCLES;
    const warmUp = quick ? 10 : WARM_UP;
    const grown: {js: number; anonymous: number}[] = [];
    for (const [uuid, who] of [
        [CONTROL_UUID, 'an empty extension'],
        [EXTENSION_UUID, 'extension'],
    ] as const) {
        await withShell(async shell => {
            await shell.eval(
                `(new Gio.Settings({schema_id: '${SETTINGS_SCHEMA}'})).set_strv('hosts', ['test'])`,
            );
            await cycle(shell, uuid, warmUp);
            const before = await look(shell);
            const growth = {js: new Series(), anonymous: new Series()};
            for (let quarter = 0; quarter < 4; quarter++) {
                await cycle(shell, uuid, cycles / 4);
                const {js, anonymous} = await look(shell);
                growth.js.add(js - before.js);
                growth.anonymous.add(anonymous - before.anonymous);
            }
            const what = `Shell memory, growth by each quarter of ${cycles} × disable and enable`;
            report.figure(`${what}: JS heap`, who, 'KiB', growth.js);
            report.figure(`${what}: anonymous memory`, who, 'KiB', growth.anonymous);
            grown.push({
                js: growth.js.values.at(-1) ?? NaN,
                anonymous: growth.anonymous.values.at(-1) ?? NaN,
            });
        });
    }
    const [control, ours] = grown;
    if (!control || !ours) throw new Error('Both must have been measured');
    const against = 'growth beyond an empty extension’s';
    report.limit('Shell memory: JS heap', against, 'KiB', ours.js - control.js, LIMIT_JS_KIB);
    report.limit(
        'Shell memory: anonymous',
        against,
        'KiB',
        ours.anonymous - control.anonymous,
        LIMIT_ANONYMOUS_KIB,
    );
}

/** Enables and disables; each time the extension gets as far as having its machines. */
async function cycle(shell: HeadlessShell, uuid: string, times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
        await shell.enableExtension(uuid);
        await pause(40);
        await shell.disableExtension(uuid);
    }
}

/** @returns what is in use once everything that can be collected has been, in KiB */
async function look(shell: HeadlessShell): Promise<{js: number; anonymous: number}> {
    // Wrappers of GObjects that are collected first let go of others.
    for (let round = 0; round < 3; round++) {
        await shell.eval(`import('system').then(({default: System}) => System.gc())`);
        await pause(500);
    }
    const js = await shell.eval<number>(`import('system').then(({default: System}) => {
        const path = GLib.build_filenamev([GLib.get_user_runtime_dir(), 'handover-memory']);
        System.dumpMemoryInfo(path);
        const text = new TextDecoder().decode(GLib.file_get_contents(path)[1]);
        // Each dump is added to the file's end.
        const {gcBytes, mallocBytes} = JSON.parse(text.split('\`\`\`json').at(-1).split('\`\`\`')[0]);
        return gcBytes + mallocBytes;
    })`);
    return {js: js / 1024, anonymous: anonymousKib(shell.pid)};
}
