// SPDX-License-Identifier: GPL-3.0-or-later
import {KernelRefusal} from '../../../shared/gpu/handover/ports.js';
import type {SysRoot} from '../../../shared/gpu/sysRoot.js';
import type {FakeDevice} from './fakeDevice.js';
import {drop, putFile, putFolder, putLink} from './files.js';
import {DRIVERS, MODULES} from './specs.js';

/** The loaded modules of the pretended kernel, with /sys/module. */
export class FakeModules {
    readonly #loaded = new Set<string>();
    /** Modules that are not installed. */
    readonly missing = new Set<string>();

    /** @param openBy how many have something of a module open */
    constructor(
        readonly root: SysRoot,
        private readonly openBy: (module: string) => number,
    ) {}

    isLoaded(name: string): boolean {
        return this.#loaded.has(name);
    }

    get loaded(): string[] {
        return [...this.#loaded];
    }

    /**
     * What modprobe makes of a name: `vfio-pci` and a modalias are modules, too. It finds none for a driver that is
     * part of the kernel, as Debian's virtio-pci is, and fails.
     */
    resolve(asked: string, devices: Iterable<FakeDevice>): string {
        if (!asked.startsWith('pci:')) return asked.replaceAll('-', '_');
        for (const {spec} of devices) {
            const [vendor = '', device = ''] = spec.id.toUpperCase().split(':');
            if (asked !== `pci:v0000${vendor}d0000${device}`) continue;
            const driver = DRIVERS.find(({name}) => name === spec.driver);
            return driver?.module ?? `builtin_${spec.driver}`;
        }
        return asked;
    }

    /** @returns the modules that were not there before, what is needed first */
    load(name: string): string[] {
        if (this.#loaded.has(name)) return [];
        const spec = MODULES.find(module => module.name === name);
        if (!spec || this.missing.has(name))
            throw new KernelRefusal(`modprobe ${name}`, `Module ${name} not found`);
        const before = (spec.needs ?? []).flatMap(needed => this.load(needed));
        this.#loaded.add(name);
        putFolder(`${this.root.sys}/module/${name}/holders`);
        for (const needed of spec.needs ?? [])
            putLink(`${this.root.sys}/module/${needed}/holders/${name}`, `../../${name}`);
        this.update();
        return [...before, name];
    }

    unload(name: string): void {
        if (!this.#loaded.has(name)) return;
        if (this.references(name) > 0)
            throw new KernelRefusal(`modprobe -r ${name}`, `Module ${name} is in use`);
        this.#loaded.delete(name);
        for (const needed of MODULES.find(module => module.name === name)?.needs ?? [])
            drop(`${this.root.sys}/module/${needed}/holders/${name}`);
        drop(`${this.root.sys}/module/${name}`);
        this.update();
    }

    references(name: string): number {
        const modules = MODULES.filter(
            module => this.#loaded.has(module.name) && module.needs?.includes(name),
        );
        return modules.length + this.openBy(name);
    }

    /** Writes the reference counts anew. */
    update(): void {
        for (const name of this.#loaded)
            putFile(`${this.root.sys}/module/${name}/refcnt`, `${this.references(name)}\n`);
    }
}
