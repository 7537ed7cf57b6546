// SPDX-License-Identifier: GPL-3.0-or-later
// What tells that a finding may be another. Each source is one that speaks by itself: nothing is asked again and again.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {GpuList} from '../../gpu/gpuList.js';
import {Helper} from '../../gpu/helperInterface.js';
import type {HostList} from '../../hosts/hostList.js';
import type {Host, HostFollower} from '../../libvirt/host.js';
import {HELPER_BUS_NAME, HELPER_PATH} from '../../names.js';
import {Bus, type BusKind} from '../../platform/bus.js';
import {exists} from '../../platform/files.js';
import type {Topic} from './check.js';
import type {DoctorRoot} from './ports.js';

export interface TopicFollower {
    readonly turned: (topic: Topic) => void;
    /** Whether the doctor looks at this moment, which starts the helper. */
    readonly looking: () => boolean;
}

/** @returns a function that ends it, at once */
export function followTopics(
    root: DoctorRoot,
    hosts: HostList,
    cards: GpuList | null,
    follower: TopicFollower,
): () => void {
    const {turned} = follower;
    const ends = [
        followHosts(hosts, turned),
        ...(cards ? [followCards(cards, turned)] : []),
        ...filesOf(root).map(place => followFolder(place, turned)),
        followBus('system', bus => [...followHelper(bus, follower), followSleep(bus, turned)]),
        followBus('session', bus => [followShell(bus, turned)]),
    ];
    return () => {
        for (const end of ends.splice(0)) end();
    };
}

function followHosts(hosts: HostList, turned: TopicFollower['turned']): () => void {
    const states = (): string => hosts.lists.map(({host}) => `${host.id} ${host.state}`).join(' ');
    let before = states();
    const follower: HostFollower = {
        reconcile: () => undefined,
        domainEvent: () => turned('machines'),
        domainSignal: (_path, member) => {
            if (member === 'MetadataChange' || member.startsWith('Device')) turned('machines');
        },
        resourceSignal: () => turned('libvirt'),
    };
    const followed = new Map<Host, () => void>();
    const followAll = (): void => {
        const all = new Set(hosts.lists.map(({host}) => host));
        for (const [host, end] of followed) {
            if (all.has(host)) continue;
            end();
            followed.delete(host);
        }
        for (const host of all) if (!followed.has(host)) followed.set(host, host.follow(follower));
    };
    followAll();
    const handler = hosts.connect('changed', () => {
        const now = states();
        if (now === before) return;
        before = now;
        followAll();
        turned('libvirt');
        turned('machines');
    });
    return () => {
        hosts.disconnect(handler);
        for (const end of followed.values()) end();
    };
}

function followCards(cards: GpuList, turned: TopicFollower['turned']): () => void {
    const handlers = [
        cards.connect('items-changed', () => turned('cards')),
        cards.connect('changed', () => turned('cards')),
    ];
    return () => {
        for (const handler of handlers) cards.disconnect(handler);
    };
}

interface Place {
    readonly path: string;
    readonly topic: Topic;
    /** Names of files in it that matter; all unless told. */
    readonly names?: RegExp;
}

function filesOf({etc, usr, dev}: DoctorRoot): Place[] {
    return [
        {path: `${etc}/libvirt/hooks`, topic: 'helper'},
        {path: `${etc}/libvirt/hooks/qemu.d`, topic: 'helper'},
        {path: `${etc}/udev/rules.d`, topic: 'helper'},
        {path: `${usr}/share/dbus-1/system-services`, topic: 'helper', names: /handover/},
        {path: `${etc}/modprobe.d`, topic: 'cards'},
        {path: `${etc}/driverctl.d`, topic: 'cards'},
        {path: `${usr}/share/qemu/firmware`, topic: 'files'},
        {path: `${usr}/lib/modules`, topic: 'files'},
        {path: dev, topic: 'files', names: /^(kvm|kvmfr\d+)$/},
        {path: `${dev}/shm`, topic: 'machines', names: /^looking-glass/},
    ];
}

/** GIO looks for a folder that is not there again and again, so such a one is left alone. */
function followFolder({path, topic, names}: Place, turned: TopicFollower['turned']): () => void {
    if (!exists(path)) return () => undefined;
    let monitor: Gio.FileMonitor;
    try {
        monitor = Gio.File.new_for_path(path).monitor_directory(Gio.FileMonitorFlags.WATCH_MOVES, null);
    } catch (error) {
        // No inotify watch is left: then a person has to look again.
        if (error instanceof GLib.Error) return () => undefined;
        throw error;
    }
    monitor.connect('changed', (_monitor, file, other) => {
        const named = (one: Gio.File | null): boolean =>
            one !== null && (names === undefined || names.test(one.get_basename() ?? ''));
        if (named(file) || named(other)) turned(topic);
    });
    return () => void monitor.cancel();
}

function* followHelper(bus: Bus, {turned, looking}: TopicFollower): Generator<() => void> {
    let first = true;
    yield bus.watchName(
        HELPER_BUS_NAME,
        () => {
            // That it comes because the doctor asks it is no news, and that it goes when nobody asks is none either.
            if (!first && !looking()) turned('helper');
            first = false;
        },
        () => (first = false),
    );
    yield bus.subscribe(HELPER_BUS_NAME, HELPER_PATH, ({interfaceName, member}) => {
        if (interfaceName !== Helper.name || member !== 'Finished') return;
        turned('helper');
        turned('cards');
    });
    let known: boolean | null = null;
    const rival = (there: boolean): void => {
        if (known !== null && known !== there) turned('helper');
        known = there;
    };
    yield bus.watchName(
        'org.supergfxctl.Daemon',
        () => rival(true),
        () => rival(false),
    );
}

/** A card that is lent may not have survived the computer's sleep. */
function followSleep(bus: Bus, turned: TopicFollower['turned']): () => void {
    return bus.subscribe('org.freedesktop.login1', '/org/freedesktop/login1', ({member}) => {
        if (member === 'PrepareForSleep') turned('cards');
    });
}

function followShell(bus: Bus, turned: TopicFollower['turned']): () => void {
    let first = true;
    const told = (): void => {
        if (!first) turned('session');
        first = false;
    };
    const unwatch = bus.watchName('org.gnome.Shell', told, told);
    const unsubscribe = bus.subscribe('org.gnome.Shell', '/org/gnome/Shell', ({member}) => {
        if (member === 'ExtensionStateChanged') turned('session');
    });
    return () => {
        unwatch();
        unsubscribe();
    };
}

/** Follows something on a bus as soon as that is open; where there is none there is nothing to follow. */
function followBus(kind: BusKind, follow: (bus: Bus) => Iterable<() => void>): () => void {
    let ends: (() => void)[] | null = [];
    Bus.open(kind).then(
        bus => ends?.push(...follow(bus)),
        (error: unknown) => {
            if (!(error instanceof GLib.Error)) console.error(error);
        },
    );
    return () => {
        for (const end of ends ?? []) end();
        ends = null;
    };
}
