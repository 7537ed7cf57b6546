// SPDX-License-Identifier: GPL-3.0-or-later
// The hook under the shells and awks that distributions have: the main cases again under each.
import GLib from 'gi://GLib';

import {putFile} from '../fakes/pci/files.js';
import {waitFor} from '../harness/deadline.js';
import {type GuardedMachine, machine} from './guardRun.js';
import {amd, CARD, expectRefused, holds, LET_PASS} from './pretended.js';

const SHELLS = {
    dash: '/bin/dash',
    bash: '/bin/bash',
    'bash as sh': '/bin/bash --posix',
    'busybox sh': 'busybox sh',
};
const AWKS = {mawk: 'mawk', gawk: 'gawk', 'the one true awk': 'original-awk', 'busybox awk': 'busybox awk'};

function under(shell: string, awk: string): GuardedMachine {
    const tree = amd();
    tree.shell = shell;
    tree.program('awk', `exec ${awk} "$@"`);
    // Built to stand alone, it takes its own find for the system's, which it is on no system that has libvirt.
    if (shell.startsWith('busybox')) tree.changeHook('\nPATH=', '\nfind() { /usr/bin/find "$@"; }\nPATH=');
    return tree;
}

for (const [what, shell, awk] of [
    ...Object.entries(SHELLS).map(([name, words]) => [name, words, 'mawk'] as const),
    ...Object.entries(AWKS).map(([name, words]) => [name, '/bin/sh', words] as const),
]) {
    const missing = [shell, awk].find(words => GLib.find_program_in_path(words.split(' ')[0]!) === null);
    if (missing !== undefined) continue;
    describe(`guard hook under ${what}`, () => {
        it('lets pass what is free, and what has no card', async () => {
            const tree = under(shell, awk);
            holds(tree, '/dev/dri/card0');
            expect(await tree.hook(machine(CARD))).toEqual(LET_PASS);
            expect(await tree.hook(machine(''))).toEqual(LET_PASS);
            expect(await tree.hook('garbage')).toEqual(LET_PASS);
        });

        it('refuses a card that is held, and names who holds it', async () => {
            const tree = under(shell, awk);
            holds(tree, '/dev/dri/card1', 'a');
            holds(tree, '/dev/snd/controlC0', '\u001b[31m$(id)');
            await expectRefused(tree, machine(CARD), /in use by .*a \(pid \d+\)/);
            await expectRefused(tree, machine(CARD), /in use by .*\?\?31m\?\?id\? \(pid \d+\)/);
        });

        it('refuses what it cannot make out', async () => {
            const tree = under(shell, awk);
            await expectRefused(tree, machine(CARD).slice(0, 200), /so its start was refused/);
            tree.processes.start({comm: 'closed', closed: true});
            await expectRefused(tree, machine(CARD), /1 process\(es\) that may use/);
            await expectRefused(tree.blind(), machine(CARD), /cannot be found out/);
            expect(await tree.hook(machine(CARD), 'reconnect')).toEqual(LET_PASS);
        });

        it('asks for the return of a card that was lent', async () => {
            const tree = under(shell, awk);
            putFile(`${tree.root.run}/handover/0000:03:00.0.json`, '{\n  "phase": "moving"\n}\n');
            await expectRefused(tree, machine(CARD), /is being handed over/);
            expect(await tree.hook(machine(CARD), 'release', 'end')).toEqual(LET_PASS);
            await waitFor('systemctl', () => tree.systemctlCalls.length > 0);
        });
    });
}
