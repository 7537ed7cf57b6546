// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';

import type {ReadyKind} from '../../../shared/definition/displayMetadata.js';
import {NotReadyError} from '../../../shared/displays/displayErrors.js';
import type {Machine} from '../../../shared/machines/machine.js';
import type {Boot} from '../../../shared/metrics/boot.js';
import {BootWatch} from '../../../shared/metrics/bootWatch.js';
import {DescribedHost, UUID} from '../../fakes/describedHost.js';
import {pause, waitFor} from '../../harness/deadline.js';
import {domains} from '../machines/stubHost.js';

const STARTED = 2;
const STOPPED = 5;
const RESUMED = 4;
const RESTORED = 2;
const RUNNING = {state: 'running', reason: 'booted'} as const;

/** What a sign is given to before it is asked for. */
const NOBODY = (): void => undefined;

/** A machine that the test starts, and whose signs the test gives. */
class Rig {
    readonly host = new DescribedHost('');
    readonly list = this.host.list({vm: 'shutoff'});
    readonly kept: string[] = [];
    nowMs = 0;
    serial = 10;
    cancelled = 0;
    agent: (answered: boolean) => void = NOBODY;
    ready: (kind: ReadyKind | Error) => void = NOBODY;
    readonly watch = new BootWatch(
        this.list,
        ({host, uuid}: Machine, {agentMs, readyMs, readyKind}: Boot) => {
            this.kept.push(`${host.id} ${uuid === UUID} ${agentMs} ${readyMs} ${readyKind}`);
            return Promise.resolve();
        },
        {
            agent: async (machine, cancellable) => {
                await this.#look(machine, cancellable);
                return await new Promise(resolve => (this.agent = resolve));
            },
            ready: async machine => {
                await machine.loadDetails();
                return await new Promise((resolve, reject) => {
                    this.ready = kind => (typeof kind === 'string' ? resolve(kind) : reject(kind));
                });
            },
        },
        {awakeMs: () => this.nowMs, passedMs: () => this.nowMs},
    );

    constructor() {
        this.host.asking = false;
    }

    /** @param detail as libvirt numbers them: a start is one that booted, a resumption one that was told to go on */
    async event(event: number, detail = 0): Promise<void> {
        this.list.domainEvent('/vm', event, detail, ++this.serial);
        await pause(20);
    }

    /** A start whose signs are looked for. */
    async start(event = STARTED): Promise<void> {
        this.agent = this.ready = NOBODY;
        await this.event(event);
        await waitFor('the questions', () => this.agent !== NOBODY && this.ready !== NOBODY);
    }

    /** Waits until so much is kept. */
    async keeps(count: number): Promise<void> {
        await waitFor(`${count} kept`, () => this.kept.length >= count);
    }

    async #look(machine: Machine, cancellable: Gio.Cancellable): Promise<void> {
        cancellable.connect(() => this.cancelled++);
        await machine.loadDetails();
    }
}

describe('Watching starts', () => {
    it('keeps the time to each sign as soon as it is seen', async () => {
        const rig = new Rig();
        await rig.start();
        rig.nowMs = 3000;
        rig.agent(true);
        await rig.keeps(1);
        rig.nowMs = 5000;
        rig.ready('tcp');
        await rig.keeps(2);
        await waitFor('the end', () => rig.cancelled > 0);
        expect(rig.kept).toEqual(['stub true 3000 null null', 'stub true 3000 5000 tcp']);
        expect(rig.cancelled).toBe(1);
        rig.watch.close();
    });

    it('times a start as QEMU’s go: it goes on, and then it has started', async () => {
        const rig = new Rig();
        await rig.start(RESUMED);
        rig.nowMs = 100;
        await rig.event(STARTED);
        rig.nowMs = 3000;
        rig.agent(true);
        await rig.keeps(1);
        expect(rig.kept).toEqual(['stub true 3000 null null']);
        rig.watch.close();
    });

    it('times no start of a machine that goes on where it was saved', async () => {
        const rig = new Rig();
        await rig.event(STARTED, RESTORED);
        rig.agent(true);
        await pause(20);
        expect(rig.kept).toEqual([]);
        rig.watch.close();
    });

    it('keeps nothing of signs that are not there or are never seen', async () => {
        const rig = new Rig();
        await rig.start();
        rig.agent(false);
        rig.ready(new NotReadyError('vm', 'tcp', 5));
        await pause(20);
        expect(rig.kept).toEqual([]);
        rig.watch.close();
    });

    it('ends when the machine stops, and when it is closed', async () => {
        const rig = new Rig();
        await rig.start();
        await rig.event(STOPPED);
        expect(rig.cancelled).toBe(1);
        rig.agent(true);
        await pause(20);
        await rig.start();
        rig.watch.close();
        expect(rig.cancelled).toBe(2);
        rig.agent(true);
        await pause(20);
        expect(rig.kept).toEqual([]);
    });

    it('times no start that only a comparison with libvirt shows', async () => {
        const rig = new Rig();
        rig.host.asking = true;
        rig.list.reconcile(new Map([...domains({vm: 'running'})].map(([name]) => [name, RUNNING])), 99, true);
        await pause(20);
        rig.nowMs = 3000;
        rig.agent(true);
        await pause(20);
        expect(rig.kept).toEqual([]);
        rig.watch.close();
    });

    it('times a few at a time, and none of the rest of a crowd', async () => {
        const host = new DescribedHost('');
        host.asking = false;
        const names = Array.from({length: 20}, (_none, at) => `vm-${at}`);
        const list = host.list(Object.fromEntries(names.map(name => [name, 'shutoff'])));
        let asked = 0;
        const never = (): Promise<never> => {
            asked++;
            return new Promise(() => undefined);
        };
        const watch = new BootWatch(list, () => Promise.resolve(), {agent: never, ready: never});
        for (const [at, name] of names.entries()) list.domainEvent(`/${name}`, STARTED, 0, 100 + at);
        await waitFor('the questions', () => asked >= 2 * 8);
        await pause(50);
        expect(asked).toBe(2 * 8);
        watch.close();
    });
});
