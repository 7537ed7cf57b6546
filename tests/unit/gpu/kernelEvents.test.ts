// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {addressIn, type KernelEvent, openKernelEvents} from '../../../shared/gpu/kernelEvents.js';
import {waitFor} from '../../harness/deadline.js';
import {runProgram} from '../../harness/program.js';

const INSIDE = 'HANDOVER_TEST_UMOCKDEV';

if (GLib.getenv(INSIDE) === null) {
    describe('Events of the kernel', () => {
        it('are told as udev passes them on', async () => {
            // umockdev has to be there before the first library: the same file runs once more below it.
            const {out, err} = await runProgram(
                [
                    'umockdev-wrapper',
                    'gjs',
                    '-m',
                    'build/tests/harness/runJasmine.js',
                    'build/tests/unit/gpu/kernelEvents.test.js',
                ],
                {env: {[INSIDE]: '1'}},
            );

            expect(out).withContext(err).toContain('"status":"passed"');
            expect(out).not.toContain('"status":"failed"');
        });

        it('belong to the last function in a path', () => {
            expect(addressIn('/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card1')).toBe(
                '0000:01:00.0',
            );
            expect(addressIn('/sys/devices/virtual/drm/ttm')).toBeNull();
        });
    });
} else {
    describe('GUdev', () => {
        it('brings bind, unbind, add and remove of functions and nodes', async () => {
            const {default: UMockdev} = await import('gi://UMockdev?version=1.0');
            const testbed = UMockdev.Testbed.new();
            const card = testbed.add_device('pci', '0000:01:00.0', null, ['class', '0x030000'], [])!;
            const node = testbed.add_device('drm', 'card1', card, ['dev', '226:1'], [])!;
            const disk = testbed.add_device('block', 'vda', null, [], [])!;
            const seen: KernelEvent[] = [];
            const events = await openKernelEvents();
            const end = events!.follow(event => seen.push(event));
            for (const action of ['unbind', 'bind']) testbed.uevent(card, action);
            testbed.uevent(disk, 'change');
            testbed.uevent(node, 'add');
            await waitFor('three events', () => seen.length >= 3);

            expect(seen).toEqual([
                {action: 'unbind', subsystem: 'pci', address: '0000:01:00.0'},
                {action: 'bind', subsystem: 'pci', address: '0000:01:00.0'},
                {action: 'add', subsystem: 'drm', address: '0000:01:00.0'},
            ]);
            end();
        });
    });
}
