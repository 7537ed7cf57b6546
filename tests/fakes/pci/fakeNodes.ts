// SPDX-License-Identifier: GPL-3.0-or-later
import type {SysRoot} from '../../../shared/gpu/sysRoot.js';
import type {FakeDevice} from './fakeDevice.js';
import type {FakeModules} from './fakeModules.js';
import type {FakeProcesses} from './fakeProcesses.js';
import {drop, putFile, putLink} from './files.js';

const NVIDIA = 195;
/** Given out when the module is loaded; another one with each boot. */
export const NVIDIA_UVM = 511;

/** NVIDIA's nodes that belong to no card. */
export const SHARED_NODES: ReadonlyMap<string, string> = new Map([
    ['nvidiactl', `${NVIDIA}:255`],
    ['nvidia-modeset', `${NVIDIA}:254`],
    ['nvidia-uvm', `${NVIDIA_UVM}:0`],
]);

/** The device nodes that drivers make, with the numbers that the kernel gives them. */
export class FakeNodes {
    readonly #taken = new Map<string, string>();
    /** Numbers whose device is gone and that somebody still has open. */
    readonly #orphans = new Set<string>();

    constructor(
        readonly root: SysRoot,
        readonly processes: FakeProcesses,
    ) {
        const lines = ['Character devices:', '  1 mem', '116 alsa', '195 nvidia', '226 drm'];
        putFile(`${root.proc}/devices`, [...lines, `${NVIDIA_UVM} nvidia-uvm`, ''].join('\n'));
    }

    /** Nodes of a module that belong to no card. */
    sharedOf(module: string): string[] {
        const node = {nvidia: 'nvidiactl', nvidia_modeset: 'nvidia-modeset', nvidia_uvm: 'nvidia-uvm'}[
            module
        ];
        const number = SHARED_NODES.get(node ?? '');
        return number === undefined ? [] : [number];
    }

    /** Makes the nodes of a device whose driver has just been bound. */
    add(device: FakeDevice, modules: FakeModules): void {
        const {driver, spec, address} = device;
        if (driver?.kind === 'drm' && device.isDisplay) {
            this.#addDrm(device, driver.module);
            this.#addI2c(device);
            this.#addFramebuffer(device);
        } else if (driver?.kind === 'nvidia') {
            const minor = this.#lowest(number => `${NVIDIA}:${number}`, 0, `nvidia ${address}`);
            const info = `Model: \t\t Pretended\nDevice Minor: \t ${minor}\n`;
            putFile(`${this.root.proc}/driver/nvidia/gpus/${address}/information`, info);
            device.nodes.push({
                path: `nvidia${minor}`,
                device: `${NVIDIA}:${minor}`,
                module: 'nvidia',
                folder: `${device.folder}/nvidia`,
                classLink: `${this.root.proc}/driver/nvidia/gpus/${address}`,
            });
            this.#addI2c(device);
            this.refresh(device, modules);
        } else if (driver?.kind === 'sound') {
            const card = this.#lowest(number => `sound card${number}`, 0, address);
            for (const [name, minor] of [
                [`controlC${card}`, card * 32],
                [`pcmC${card}D3p`, card * 32 + 16],
            ] as const)
                device.addNode(
                    `sound/card${card}`,
                    'sound',
                    name,
                    `116:${minor}`,
                    driver.module,
                    `snd/${name}`,
                );
        } else if (driver?.kind === 'vfio' && spec.group !== undefined) {
            const {group} = spec;
            const folder = `${this.root.sys}/devices/virtual/vfio/${group}`;
            putFile(`${folder}/dev`, `240:${group}\n`);
            const classLink = `${this.root.sys}/class/vfio/${group}`;
            putLink(classLink, `../../devices/virtual/vfio/${group}`);
            device.nodes.push({
                path: `vfio/${group}`,
                device: `240:${group}`,
                module: 'vfio_pci',
                folder,
                classLink,
            });
        }
    }

    /** nvidia_drm comes and goes while nvidia stays bound. */
    refresh(device: FakeDevice, modules: FakeModules): void {
        if (device.driver?.kind !== 'nvidia') return;
        const there = device.nodes.some(({path}) => path.startsWith('dri/'));
        const wanted = modules.isLoaded('nvidia_drm');
        if (wanted && !there) {
            this.#addDrm(device, 'nvidia_drm');
            this.#addFramebuffer(device);
        } else if (!wanted && there) {
            for (const node of device.nodes.filter(({path}) => path.startsWith('dri/'))) {
                this.#release(node.device);
                drop(node.folder);
                drop(node.classLink);
            }
            device.nodes = device.nodes.filter(({path}) => !path.startsWith('dri/'));
            drop(`${device.folder}/drm`);
        }
    }

    /** Takes the nodes of a device away; those that are open keep their numbers. */
    remove(device: FakeDevice): void {
        for (const {device: number} of device.dropNodes()) this.#release(number);
        for (const [number, owner] of this.#taken)
            if (owner.endsWith(device.address) && !number.includes(':')) this.#taken.delete(number);
    }

    #addDrm(device: FakeDevice, module: string | null): void {
        const card = this.#lowest(number => `226:${number}`, 0, device.address);
        const render = this.#lowest(number => `226:${number}`, 128, device.address);
        device.addNode('drm', 'drm', `card${card}`, `226:${card}`, module, `dri/card${card}`);
        device.addNode('drm', 'drm', `renderD${render}`, `226:${render}`, module, `dri/renderD${render}`);
        device.addConnectors(`card${card}`);
    }

    #addI2c(device: FakeDevice): void {
        for (let index = 0; index < (device.spec.i2c ?? 0); index++) {
            const number = this.#lowest(value => `89:${value}`, 0, device.address);
            const name = `i2c-${number}`;
            device.addNode(`${name}/i2c-dev`, 'i2c-dev', name, `89:${number}`, null, name);
        }
    }

    #addFramebuffer(device: FakeDevice): void {
        if (!device.spec.framebuffer) return;
        const number = this.#lowest(value => `29:${value}`, 0, device.address);
        device.addNode('graphics', 'graphics', `fb${number}`, `29:${number}`, null, `fb${number}`);
    }

    #lowest(nameOf: (number: number) => string, from: number, owner: string): number {
        let number = from;
        while (this.#isTaken(nameOf(number))) number++;
        this.#taken.set(nameOf(number), owner);
        return number;
    }

    #isTaken(name: string): boolean {
        if (this.#taken.has(name)) return true;
        return this.#orphans.has(name) && this.processes.usersOf([name]).length > 0;
    }

    #release(number: string): void {
        this.#taken.delete(number);
        const users = this.processes.usersOf([number]);
        if (users.length > 0) this.#orphans.add(number);
        for (const user of users) user.orphan(number);
    }
}
