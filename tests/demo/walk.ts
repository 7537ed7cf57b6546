// SPDX-License-Identifier: GPL-3.0-or-later
import {EXTENSION_UUID} from '../../shared/names.js';
import {Guest} from '../harness/guest.js';
import type {HeadlessShell} from '../harness/headlessShell.js';
import {VirshClient} from '../harness/virshClient.js';
import type {Transcript} from './transcript.js';

/** The steps of the main job, each seen to have worked before the next. */
export async function walk(shell: HeadlessShell, transcript: Transcript): Promise<void> {
    const virsh = new VirshClient('qemu:///session');
    const guest = new Guest({name: 'alpine', title: 'Alpine appliance'});
    await virsh.define(guest.xml);
    transcript.say('libvirt has a machine in qemu:///session');

    await shell.enableExtension(EXTENSION_UUID);
    transcript.say('the extension is in the top bar');
    await transcript.picture(shell, 'top-bar');
}
