// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {LINES_PER_SECOND} from '../../../shared/health/guestChannel/guestReport.js';
import {ReportChannel} from '../../../shared/health/guestChannel/reportChannel.js';
import type {Machine} from '../../../shared/machines/machine.js';
import {waitFor} from '../../harness/deadline.js';
import {drop} from '../../fakes/pci/files.js';
import {machineWith} from './pretended.js';

/** What the reader takes at a time, and what a socket holds of what nobody has read yet; in bytes. */
const PIECE = 4096;
const FLOOD = 16 * PIECE;

let top = '';

beforeEach(() => (top = GLib.Dir.make_tmp('handover-port-XXXXXX')));
afterEach(() => drop(top));

/** What the reader asks of a machine. */
function machineAt(path: string, uri = 'qemu:///session', id = 'session', bus = 'session'): Machine {
    const definition = machineWith(
        `<channel type='unix'><source mode='bind' path='${path}'/>
         <target type='virtio' name='io.github.handover.report.0'/></channel>`,
    );
    const machine = {
        active: true,
        isGone: false,
        definition,
        host: {driver: {uri, id, bus}},
        loadDetails: () => Promise.resolve(),
        connect: () => 0,
        disconnect: () => undefined,
    };
    return machine as unknown as Machine;
}

/** A port as QEMU makes it. */
function listen(path: string, line: string): Gio.SocketService {
    const service = new Gio.SocketService();
    service.add_address(
        Gio.UnixSocketAddress.new(path),
        Gio.SocketType.STREAM,
        Gio.SocketProtocol.DEFAULT,
        null,
    );
    service.connect('incoming', (_service, connection: Gio.SocketConnection) => {
        connection.get_output_stream().write_all(new TextEncoder().encode(line), null);
        return true;
    });
    service.start();
    return service;
}

describe('Reading a channel for reports', () => {
    it('says what is in its way, tries again, and reads when it can', async () => {
        const channel = new ReportChannel(machineAt(`${top}/port`));
        let changes = 0;
        channel.open(() => changes++);
        await waitFor('a problem', () => channel.problem !== null);
        expect(channel.problem).toContain('could not be read');
        expect(changes).toBe(1);
        const service = listen(`${top}/port`, '{"v":1,"fps":60}\n');
        await waitFor('a report', () => channel.latest?.framesPerSecond === 60);
        expect(channel.problem).toBeNull();
        channel.close();
        expect(channel.latest).toBeNull();
        service.stop();
        service.close();
    });

    it('leaves a guest that floods it waiting', async () => {
        const service = listen(`${top}/port`, 'x\n'.repeat(FLOOD / 2));
        const channel = new ReportChannel(machineAt(`${top}/port`));
        channel.open(() => undefined);
        const read = (): number => channel.refused.tooMany + channel.refused.notReport;
        await waitFor('all of it', () => read() === FLOOD / 2);
        // It is read in pieces, and there is time for another line before each of them.
        expect(channel.refused.notReport).toBeGreaterThan(LINES_PER_SECOND + FLOOD / PIECE / 2);
        channel.close();
        service.stop();
        service.close();
    });

    it('of a machine that is not here is not tried', async () => {
        const channel = new ReportChannel(machineAt(`${top}/port`, 'qemu+ssh://other/system', 'other'));
        channel.open(() => undefined);
        await waitFor('a problem', () => channel.problem !== null);
        expect(channel.problem).toContain('not on this computer');
        channel.close();
        expect(channel.problem).toBeNull();
    });

    it('of the system’s QEMU is not tried: whoever may define machines there chooses the path', async () => {
        let opened = 0;
        const service = listen(`${top}/port`, '{"v":1,"fps":60}\n');
        service.connect('incoming', () => {
            opened++;
            return false;
        });
        const channel = new ReportChannel(machineAt(`${top}/port`, 'qemu:///system', 'system', 'system'));
        channel.open(() => undefined);
        await waitFor('a problem', () => channel.problem !== null);
        expect(channel.problem).toContain('system’s QEMU');
        expect([channel.latest, opened]).toEqual([null, 0]);
        channel.close();
        service.stop();
        service.close();
    });
});
