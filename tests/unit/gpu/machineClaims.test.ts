// SPDX-License-Identifier: GPL-3.0-or-later
import {type ClaimingHosts, type ClaimingMachine, MachineClaims} from '../../../shared/gpu/machineClaims.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {waitFor} from '../../harness/deadline.js';

/** What a Machine and a HostList show of themselves, without libvirt. */
class Signals {
    readonly callbacks = new Map<number, () => void>();
    #next = 1;

    connect(_signal: string, callback: () => void): number {
        this.callbacks.set(this.#next, callback);
        return this.#next++;
    }

    disconnect(id: number): void {
        this.callbacks.delete(id);
    }

    tell(): void {
        for (const callback of this.callbacks.values()) callback();
    }
}

class PretendedMachine extends Signals implements ClaimingMachine {
    active = true;
    definition: {pciAddresses: string[]} | null = null;
    reads = 0;
    fails = false;

    constructor(
        readonly name: string,
        readonly addresses: string[],
    ) {
        super();
    }

    get key(): string {
        return `system/${this.name}`;
    }

    async loadDetails(): Promise<void> {
        this.reads++;
        await Promise.resolve();
        if (this.fails) throw new CancelledError();
        this.definition = {pciAddresses: this.addresses};
        this.tell();
    }
}

class PretendedHosts extends Signals implements ClaimingHosts {
    looks = 0;
    #machines: PretendedMachine[] = [];

    get machines(): PretendedMachine[] {
        this.looks++;
        return this.#machines;
    }

    set machines(machines: PretendedMachine[]) {
        this.#machines = machines;
    }
}

describe('MachineClaims', () => {
    let hosts: PretendedHosts;
    let windows: PretendedMachine;
    let alpine: PretendedMachine;
    let arch: PretendedMachine;

    beforeEach(() => {
        hosts = new PretendedHosts();
        windows = new PretendedMachine('windows', ['0000:01:00.0', '0000:01:00.1']);
        alpine = new PretendedMachine('alpine', []);
        arch = new PretendedMachine('arch', ['0000:01:00.0']);
        arch.active = false;
        hosts.machines = [windows, alpine, arch];
    });

    it('reads the definitions of running machines, once each', async () => {
        const claims = new MachineClaims(hosts);
        let told = 0;
        claims.follow(() => told++);
        await waitFor('the claim', () => claims.current.length === 1);
        hosts.tell();
        hosts.tell();

        expect(claims.current).toEqual([
            {machine: 'system/windows', name: 'windows', running: true, addresses: windows.addresses},
        ]);
        expect([windows.reads, alpine.reads, arch.reads]).toEqual([1, 1, 0]);
        expect(told).toBe(1);
    });

    it('drops the claim of a machine that ends, and lets go of it', async () => {
        const claims = new MachineClaims(hosts);
        await waitFor('the claim', () => claims.current.length === 1);
        windows.active = false;
        hosts.tell();
        await waitFor('the look', () => claims.current.length === 0);

        expect(windows.callbacks.size).toBe(0);
    });

    it('looks at a thousand machines once for a thousand events', async () => {
        const machines = Array.from(
            {length: 1000},
            (_, index) => new PretendedMachine(`m${index}`, [`0000:${(index % 256).toString(16)}:00.0`]),
        );
        hosts.machines = machines;
        const claims = new MachineClaims(hosts);
        let told = 0;
        claims.follow(() => told++);
        await claims.whenRead();
        hosts.looks = 0;
        told = 0;
        for (const machine of machines) {
            machine.active = false;
            hosts.tell();
        }
        await waitFor('the look', () => claims.current.length === 0);

        expect(hosts.looks).toBe(1);
        expect(told).toBe(1);
    });

    it('knows who else wants a card when somebody asks', async () => {
        const claims = new MachineClaims(hosts);
        await claims.includeStopped();

        expect(claims.current.map(({name, running}) => [name, running])).toEqual([
            ['windows', true],
            ['arch', false],
        ]);
    });

    it('lives with a machine that cannot be read', async () => {
        windows.fails = true;
        const claims = new MachineClaims(hosts);
        await waitFor('the read', () => windows.reads === 1);

        expect(claims.current).toEqual([]);
    });

    it('lets go of everything when it is closed', async () => {
        const claims = new MachineClaims(hosts);
        await waitFor('the claim', () => claims.current.length === 1);
        hosts.tell();
        claims.close();

        expect([hosts, windows, alpine].map(({callbacks}) => callbacks.size)).toEqual([0, 0, 0]);
    });
});
