// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';

const TEST = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;
const DOMAIN = 'org.libvirt.Domain';

/** The machine that libvirt's test driver has from the start; the bench takes it away. */
const OWN_OF_THE_DRIVER = 'test';

/** @param at from 1  @returns a name that sorts as its number does, in every program */
export function machineName(at: number): string {
    return `vm-${String(at).padStart(4, '0')}`;
}

function domainXml(at: number): string {
    const uuid = `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}`;
    return [
        `<domain type="test"><name>${machineName(at)}</name><uuid>${uuid}</uuid>`,
        '<memory unit="MiB">512</memory><vcpu>2</vcpu><os><type>hvm</type></os></domain>',
    ].join('');
}

/**
 * The same running machines for every program: in a file for `test:///FILE`, which each client of libvirt opens
 * for itself, and in `/org/libvirt/Test` of this session's libvirt-dbus, which is up before anything is measured.
 */
export class TestMachines {
    #count = 0;
    #paths: string[] = [];

    /** How many there are now. */
    get count(): number {
        return this.#count;
    }

    /** The name of the one that every program shows last. */
    get last(): string {
        return machineName(this.#count);
    }

    /** Their object paths in libvirt-dbus. */
    get paths(): readonly string[] {
        return this.#paths;
    }

    /** Sees to it that there are so many, all of them running. */
    async fill(count: number): Promise<void> {
        if (count < this.#count) {
            await new SessionLibvirt().signal('libvirt-dbus', 'KILL');
            this.#count = 0;
            this.#paths = [];
        }
        if (this.#count === 0) {
            const [path] = (await callBus(
                TEST,
                'DomainLookupByName',
                new GLib.Variant('(s)', [OWN_OF_THE_DRIVER]),
                30_000,
            )) as [string];
            await this.call(path, 'Destroy', new GLib.Variant('(u)', [0]));
            await this.call(path, 'Undefine', new GLib.Variant('(u)', [0]));
        }
        while (this.#count < count) {
            const xml = new GLib.Variant('(s)', [domainXml(this.#count + 1)]);
            const [path] = (await callBus(TEST, 'DomainDefineXML', xml)) as [string];
            await this.call(path, 'Create', new GLib.Variant('(u)', [0]));
            this.#paths.push(path);
            this.#count++;
        }
    }

    /** @returns the URI of the same machines for a program that opens libvirt itself */
    uri(): string {
        const file = GLib.build_filenamev([temporaryDirectory('machines'), `${this.#count}.xml`]);
        const domains = Array.from({length: this.#count}, (_none, at) => domainXml(at + 1));
        GLib.file_set_contents(file, `<node>${domains.join('\n')}</node>`);
        return `test://${file}`;
    }

    /** One call on the machine at a path. */
    async call(path: string, method: string, args: GLib.Variant | null = null): Promise<unknown[]> {
        return callBus(['org.libvirt', path, DOMAIN], method, args, 30_000);
    }

    /** Sends the same call to every machine without waiting between them; done when all have answered. */
    async callAll(method: string, args: GLib.Variant | null = null): Promise<void> {
        await Promise.all(this.#paths.map(path => this.call(path, method, args)));
    }

    /** The process id of libvirt-dbus. */
    async servicePid(): Promise<number> {
        const daemon = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
        const name = new GLib.Variant('(s)', ['org.libvirt']);
        return (await callBus(daemon, 'GetConnectionUnixProcessID', name))[0] as number;
    }

    /** What calls on libvirt's name are told apart by on the bus: its unique name. */
    async serviceName(): Promise<string> {
        const daemon = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
        const name = new GLib.Variant('(s)', ['org.libvirt']);
        return (await callBus(daemon, 'GetNameOwner', name))[0] as string;
    }
}
