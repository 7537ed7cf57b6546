// SPDX-License-Identifier: GPL-3.0-or-later
// An `org.libvirt` with so many running machines, each with what libvirt tells of one of QEMU's that has four processors,
// two disks and a network. Prints "ready".
import GLib from 'gi://GLib';
import System from 'system';
import {FakeLibvirt, stats} from '../../fakes/fakeLibvirt.js';

const STATE_ALONE = 1;
const count = Number(System.programArgs[0] ?? 1);
const names = Array.from({length: count}, (_none, at) => `vm_${at + 1}`);
const running = Object.fromEntries(names.map(name => [name, 1]));

const twice = (value: GLib.Variant): GLib.Variant => new GLib.Variant('v', value);
const counter = (value: number): GLib.Variant => twice(new GLib.Variant('t', value));
const text = (value: string): GLib.Variant => twice(new GLib.Variant('s', value));

const CPU = ['cpu.time', 'cpu.user', 'cpu.system'];
const BALLOON = 'current maximum swap_in swap_out major_fault minor_fault unused available usable disk_caches'
    .split(' ')
    .concat('hugetlb_pgalloc', 'hugetlb_pgfail', 'rss')
    .map(key => `balloon.${key}`);
const each = (kind: string, many: number, keys: string): string[] =>
    Array.from({length: many}, (_none, at) => keys.split(' ').map(key => `${kind}.${at}.${key}`)).flat();
const KEYS = [
    ...CPU,
    ...BALLOON,
    ...each('vcpu', 4, 'state time wait delay'),
    ...each('net', 1, 'rx.bytes rx.pkts rx.errs rx.drop tx.bytes tx.pkts tx.errs tx.drop'),
    ...each('block', 2, 'rd.reqs rd.bytes rd.times wr.reqs wr.bytes wr.times fl.reqs fl.times'),
    ...each('block', 2, 'allocation capacity physical backingIndex'),
];

/** What grows, grows with each question. */
function record(question: number): Record<string, GLib.Variant> {
    const told = Math.round(GLib.get_real_time() / 1e6);
    const fields = Object.fromEntries(KEYS.map(key => [key, counter(5_000_000_000 + question * 1000)]));
    for (const [kind, many] of Object.entries({
        'vcpu.current': 4,
        'vcpu.maximum': 4,
        'net.count': 1,
        'block.count': 2,
    }))
        fields[kind] = counter(many);
    fields['balloon.last-update'] = counter(told);
    fields['state.state'] = fields['state.reason'] = twice(new GLib.Variant('i', 1));
    fields['net.0.name'] = text('vnet0');
    for (const at of [0, 1]) {
        fields[`block.${at}.name`] = text(`vd${'ab'[at]}`);
        fields[`block.${at}.path`] = text(`/var/lib/libvirt/images/disk-${at}.qcow2`);
    }
    return fields;
}

const fake = await FakeLibvirt.start(running);
let question = 0;
fake.answers['GetAllDomainStats'] = ([wanted]) => {
    if (wanted === STATE_ALONE) return stats(running);
    const fields = record(++question);
    return new GLib.Variant('(a(sa{sv}))', [names.map((name): [string, typeof fields] => [name, fields])]);
};
print('ready');
await GLib.MainLoop.new(null, false).runAsync();
