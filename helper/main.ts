// SPDX-License-Identifier: GPL-3.0-or-later
// The helper: root on the system bus, started when it is asked for, gone when it is not. It takes no arguments and
// reads nothing from its environment.
import GLib from 'gi://GLib';
import GLibUnix from 'gi://GLibUnix';
import System from 'system';

import {functionPath} from '../shared/gpu/pciFunction.js';
import {THIS_MACHINE} from '../shared/gpu/sysRoot.js';
import {Bus} from '../shared/platform/bus.js';
import {messageOf} from '../shared/platform/errors.js';
import {run} from '../shared/platform/subprocess.js';
import {PolkitAuthority} from './authority.js';
import {serve} from './helperProgram.js';
import {Journal} from './journal.js';
import {GuardFile} from './setUp/guardFile.js';
import {IgnoreRules} from './setUp/ignoreRules.js';
import {glibClock} from './system/glibClock.js';
import {linuxKernel} from './system/linuxKernel.js';
import {LogindSleeper} from './system/logindSleeper.js';
import {SystemdServices} from './system/systemd.js';
import {UndoFiles} from './undoFiles.js';

const IDLE_MS = 60_000;
const UDEVADM_MS = 10_000;
const SIGINT = 2;
const SIGTERM = 15;

function signalled(signal: number): Promise<void> {
    return new Promise(resolve => {
        const add = GLibUnix.signal_add ?? GLibUnix.signal_add_full;
        add(GLib.PRIORITY_DEFAULT, signal, () => {
            resolve();
            return GLib.SOURCE_CONTINUE;
        });
    });
}

async function main(): Promise<number> {
    const bus = await Bus.open('system');
    const services = new SystemdServices(bus);
    const root = THIS_MACHINE;
    const hook = GLib.Uri.parse(import.meta.url, GLib.UriFlags.NONE).get_path();
    await serve(
        {
            bus,
            authority: new PolkitAuthority(bus),
            desk: {
                root,
                kernel: linuxKernel,
                services,
                clock: glibClock,
                store: new UndoFiles(root),
                sleeper: new LogindSleeper(bus),
            },
            journal: new Journal('/var/lib/handover/journal.jsonl'),
            guard: new GuardFile(
                `${GLib.path_get_dirname(GLib.path_get_dirname(hook))}/hooks/handover-guard`,
                '/etc/libvirt/hooks',
            ),
            rules: new IgnoreRules('/etc/udev/rules.d'),
            // Whichever of the two runs; the machines that run do not notice.
            reloadLibvirt: async () => {
                for (const unit of ['virtqemud.service', 'libvirtd.service']) await services.reload(unit);
            },
            reloadUdev: async card => {
                await run(['udevadm', 'control', '--reload'], {timeoutMs: UDEVADM_MS});
                // Desktop and sound server ask udev's database, in which the rule would else appear at the next boot.
                const functions = card.functions.map(({address}) => functionPath(THIS_MACHINE, address));
                const below = functions.map(path => `--parent-match=${path}`);
                await run(['udevadm', 'trigger', '--action=change', ...below], {timeoutMs: UDEVADM_MS});
            },
        },
        IDLE_MS,
        Promise.race([signalled(SIGTERM), signalled(SIGINT)]),
    );
    return 0;
}

/** From inside a callback GJS ends the process at once; elsewhere it would first take its heap apart. */
function exit(code: number): void {
    GLib.idle_add(GLib.PRIORITY_HIGH, () => {
        System.exit(code);
        return GLib.SOURCE_REMOVE;
    });
}

main().then(exit, (error: unknown) => {
    console.error(`The helper ends: ${messageOf(error)}`);
    exit(1);
});
new GLib.MainLoop(null, false).run();
