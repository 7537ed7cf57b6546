// SPDX-License-Identifier: GPL-3.0-or-later
// Follows the machines of host `test` and what they have of cards, as the app and the extension do on a computer with
// two cards, and prints when each change arrived:
// "ready" first, then "STATE NAME MICROSECONDS" on the monotonic clock, which all processes share.
import GLib from 'gi://GLib';
import {MachineClaims} from '../../../shared/gpu/machineClaims.js';
import {HostList} from '../../../shared/hosts/hostList.js';
import type {Machine} from '../../../shared/machines/machine.js';

const hosts = new HostList();
hosts.setHosts(['test']);
const list = hosts.byId('test');
if (!list) throw new Error('There is no host called test');
await list.host.whenReady();
for (const machine of list.machines)
    machine.connect('notify::state', (source: Machine) => {
        print(source.state, source.name, GLib.get_monotonic_time());
    });
await new MachineClaims(hosts).whenRead();
print('ready');
await GLib.MainLoop.new(null, false).runAsync();
