// SPDX-License-Identifier: GPL-3.0-or-later
import {existsSync} from 'node:fs';
import {rename, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {run} from '../lib/process.mjs';
import {progress, ToolError} from '../lib/progress.mjs';
import {namespaces} from '../lib/sysroots.mjs';
import {OuterMachine} from './machine.mjs';

const runner = fileURLToPath(new URL('qemu.sh', import.meta.url));

/** How the machine was when its snapshot was taken, and has to be again. */
export const READY = {memory: 1536, cpus: 1, disk: 'ready.qcow2'};
export const SNAPSHOT = 'ready';

/** A disk that takes what is written, over the one that is kept. */
async function makeOverlay(sysroot, folder, name) {
    await rm(join(folder, name), {force: true});
    const command = ['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', 'disk.raw', '-F', 'raw', name];
    const lines = [];
    const argv = [...namespaces(['--net']), 'sh', runner, sysroot, folder, ...command];
    const code = await run(argv, {onLine: line => lines.push(line), timeoutMs: 60_000});
    if (code !== 0) throw new ToolError(`${lines.join('\n')}\n\nThe lab's disk could not be made.`);
}

/** What takes its time the first time is done before: libvirt asks QEMU what it can, GJS is read from the disk. */
const warmUp = `
systemctl is-system-running --wait
virsh -q define /var/lib/lab/machine.xml
virsh -q domcapabilities >/dev/null
busctl call -q org.libvirt /org/libvirt/QEMU org.libvirt.Connect ListDomains u 0
gjs -c 'imports.gi.versions.GUdev = "1.0"; imports.gi.GUdev; imports.gi.Gio'
cat /usr/bin/qemu-system-x86_64 /var/lib/libvirt/images/* >/dev/null
until [ -p /run/user/1000/seat/jobs ]; do sleep 0.2; done
sync
systemctl --failed --no-legend
`;

/**
 * Starts the machine once and keeps it as it is when everything in it has come up.
 * @param {boolean} fresh whether to do so although it has been done
 */
export async function ensureSnapshot(sysroot, folder, fresh) {
    const kept = join(folder, READY.disk);
    if (existsSync(kept) && !fresh) return;
    progress('lab: starting the machine for its snapshot (once; about 2 minutes)');
    await makeOverlay(sysroot, folder, 'making.qcow2');
    const machine = new OuterMachine(sysroot, folder, {...READY, disk: 'making.qcow2'});
    try {
        await machine.connect(300_000);
        const {out} = await machine.channel.run(warmUp, 300);
        if (/\bfailed\b/.test(out)) throw new ToolError(`${out}\n\nThe lab's machine did not come up whole.`);
        const answer = await machine.monitor.human(`savevm ${SNAPSHOT}`, 300_000);
        if (answer.trim() !== '') throw new ToolError(`QEMU could not keep the machine: ${answer.trim()}`);
    } catch (error) {
        const end = (await machine.console()).split('\n').slice(-15).join('\n');
        throw error instanceof ToolError
            ? error
            : new ToolError(`${end}\n\nThe lab's machine: ${error.message}`);
    } finally {
        await machine.kill();
    }
    await rename(join(folder, 'making.qcow2'), kept);
}
