// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {ExaminationOptions} from '../../shared/health/machineHealth.js';
import {examineMachine, type MachineHealth} from '../../shared/health/machineHealth.js';
import type {RowId} from '../../shared/health/integration/integrationRow.js';
import type {Machine} from '../../shared/machines/machine.js';
import {waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {runProgram} from '../harness/program.js';
import type {VirshClient} from '../harness/virshClient.js';
import type {Following} from './following.js';

/** A machine whose health is looked at. */
export class Patient {
    private constructor(
        readonly guest: Guest,
        readonly machine: Machine,
        private readonly virsh: VirshClient,
        private readonly following: Following,
    ) {}

    /** Defines and starts a guest, and waits until it is up, its agent too unless it has none or hangs. */
    static async boot(
        options: GuestOptions & {name: string},
        virsh: VirshClient,
        following: Following,
    ): Promise<Patient> {
        const guest = new Guest(options);
        await virsh.define(guest.xml, {start: true});
        const machine = await following.reaches(`session/${guest.name}`, 'running');
        const patient = new Patient(guest, machine, virsh, following);
        await guest.waitUntilReady();
        if (options.agent !== false && options.behaviour !== 'hang') await patient.agentAnswers();
        return patient;
    }

    async agentAnswers(): Promise<void> {
        const {name} = this.guest;
        await waitFor('the agent', async () => (await this.virsh.try(['domtime', name])).code === 0, {
            within: 60_000,
            every: 200,
        });
    }

    examine(options: ExaminationOptions = {}): Promise<MachineHealth> {
        return examineMachine(this.machine, this.following.hosts, options);
    }

    /** Has the guest run a shell command. */
    run(command: string): Promise<string> {
        return this.guest.run(this.virsh, command);
    }

    /** Has the guest begin a shell command that may end it, or hold it up: a second later, when its agent has answered. */
    async begin(command: string): Promise<void> {
        await this.guest.begin(this.virsh, command);
    }

    /** Ends it, whatever state it is in. */
    async end(): Promise<void> {
        await this.virsh.try(['destroy', this.guest.name]);
        await this.following.reaches(`session/${this.guest.name}`, 'shutoff');
    }
}

/** What is not as it should be, as `id status`. */
export function trouble({findings}: MachineHealth): string[] {
    return findings.filter(({status}) => status !== 'ok').map(({id, status}) => `${id} ${status}`);
}

/** What a finding rests on; empty when there is none of that id. */
export function evidenceOf({findings}: MachineHealth, id: string): string {
    return findings.find(finding => finding.id === id)?.evidence ?? '';
}

/** The rows of guest integration, as `id: status`. */
export function rows({integration}: MachineHealth): Partial<Record<RowId, string>> {
    return Object.fromEntries(integration.map(({id, status}) => [id, status]));
}

/** Makes an image in qcow2. @param base what it rests on */
export async function makeImage(path: string, size: string, base: string | null = null): Promise<string> {
    const below = base === null ? [] : ['-b', base, '-F', 'qcow2'];
    await qemuImg('create', '-q', '-f', 'qcow2', ...below, path, size);
    return path;
}

/** Runs qemu-img. @throws when it fails */
export async function qemuImg(...args: string[]): Promise<void> {
    const {code, err} = await runProgram(['qemu-img', ...args]);
    if (code !== 0) throw new Error(`qemu-img: ${err}`);
}

/** Takes the note of the backing image's format out of an image, which today's qemu-img always writes. */
export function forgetBackingFormat(path: string): void {
    const [, bytes] = GLib.file_get_contents(path);
    // QCOW2_EXT_MAGIC_BACKING_FORMAT, https://www.qemu.org/docs/master/interop/qcow2.html
    const at = bytes.findIndex((_, i) => [0xe2, 0x79, 0x2a, 0xca].every((byte, k) => bytes[i + k] === byte));
    if (at < 0) throw new Error(`${path} does not say a format`);
    // Extensions of unknown kinds are passed over.
    bytes.set([0x11, 0x11, 0x11, 0x11], at);
    GLib.file_set_contents(path, bytes);
}

/** A virtio disk on a file. */
export function diskOn(path: string, {target = 'vda', format = 'qcow2', driver = ''} = {}): string {
    return `<disk type='file' device='disk'><driver name='qemu' type='${format}' ${driver}/>
        <source file='${GLib.markup_escape_text(path, -1)}'/><target dev='${target}' bus='virtio'/></disk>`;
}
