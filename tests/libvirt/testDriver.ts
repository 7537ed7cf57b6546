// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {callBus} from '../harness/bus.js';
import {runProgram} from '../harness/program.js';

const CONNECT = ['org.libvirt', '/org/libvirt/Test', 'org.libvirt.Connect'] as const;

/** The domain XML of a machine for libvirt's test driver. */
export function testDomain(name: string): string {
    return (
        `<domain type='test'><name>${GLib.markup_escape_text(name, -1)}</name>` +
        `<memory>8192</memory><os><type>hvm</type></os></domain>`
    );
}

/** Another client of the test driver; its machines live in libvirt-dbus, so virsh cannot be that. */
export const testDriver = {
    /** @returns the machine's object path */
    async define(name: string): Promise<string> {
        return String(
            (await callBus(CONNECT, 'DomainDefineXML', new GLib.Variant('(s)', [testDomain(name)])))[0],
        );
    },

    /** Starts a machine that ceases to be when it stops. @returns its object path */
    async create(name: string): Promise<string> {
        const args = new GLib.Variant('(su)', [testDomain(name), 0]);
        return String((await callBus(CONNECT, 'DomainCreateXML', args))[0]);
    },

    /** Calls a method of a machine. */
    async call(path: string, method: string, args: GLib.Variant | null = null): Promise<unknown[]> {
        return await callBus(['org.libvirt', path, 'org.libvirt.Domain'], method, args);
    },

    /** The same with its flags, all of them zero. */
    async flagged(path: string, method: string): Promise<unknown[]> {
        return await this.call(path, method, new GLib.Variant('(u)', [0]));
    },

    async paths(): Promise<string[]> {
        return (await callBus(CONNECT, 'ListDomains', new GLib.Variant('(u)', [0])))[0] as string[];
    },

    /** Forces off and undefines all machines but the one that the driver brings. */
    async clear(): Promise<void> {
        for (const path of await this.paths()) {
            if (path.endsWith('_6695eb01_f6a4_8304_79aa_97f2502e193f')) continue;
            await this.flagged(path, 'Destroy').catch(() => undefined);
            await this.flagged(path, 'Undefine').catch(() => undefined);
        }
    },

    /** Calls a method on every machine from a process of its own, as fast as that goes. */
    async burst(method: string, flags: boolean): Promise<void> {
        const outcome = await runProgram(['gjs', '-c', BURST, method, flags ? '1' : '0'], {timeout: 60_000});
        if (outcome.code !== 0) throw new Error(`${method} on all: ${outcome.err}`);
    },
};

const BURST = `
const {Gio, GLib} = imports.gi;
const [method, flags] = ARGV;
const bus = Gio.DBus.session;
const loop = new GLib.MainLoop(null, false);
const call = (path, face, name, args, done) =>
    bus.call('org.libvirt', path, 'org.libvirt.' + face, name, args, null, 0, 60000, null, (_b, r) => {
        let reply = null;
        try { reply = bus.call_finish(r).recursiveUnpack(); } catch (error) { void error; }
        done(reply);
    });
const zero = () => new GLib.Variant('(u)', [0]);
call('/org/libvirt/Test', 'Connect', 'ListDomains', zero(), ([paths]) => {
    let left = paths.length;
    for (const path of paths)
        call(path, 'Domain', method, flags === '1' ? zero() : null, () => { if (--left === 0) loop.quit(); });
});
loop.run();
`;
