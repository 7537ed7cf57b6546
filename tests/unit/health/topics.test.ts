// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {GpuList} from '../../../shared/gpu/gpuList.js';
import {Helper} from '../../../shared/gpu/helperInterface.js';
import type {Topic} from '../../../shared/health/doctor/check.js';
import {followTopics} from '../../../shared/health/doctor/topics.js';
import type {HostList} from '../../../shared/hosts/hostList.js';
import type {HostFollower} from '../../../shared/libvirt/host.js';
import {HELPER_BUS_NAME, HELPER_PATH} from '../../../shared/names.js';
import {Bus} from '../../../shared/platform/bus.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {putFile, putFolder} from '../../fakes/pci/files.js';
import {waitFor} from '../../harness/deadline.js';

const SHELL = 'org.gnome.Shell';
const LOGIND = 'org.freedesktop.login1';
const SUPERGFXD = 'org.supergfxctl.Daemon';

/** A service on one of the buses. */
class Service {
    readonly #connection: Gio.DBusConnection;
    #owner = 0;

    constructor(
        bus: 'SESSION' | 'SYSTEM',
        private readonly name: string,
    ) {
        this.#connection = Gio.DBusConnection.new_for_address_sync(
            GLib.getenv(`DBUS_${bus}_BUS_ADDRESS`)!,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            null,
            null,
        );
        this.#connection.set_exit_on_close(false);
    }

    async come(): Promise<void> {
        let owned = false;
        this.#owner = Gio.bus_own_name_on_connection(
            this.#connection,
            this.name,
            Gio.BusNameOwnerFlags.NONE,
            () => (owned = true),
            null,
        );
        await waitFor(this.name, () => owned);
    }

    go(): void {
        if (this.#owner !== 0) Gio.bus_unown_name(this.#owner);
        this.#owner = 0;
    }

    tell(path: string, interfaceName: string, member: string, parameters: GLib.Variant | null = null): void {
        this.#connection.emit_signal(null, path, interfaceName, member, parameters);
    }

    close(): void {
        this.go();
        this.#connection.close(null, null);
    }
}

/** Hosts and cards as far as they are followed here. */
class Source {
    readonly listeners = new Map<number, () => void>();
    #last = 0;

    connect(_signal: string, callback: () => void): number {
        this.listeners.set(++this.#last, callback);
        return this.#last;
    }

    disconnect(id: number): void {
        this.listeners.delete(id);
    }

    emit(): void {
        for (const listener of [...this.listeners.values()]) listener();
    }
}

describe('What tells the doctor of a change', () => {
    const fake = new FakePciTree().intelGraphics();
    const {folder, root} = fake;
    const etc = `${folder}/etc`;
    const usr = `${folder}/usr`;
    const services: Service[] = [];
    let turned: Topic[];
    let looking: boolean;
    let follower: HostFollower | null;
    let hosts: Source;
    let cards: Source;
    let end: () => void = () => undefined;

    const host = {
        id: 'system',
        state: 'ready',
        follow: (one: HostFollower) => {
            follower = one;
            return () => (follower = null);
        },
    };
    const count = (topic: Topic): number => turned.filter(one => one === topic).length;
    const service = async (...[bus, name]: ConstructorParameters<typeof Service>): Promise<Service> => {
        const one = new Service(bus, name);
        services.push(one);
        await one.come();
        return one;
    };
    const follow = (): void => {
        end = followTopics({...root, etc, usr}, hosts as unknown as HostList, cards as unknown as GpuList, {
            turned: topic => turned.push(topic),
            looking: () => looking,
        });
    };
    /** Does something, again where it was too early, until it is told of. */
    const tells = (topic: Topic, what: () => void): Promise<boolean> =>
        waitFor(topic, () => count(topic) > 0 || void what());

    beforeEach(() => {
        putFolder(`${etc}/libvirt/hooks/qemu.d`);
        putFolder(`${etc}/udev/rules.d`);
        putFolder(`${etc}/modprobe.d`);
        putFolder(`${etc}/driverctl.d`);
        putFolder(`${usr}/share/dbus-1/system-services`);
        putFolder(`${usr}/share/qemu/firmware`);
        putFolder(`${usr}/lib/modules`);
        putFolder(`${root.dev}/shm`);
        turned = [];
        looking = false;
        host.state = 'ready';
        hosts = Object.assign(new Source(), {lists: [{host}]});
        cards = new Source();
    });

    afterEach(() => {
        end();
        for (const one of services.splice(0)) one.close();
    });

    it('is libvirt: events, devices, metadata, networks, and a connection that comes and goes', () => {
        follow();
        follower?.domainEvent('/vm', 0, 0, 1);
        expect(turned.splice(0)).toEqual(['machines']);
        for (const member of ['DeviceAdded', 'DeviceRemoved', 'MetadataChange'])
            follower?.domainSignal('/vm', member, 1, new GLib.Variant('()', []));
        expect(turned.splice(0)).toEqual(['machines', 'machines', 'machines']);
        follower?.domainSignal('/vm', 'BalloonChange', 1, new GLib.Variant('()', []));
        expect(turned).toEqual([]);
        follower?.resourceSignal?.();
        expect(turned.splice(0)).toEqual(['libvirt']);
        hosts.emit();
        expect(turned).toEqual([]);
        host.state = 'lost';
        hosts.emit();
        expect(turned.splice(0)).toEqual(['libvirt', 'machines']);
        cards.emit();
        expect(new Set(turned)).toEqual(new Set<Topic>(['cards']));
        end();
        expect([hosts.listeners.size, cards.listeners.size, follower]).toEqual([0, 0, null]);
    });

    it('is the computer’s sleep', async () => {
        follow();
        const logind = await service('SYSTEM', LOGIND);
        const tell = (member: string): void =>
            logind.tell(
                '/org/freedesktop/login1',
                `${LOGIND}.Manager`,
                member,
                new GLib.Variant('(b)', [false]),
            );
        await tells('cards', () => tell('PrepareForSleep'));
        expect(new Set(turned)).toEqual(new Set<Topic>(['cards']));
    });

    it('is a Shell that comes or goes', async () => {
        follow();
        const shell = await service('SESSION', SHELL);
        await waitFor('it to be seen', async () => {
            shell.go();
            await shell.come();
            return count('session') > 0;
        });
        expect(new Set(turned)).toEqual(new Set<Topic>(['session']));
    });

    it('is an extension that is switched', async () => {
        // It is there already, so that it does not come.
        const shell = await service('SESSION', SHELL);
        follow();
        const switched = new GLib.Variant('(sa{sv})', ['one@example.org', {}]);
        await tells('session', () =>
            shell.tell('/org/gnome/Shell', `${SHELL}.Extensions`, 'ExtensionStateChanged', switched),
        );
        expect(new Set(turned)).toEqual(new Set<Topic>(['session']));
    });

    it('is the helper, but not that it comes because the doctor asks it', async () => {
        looking = true;
        follow();
        const helper = await service('SYSTEM', HELPER_BUS_NAME);
        const finished = new GLib.Variant('(sss)', ['0000:03:00.0', 'take', '{}']);
        await tells('cards', () => helper.tell(HELPER_PATH, Helper.name, 'Finished', finished));
        helper.go();
        await helper.come();
        // What is answered on this connection was told of on it before.
        const bus = await Bus.open('system');
        expect(await bus.hasOwner(HELPER_BUS_NAME, {timeoutMs: 5000})).toBeTrue();
        // Each end of a handover is about both.
        expect(count('helper')).toBe(count('cards'));
        looking = false;
        helper.go();
        await helper.come();
        await waitFor('its return', () => count('helper') > count('cards'));
    });

    it('is another tool for the cards that comes or goes', async () => {
        follow();
        const rival = await service('SYSTEM', SUPERGFXD);
        await waitFor('it to be seen', async () => {
            rival.go();
            await rival.come();
            return count('helper') > 0;
        });
        expect(new Set(turned)).toEqual(new Set<Topic>(['helper']));
    });

    for (const [path, topic] of [
        [`${etc}/libvirt/hooks/qemu`, 'helper'],
        [`${etc}/libvirt/hooks/qemu.d/mine`, 'helper'],
        [`${etc}/udev/rules.d/61-mine.rules`, 'helper'],
        [`${usr}/share/dbus-1/system-services/io.github.handover.service`, 'helper'],
        [`${etc}/modprobe.d/vfio.conf`, 'cards'],
        [`${etc}/driverctl.d/0000:03:00.0`, 'cards'],
        [`${usr}/share/qemu/firmware/60-edk2.json`, 'files'],
        [`${usr}/lib/modules/6.12`, 'files'],
        [`${root.dev}/kvm`, 'files'],
        [`${root.dev}/kvmfr0`, 'files'],
        [`${root.dev}/shm/looking-glass`, 'machines'],
    ] as const)
        it(`is ${path.slice(folder.length)}`, async () => {
            follow();
            putFile(`${root.dev}/null`, '');
            putFile(path, '');
            await waitFor(topic, () => count(topic) > 0);
            expect(new Set(turned)).toEqual(new Set<Topic>([topic]));
            GLib.unlink(path);
        });
});
