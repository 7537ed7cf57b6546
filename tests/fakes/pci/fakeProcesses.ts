// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {drop, putFile, putFolder, putLink} from './files.js';

export interface ProcessSpec {
    readonly comm: string;
    readonly command?: readonly string[];
    readonly uid?: number;
    readonly cgroup?: string;
    /** One letter, as in /proc/PID/stat. */
    readonly state?: string;
    /** Nobody but root may look into it. */
    readonly closed?: boolean;
    readonly maps?: readonly string[];
}

interface Descriptor {
    readonly target: string;
    /** `major:minor` */
    readonly device: string | null;
}

/** A process of the pretended machine. */
export class FakeProcess {
    readonly descriptors = new Map<number, Descriptor>();
    readonly #closing: (() => void)[] = [];
    #next = 3;

    constructor(
        readonly folder: string,
        readonly pid: number,
        readonly spec: ProcessSpec,
        private readonly gone: () => void = () => undefined,
    ) {
        const {comm, command = [`/usr/bin/${comm}`], uid = 1000, cgroup = '/', state = 'S', maps = []} = spec;
        putFile(`${folder}/comm`, `${comm}\n`);
        putFile(`${folder}/cmdline`, command.map(word => `${word}\0`).join(''));
        putFile(
            `${folder}/status`,
            `Name:\t${comm}\nState:\t${state}\nUid:\t${uid}\t${uid}\t${uid}\t${uid}\n`,
        );
        putFile(
            `${folder}/stat`,
            `${pid} (${comm}) ${state} 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${1000 + pid} 0 0\n`,
        );
        putFile(`${folder}/cgroup`, `0::${cgroup}\n`);
        putFile(`${folder}/maps`, maps.map(line => `${line}\n`).join(''));
        putFolder(`${folder}/fd`);
        putFolder(`${folder}/fdinfo`);
        if (spec.closed) GLib.chmod(`${folder}/fd`, 0o000);
    }

    /**
     * Opens something.
     *
     * @param device what stat(2) says of it, when it is a device
     * @param info lines of its fdinfo
     */
    open(target: string, device: string | null = null, info: readonly string[] = []): number {
        const number = this.#next++;
        this.descriptors.set(number, {target, device});
        putLink(`${this.folder}/fd/${number}`, target);
        // For programs that run against this machine; see shared/gpu/pretendedHere.ts.
        const pretended = device === null ? [] : [`pretended-device:\t${device}`];
        putFile(
            `${this.folder}/fdinfo/${number}`,
            ['pos:\t0', 'flags:\t02100002', ...pretended, ...info].join('\n') + '\n',
        );
        return number;
    }

    close(number: number): void {
        this.descriptors.delete(number);
        drop(`${this.folder}/fd/${number}`);
        drop(`${this.folder}/fdinfo/${number}`);
        this.#tell();
    }

    exit(): void {
        this.descriptors.clear();
        if (this.spec.closed) GLib.chmod(`${this.folder}/fd`, 0o755);
        drop(this.folder);
        this.gone();
        this.#tell();
    }

    /** Its node was taken away while it was open: it stays open, under a name that says so. */
    orphan(device: string): void {
        for (const [number, descriptor] of this.descriptors) {
            if (descriptor.device !== device) continue;
            const target = `${descriptor.target} (deleted)`;
            this.descriptors.set(number, {...descriptor, target});
            putLink(`${this.folder}/fd/${number}`, target);
        }
    }

    /** Calls back whenever it has closed something. */
    onClose(callback: () => void): void {
        this.#closing.push(callback);
    }

    #tell(): void {
        for (const callback of this.#closing.splice(0)) callback();
    }
}

/** The processes of the pretended machine, below its /proc. */
export class FakeProcesses {
    readonly all = new Map<number, FakeProcess>();
    #next = 4000;

    constructor(readonly proc: string) {
        this.start({comm: 'systemd', uid: 0}, 1);
    }

    start(spec: ProcessSpec, pid = this.#next++): FakeProcess {
        const process = new FakeProcess(`${this.proc}/${pid}`, pid, spec, () => this.all.delete(pid));
        this.all.set(pid, process);
        return process;
    }

    /** Processes that have a device open now. */
    usersOf(devices: readonly string[]): FakeProcess[] {
        return [...this.all.values()].filter(({descriptors}) =>
            [...descriptors.values()].some(({device}) => device !== null && devices.includes(device)),
        );
    }

    /** Resolves when none of the devices is open any more. */
    async untilClosed(devices: readonly string[]): Promise<void> {
        for (;;) {
            const users = this.usersOf(devices);
            if (users.length === 0) return;
            await new Promise<void>(resolve => users[0]!.onClose(resolve));
        }
    }

    /** What stat(2) says of an open descriptor, which a pretended link cannot. */
    deviceNumber(path: string): string | null {
        const [, pid, descriptor] = /\/(\d+)\/fd\/(\d+)$/.exec(path) ?? [];
        return this.all.get(Number(pid))?.descriptors.get(Number(descriptor))?.device ?? null;
    }
}
