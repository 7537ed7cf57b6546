// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {Metrics} from '../../shared/metrics/metrics.js';
import type {Rates} from '../../shared/metrics/rates.js';
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {RunningProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';

/**
 * A libvirtd with a network of its own, in which an ordinary user may make interfaces: libvirt counts nothing of the
 * networks that QEMU pretends.
 */
const LIBVIRTD = `ip link set lo up
ip tuntap add dev tap-figures mode tap
ip address add 10.9.0.1/24 dev tap-figures
ip link set tap-figures up
exec libvirtd --timeout=60`;

const SOCKET = `${GLib.get_user_runtime_dir()}/libvirt/libvirt-sock`;

describe('Figures of a network', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let daemon: RunningProgram;

    beforeAll(async () => {
        if (libvirt.pids('libvirtd').length > 0) await libvirt.signal('libvirtd', 'KILL');
        GLib.unlink(SOCKET);
        daemon = new RunningProgram([
            ...['unshare', '--user', '--map-current-user', '--net', '--keep-caps', 'sh', '-c', LIBVIRTD],
        ]);
        // Whoever asks before it listens starts a libvirtd of his own, which sees other interfaces.
        await waitFor('its socket', () => GLib.file_test(SOCKET, GLib.FileTest.EXISTS), {within: 20_000});
        await waitFor('libvirtd', async () => (await virsh.try(['uri'])).code === 0, {within: 20_000});
        await libvirt.start();
    }, 60_000);

    afterAll(async () => {
        await virsh.removeAll();
        await daemon.stop();
    });

    it('are what goes through the machine’s interface, as the guest sees it', async () => {
        const guest = new Guest({
            name: 'talks',
            devices: `<interface type='ethernet'><target dev='tap-figures' managed='no'/>
                <model type='virtio'/></interface>`,
        });
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady({within: 120_000});
        const following = await Following.start('session');
        const agent = async (): Promise<boolean> => (await virsh.try(['domtime', 'talks'])).code === 0;
        await waitFor('the agent', agent, {within: 60_000, every: 200});
        await guest.run(
            virsh,
            'ifconfig eth0 10.9.0.2 up; ping -s 60000 10.9.0.1 </dev/null >/dev/null 2>&1 &',
        );

        const metrics = new Metrics(following.hosts, {intervalMs: 1000});
        const machine = following.machine('session/talks');
        const seen: Rates[] = [];
        const watch = metrics.watch(machine, () => {
            const rates = metrics.sample(machine)?.rates;
            if (rates) seen.push(rates);
        });
        const busy = ({network: {inBytes, outBytes}}: Rates): boolean =>
            (inBytes ?? 0) > 20_000 && (outBytes ?? 0) > 20_000;
        await waitFor('traffic both ways', () => seen.some(busy), {within: 30_000});
        watch.close();
        const {network} = seen.find(busy)!;
        print(`network: ${JSON.stringify(network)}`);
        expect(network.inBytes).toBeLessThan(1e9);
        expect(network.inPackets).toBeGreaterThan(10);
        expect(network.outPackets).toBeGreaterThan(10);
        expect([network.drops, network.errors]).toEqual([0, 0]);
        metrics.close();
        following.close();
    }, 240_000);
});
