// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from './deadline.js';
import {temporaryDirectory} from './temporary.js';
import type {VirshClient} from './virshClient.js';

/** The guest as tools/guest.mjs makes it; tools/guest/init knows what it does. */
const KERNEL = '/src/build/guest/vmlinuz';
const INITRAMFS = '/src/build/guest/initramfs';

/** What a guest does once it is up. */
export type GuestBehaviour = 'obeys' | 'ignore-shutdown' | 'hang' | 'panic';

/** How a guest is made. */
export interface GuestOptions {
    name?: string;
    uuid?: string;
    title?: string;
    /** `obeys` unless told. Any guest panics on `virsh inject-nmi`. */
    behaviour?: GuestBehaviour;
    /** In MiB; 128 unless told, which it needs at least. */
    memory?: number;
    /** Whether it runs the guest agent and libvirt may use it; true unless told. */
    agent?: boolean;
    /** What libvirt does when it panics: `preserve` keeps it as crashed, `destroy` ends it. */
    onCrash?: 'preserve' | 'destroy' | 'restart';
    /** Whether it has a balloon, through which it tells of its memory every second; false unless told. */
    balloon?: boolean;
    /** A file for the firmware's settings; it has none unless told. */
    nvram?: string;
    /** More elements for `<devices>`. */
    devices?: string;
    /** More elements for `<domain>`, such as its metadata. */
    elements?: string;
}

/**
 * A machine for `qemu:///session` that boots, without KVM, in about three seconds. Its clock is QEMU's: on a busy computer
 * a kernel that measures the processor's speed itself, without KVM, gets seconds wrong.
 */
export class Guest {
    readonly name: string;
    readonly xml: string;
    readonly #console: string;

    constructor(options: GuestOptions = {}) {
        const {behaviour = 'obeys', memory = 128, agent = true, onCrash = 'preserve'} = options;
        const balloon = options.balloon
            ? "<memballoon model='virtio'><stats period='1'/></memballoon>"
            : "<memballoon model='none'/>";
        this.name = options.name ?? `guest-${GLib.uuid_string_random().slice(0, 8)}`;
        // Any firmware in flash has settings in flash, too, for libvirt.
        const firmware =
            options.nvram === undefined
                ? ''
                : `<loader readonly='yes' type='pflash'>/usr/share/seabios/bios-256k.bin</loader>
    <nvram>${GLib.markup_escape_text(options.nvram, -1)}</nvram>`;
        this.#console = GLib.build_filenamev([temporaryDirectory('guest'), 'console']);
        const escape = (text: string): string => GLib.markup_escape_text(text, -1);
        const element = (tag: string, text: string | undefined): string =>
            text === undefined ? '' : `<${tag}>${escape(text)}</${tag}>`;
        const argument = behaviour === 'obeys' ? '' : ` handover.${behaviour}`;
        this.xml = `<domain type='qemu'>
  ${element('name', this.name)}
  ${element('uuid', options.uuid)}
  ${element('title', options.title)}
  ${options.elements ?? ''}
  <memory unit='MiB'>${memory}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    ${firmware}
    <kernel>${KERNEL}</kernel>
    <initrd>${INITRAMFS}</initrd>
    <cmdline>console=ttyS0 quiet clocksource=acpi_pm${argument}</cmdline>
  </os>
  <features><acpi/></features>
  <on_crash>${onCrash}</on_crash>
  <devices>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='${this.#console}'/></serial>
    ${agent ? "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>" : ''}
    ${balloon}
    <panic model='isa'/>
    ${options.devices ?? ''}
  </devices>
</domain>`;
    }

    /** Everything that it has written to its console since QEMU was last started for it. */
    console(): string {
        if (!GLib.file_test(this.#console, GLib.FileTest.EXISTS)) return '';
        const [, bytes] = GLib.file_get_contents(this.#console);
        return new TextDecoder().decode(bytes);
    }

    /**
     * Waits until its system is up.
     * @param times how often it has booted by then
     */
    async waitUntilReady({within = 60_000, times = 1} = {}): Promise<void> {
        await waitFor(
            `${this.name} is up`,
            () => this.console().split('HANDOVER GUEST READY').length > times,
            {within, every: 50},
        );
    }

    /** Waits until its agent answers, which comes a moment after its system is up. */
    async waitForAgent(virsh: VirshClient): Promise<void> {
        const ping = ['qemu-agent-command', this.name, '{"execute":"guest-ping"}'];
        await waitFor(`the agent of ${this.name}`, async () => (await virsh.try(ping)).code === 0, {
            within: 60_000,
            every: 100,
        });
    }

    /**
     * Has its agent run a command to the end.
     * @param command for the guest's shell
     * @returns what it printed
     * @throws when it fails
     */
    async run(virsh: VirshClient, command: string, {within = 30_000} = {}): Promise<string> {
        const pid = await this.begin(virsh, command);
        const done = await waitFor(
            `${command} in ${this.name}`,
            async () => {
                const status = await this.#ask(virsh, 'guest-exec-status', {pid});
                return status.exited === true ? status : null;
            },
            {within, every: 100},
        );
        const text = (base64?: string): string => new TextDecoder().decode(GLib.base64_decode(base64 ?? ''));
        const err = text(done['err-data']);
        if (done.exitcode !== 0) throw new Error(`${command} in ${this.name}: ${done.exitcode} ${err}`);
        return text(done['out-data']);
    }

    /** Has the guest's shell do something, which may end the guest. @returns the process's number there */
    async begin(virsh: VirshClient, command: string): Promise<number | undefined> {
        await this.waitForAgent(virsh);
        const shell = {path: '/bin/sh', arg: ['-c', command], 'capture-output': true};
        return (await this.#ask(virsh, 'guest-exec', shell)).pid;
    }

    async #ask(virsh: VirshClient, execute: string, parameters: object): Promise<AgentAnswer['return']> {
        const json = JSON.stringify({execute, arguments: parameters});
        const answer = JSON.parse(await virsh.run(['qemu-agent-command', this.name, json])) as AgentAnswer;
        return answer.return;
    }
}

/** What qemu-ga answers to guest-exec and guest-exec-status. */
interface AgentAnswer {
    readonly return: {
        readonly pid?: number;
        readonly exited?: boolean;
        readonly exitcode?: number;
        readonly 'out-data'?: string;
        readonly 'err-data'?: string;
    };
}
