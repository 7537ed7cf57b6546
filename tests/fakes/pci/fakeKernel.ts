// SPDX-License-Identifier: GPL-3.0-or-later
import {KernelRefusal, type KernelWriter} from '../../../shared/gpu/handover/ports.js';
import type {SysRoot} from '../../../shared/gpu/sysRoot.js';
import type {FakeClock} from './fakeClock.js';
import {FakeDevice} from './fakeDevice.js';
import {FakeNodes, SHARED_NODES} from './fakeNodes.js';
import type {FakeProcesses} from './fakeProcesses.js';
import {FakeModules} from './fakeModules.js';
import {drop, putFile, putLink} from './files.js';
import {type DeviceSpec, DRIVERS, type DriverSpec} from './specs.js';

/** What a driver does other than it should, when an action of the log matches. */
export interface Misbehaviour {
    readonly action: RegExp;
    /** Nothing ever comes back, until `release()`. */
    readonly hang?: boolean;
    /** The kernel's answer. */
    readonly fail?: string;
    readonly before?: () => void;
    readonly after?: () => void;
    /** How many times; every time unless told. */
    times?: number;
}

/**
 * A kernel that does with PCI functions, drivers and modules what Linux does, on a folder.
 *
 * Each action leaves a line in `log`, e.g. `unbind snd_hda_intel 0000:01:00.1`, which is also what misbehaviours
 * are hung on.
 *
 * @see drivers/base/bus.c, drivers/base/dd.c, drivers/pci/pci-driver.c, drivers/pci/pci-sysfs.c of Linux 6.12
 */
export class FakeKernel implements KernelWriter {
    readonly log: string[] = [];
    readonly devices = new Map<string, FakeDevice>();
    readonly modules: FakeModules;
    readonly #nodes: FakeNodes;
    readonly #misbehaviours: Misbehaviour[] = [];
    readonly #removed: FakeDevice[] = [];
    readonly #listeners = new Set<(action: string, subsystem: string, address: string) => void>();
    readonly #release: (() => void)[] = [];
    /** Where a function is found again after it was removed; null when it is not. */
    readonly foundAt = new Map<string, string | null>();

    constructor(
        readonly root: SysRoot,
        readonly processes: FakeProcesses,
        readonly clock: FakeClock,
    ) {
        this.#nodes = new FakeNodes(root, processes);
        this.modules = new FakeModules(root, module => this.#usersOfModule(module));
        for (const name of ['drivers_probe', 'drivers_autoprobe']) putFile(`${root.sys}/bus/pci/${name}`, '');
        putFile(`${root.sys}/bus/pci/rescan`, '');
        for (const driver of DRIVERS) if (driver.module === null) this.#register(driver);
    }

    /** Plugs a function in, and binds its driver when that is loaded. */
    plug(spec: DeviceSpec, address = spec.address): FakeDevice {
        const device = new FakeDevice(this.root.sys, spec, address);
        this.devices.set(address, device);
        device.plug();
        this.#tell('add', 'pci', address);
        return device;
    }

    device(address: string): FakeDevice {
        const device = this.devices.get(address);
        if (!device) throw new Error(`There is no ${address} in the pretended machine`);
        return device;
    }

    /** A module was loaded at boot. */
    loadNow(name: string): void {
        for (const loaded of this.modules.load(name)) {
            const drivers = DRIVERS.filter(({module}) => module === loaded);
            for (const driver of drivers) this.#register(driver);
            for (const device of this.devices.values()) {
                if (loaded === 'nvidia_drm') this.#nodes.refresh(device, this.modules);
                // A driver that is new looks at all devices; the other drivers do not look again.
                if (drivers.some(driver => driver.name === wantedDriver(device))) this.#autoprobe(device);
            }
        }
    }

    /** A driver was bound at boot. */
    bindNow(device: FakeDevice, name: string): void {
        const driver = DRIVERS.find(known => known.name === name);
        if (!driver) throw new Error(`The pretended kernel has no ${name}`);
        if (driver.module !== null) this.loadNow(driver.module);
        if (!device.driver) this.#attach(device, driver);
    }

    /** Which driver each function has, e.g. `{'0000:01:00.0': 'vfio-pci'}`. */
    bindings(slot: string): Record<string, string | null> {
        const functions = [...this.devices.values()].filter(({address}) => address.startsWith(slot));
        return Object.fromEntries(functions.map(({address, driver}) => [address, driver?.name ?? null]));
    }

    misbehave(misbehaviour: Misbehaviour): void {
        this.#misbehaviours.push({...misbehaviour});
    }

    behave(): void {
        this.#misbehaviours.length = 0;
    }

    /** What hung goes on. */
    release(): void {
        for (const release of this.#release.splice(0)) release();
    }

    /** How many follow its events. */
    get followers(): number {
        return this.#listeners.size;
    }

    /** Calls back with each uevent. */
    onEvent(callback: (action: string, subsystem: string, address: string) => void): () => void {
        this.#listeners.add(callback);
        return () => this.#listeners.delete(callback);
    }

    async write(path: string, value: string): Promise<void> {
        const below = path.replace(`${this.root.sys}/bus/pci/`, '');
        const parts = below.split('/');
        const text = value.trim();
        if (parts[0] === 'drivers' && parts[2] === 'unbind') return this.#unbind(parts[1] ?? '', text);
        if (parts[0] === 'drivers' && parts[2] === 'bind') return this.#bind(parts[1] ?? '', text);
        if (below === 'drivers_probe') return this.#probe(text);
        if (below === 'rescan') return this.#rescan();
        if (parts[0] === 'devices' && parts[2] === 'driver_override')
            return this.#overrideWith(parts[1] ?? '', text);
        if (parts[0] === 'devices' && parts[2] === 'remove') return this.#remove(parts[1] ?? '');
        throw new KernelRefusal(`write ${path}`, 'No such file or directory');
    }

    async loadModules(names: readonly string[]): Promise<void> {
        for (const asked of names) {
            const name = this.modules.resolve(asked, this.devices.values());
            await this.#act(`modprobe ${name}`, () => this.loadNow(name));
        }
    }

    async unloadModules(names: readonly string[]): Promise<void> {
        await this.#act(`modprobe -r ${names.join(' ')}`, async () => {
            for (const name of names) {
                this.modules.unload(name);
                for (const driver of DRIVERS.filter(({module}) => module === name))
                    drop(`${this.root.sys}/bus/pci/drivers/${driver.name}`);
                for (const device of this.devices.values()) {
                    if (device.driver?.module === name) await this.#detach(device);
                    else if (name === 'nvidia_drm') this.#nodes.refresh(device, this.modules);
                }
            }
        });
    }

    async #overrideWith(address: string, text: string): Promise<void> {
        const device = this.#present(address, 'driver_override');
        await this.#act(`override ${address} ${text || '-'}`, () => device.setOverride(text || null));
    }

    async #unbind(driver: string, address: string): Promise<void> {
        const device = this.#present(address, 'unbind');
        await this.#act(`unbind ${driver} ${address}`, async () => {
            if (device.driver?.name !== driver)
                throw new KernelRefusal(`unbind ${address}`, 'No such device');
            await this.#detach(device);
        });
    }

    async #bind(name: string, address: string): Promise<void> {
        const device = this.#present(address, 'bind');
        await this.#act(`bind ${name} ${address}`, () => {
            const driver = this.#loaded(name);
            const matches = device.override === null ? device.spec.driver === name : device.override === name;
            if (!driver || !matches) throw new KernelRefusal(`bind ${address}`, 'No such device');
            if (device.driver) throw new KernelRefusal(`bind ${address}`, 'Device or resource busy');
            this.#attach(device, driver);
        });
    }

    async #probe(address: string): Promise<void> {
        const device = this.#present(address, 'drivers_probe');
        // The kernel answers success whether or not a driver wanted it.
        await this.#act(`probe ${address}`, () => this.#autoprobe(device));
    }

    async #remove(address: string): Promise<void> {
        const device = this.#present(address, 'remove');
        await this.#act(`remove ${address}`, async () => {
            if (device.driver) await this.#detach(device);
            device.unplug();
            this.devices.delete(address);
            this.#removed.push(device);
            this.#tell('remove', 'pci', address);
        });
    }

    async #rescan(): Promise<void> {
        await this.#act('rescan', () => {
            for (const {spec, address} of this.#removed.splice(0)) {
                const place = this.foundAt.has(address) ? this.foundAt.get(address) : address;
                if (place) this.#autoprobe(this.plug(spec, place));
            }
        });
    }

    /** A function drops off the bus, with whatever had it. */
    vanish(address: string): void {
        const device = this.device(address);
        this.#nodes.remove(device);
        device.setDriver(null);
        device.unplug();
        this.devices.delete(address);
        this.#tell('remove', 'pci', address);
    }

    async #act(line: string, action: () => void | Promise<void>): Promise<void> {
        this.log.push(line);
        // The writer is a program of its own: nothing of it happens before the caller goes on.
        await new Promise<void>(resolve => setTimeout(resolve));
        const found = this.#misbehaviours.find(({action, times}) => action.test(line) && times !== 0);
        if (found?.times !== undefined) found.times--;
        found?.before?.();
        if (found?.hang) {
            await new Promise<void>(resolve => {
                this.#release.push(resolve);
                this.clock.skip();
            });
        }
        if (found?.fail !== undefined) throw new KernelRefusal(line, found.fail);
        await action();
        found?.after?.();
    }

    #present(address: string, attribute: string): FakeDevice {
        const device = this.devices.get(address);
        if (!device) throw new KernelRefusal(`write ${attribute} ${address}`, 'No such file or directory');
        return device;
    }

    #autoprobe(device: FakeDevice): void {
        if (device.driver) return;
        const name = wantedDriver(device);
        const driver = name === undefined ? undefined : this.#loaded(name);
        const refused = this.#misbehaviours.some(({action, fail}) =>
            fail === undefined ? false : action.test(`probing ${device.address} ${name}`),
        );
        if (driver && !refused) this.#attach(device, driver);
    }

    #attach(device: FakeDevice, driver: DriverSpec): void {
        device.setDriver(driver);
        this.#nodes.add(device, this.modules);
        this.#tell('bind', 'pci', device.address);
    }

    /** The part of unbinding in which drivers wait for their users; DRM ones do so for those of I²C only. */
    async #detach(device: FakeDevice): Promise<void> {
        const numbers = device.nodes.map(node => node.device);
        const waits =
            device.driver?.kind === 'drm' ? numbers.filter(number => number.startsWith('89:')) : numbers;
        if (this.processes.usersOf(waits).length > 0) {
            this.clock.skip();
            await this.processes.untilClosed(waits);
        }
        const {group} = device.spec;
        this.#nodes.remove(device);
        device.setDriver(null);
        // The group's node stays as long as one of its functions is with vfio.
        const other = [...this.devices.values()].find(
            ({spec, driver}) => spec.group === group && driver?.kind === 'vfio',
        );
        if (other) {
            this.#nodes.remove(other);
            this.#nodes.add(other, this.modules);
        }
        this.#tell('unbind', 'pci', device.address);
    }

    #register(driver: DriverSpec): void {
        for (const name of ['bind', 'unbind'])
            putFile(`${this.root.sys}/bus/pci/drivers/${driver.name}/${name}`, '');
        if (driver.module === null) return;
        putLink(
            `${this.root.sys}/bus/pci/drivers/${driver.name}/module`,
            `../../../../module/${driver.module}`,
        );
    }

    /** The number of a node below /dev; those of NVIDIA's that belong to no card included. */
    numberOf(path: string): string {
        const name = path.replace(/^\/dev\//, '');
        const node = [...this.devices.values()].flatMap(({nodes}) => nodes).find(one => one.path === name);
        const number = node?.device ?? SHARED_NODES.get(name);
        if (number === undefined) throw new Error(`There is no ${path} in the pretended machine`);
        return number;
    }

    #loaded(name: string): DriverSpec | undefined {
        const driver = DRIVERS.find(known => known.name === name);
        return driver && (driver.module === null || this.modules.isLoaded(driver.module))
            ? driver
            : undefined;
    }

    #usersOfModule(module: string): number {
        const nodes = [...this.devices.values()].flatMap(device => device.nodes);
        const devices = nodes.filter(node => node.module === module).map(node => node.device);
        return this.processes.usersOf([...devices, ...this.#nodes.sharedOf(module)]).length;
    }

    #tell(action: string, subsystem: string, address: string): void {
        for (const listener of this.#listeners) listener(action, subsystem, address);
    }
}

/** The driver that matches a device: the override alone, where there is one. */
function wantedDriver({override, spec}: FakeDevice): string | undefined {
    return override ?? spec.driver;
}
