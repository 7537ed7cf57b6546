// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {
    ClientFailedError,
    ClientMissingError,
    MachineOffError,
    NoClientError,
} from '../../../shared/displays/displayErrors.js';
import {ClientKeeper} from '../../../shared/displays/clientKeeper.js';
import {clientPid, endClients, openClient, unitName} from '../../../shared/displays/openClient.js';
import {openers} from '../../../shared/displays/openers.js';
import type {HostList} from '../../../shared/hosts/hostList.js';
import type {Machine} from '../../../shared/machines/machine.js';
import {DescribedHost, metadata, UUID} from '../../fakes/describedHost.js';
import {FakeSystemd} from '../../fakes/fakeSystemd.js';
import {pause, waitFor} from '../../harness/deadline.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const VNC = "<devices><graphics type='vnc' port='5900'/></devices>";
const path = GLib.getenv('PATH')!;

describe('What shows a machine', () => {
    const bin = temporaryDirectory('bin');
    const log = GLib.build_filenamev([bin, 'log']);
    const unit = unitName('stub', UUID, 'viewer');

    /** A program that tells how it was called and runs until it is ended. */
    const install = (
        name: string,
        script = `trap 'echo ended >>'${log}'; exit' TERM; while :; do sleep 0.05; done`,
    ): void => {
        const file = GLib.build_filenamev([bin, name]);
        GLib.file_set_contents(
            file,
            `#!/bin/sh\nprintf '%s\\n' "$@" "token $XDG_ACTIVATION_TOKEN" >'${log}'\n${script}\n`,
        );
        GLib.chmod(file, 0o755);
    };
    const told = (): string[] =>
        GLib.file_test(log, GLib.FileTest.EXISTS)
            ? new TextDecoder().decode(GLib.file_get_contents(log)[1]).trimEnd().split('\n')
            : [];
    const machine = (inside = VNC, state: 'running' | 'shutoff' = 'running') =>
        new DescribedHost(inside, 'vm', state).machine;
    const ended = () => waitFor('its end', () => told().at(-1) === 'ended');
    const gone = (one: Machine) => waitFor('that it is gone', async () => (await clientPid(one)) === null);
    const viewer = ['--connect', 'test:///default', '--uuid', '--', UUID];

    beforeAll(() => GLib.setenv('PATH', `${bin}:/usr/bin:/bin`, true));
    afterAll(() => GLib.setenv('PATH', path, true));
    beforeEach(() => {
        GLib.unlink(log);
        install('virt-viewer');
    });

    it('is refused with a reason', async () => {
        await expectAsync(openClient(machine(VNC, 'shutoff'))).toBeRejectedWithError(MachineOffError);
        await expectAsync(openClient(machine(''))).toBeRejectedWithError(NoClientError);
        await expectAsync(openers().open(machine(''))).toBeResolved();
        const stream = metadata("<h:client kind='moonlight' host='a'/>");
        await expectAsync(openClient(machine(stream))).toBeRejectedWithError(ClientMissingError);
        expect(told()).toEqual([]);
    });

    describe('without systemd', () => {
        it('is a child that is opened once, and ended', async () => {
            const one = machine();
            expect(await openClient(one, {XDG_ACTIVATION_TOKEN: 'abc'})).toBe('opened');
            expect(await openClient(machine())).toBe('already');
            await waitFor('its arguments', () => told().length > 0);
            expect(told()).toEqual([...viewer, 'token abc']);
            await endClients(one);
            await ended();
            await waitFor('that it is gone', async () => (await openClient(one)) === 'opened');
            await waitFor('its arguments', () => told().at(-1) === 'token');
            await endClients(one);
            await ended();
            // The next one must not find it.
            await gone(one);
        });

        it('has a session of its own, so that it outlives a terminal', async () => {
            const file = GLib.build_filenamev([bin, 'session']);
            install('virt-viewer', `cut -d ' ' -f 6 /proc/$$/stat >'${file}'; echo $$ >>'${file}'`);
            const one = machine();
            expect(await openClient(one)).toBe('opened');
            const [session, pid] = await waitFor('its session', () => {
                if (!GLib.file_test(file, GLib.FileTest.EXISTS)) return false;
                const text = new TextDecoder().decode(GLib.file_get_contents(file)[1]);
                return /^(\d+)\n(\d+)\n$/.exec(text)?.slice(1);
            });
            expect(session).toBe(pid);
            await gone(one);
        });

        it('says when it cannot be started', async () => {
            GLib.setenv('PATH', bin, true);
            const file = GLib.build_filenamev([bin, 'virt-viewer']);
            GLib.file_set_contents(file, '#!/nowhere\n');
            GLib.chmod(file, 0o755);
            await expectAsync(openClient(machine())).toBeRejectedWithError(ClientFailedError);
            GLib.setenv('PATH', `${bin}:/usr/bin:/bin`, true);
        });
    });

    describe('with systemd', () => {
        let systemd: FakeSystemd;

        beforeEach(async () => (systemd = await FakeSystemd.start()));
        afterEach(() => systemd.stop());

        it('is a service of its own that is opened once', async () => {
            expect(await openClient(machine(), {XDG_ACTIVATION_TOKEN: 'abc'})).toBe('opened');
            expect([...systemd.units.keys()]).toEqual([unit]);
            expect(await openClient(machine())).toBe('already');
            const [service] = systemd.started;
            const pid = Number(service!.process!.get_identifier());
            const one = machine();
            await one.loadDetails();
            expect(await clientPid(one)).toBe(pid);
            expect(service!.argv).toEqual([GLib.build_filenamev([bin, 'virt-viewer']), ...viewer]);
            expect(service!.environment).toContain('XDG_ACTIVATION_TOKEN=abc');
            expect(service!.properties).toEqual(
                jasmine.objectContaining({
                    Type: 'exec',
                    CollectMode: 'inactive-or-failed',
                    PartOf: ['graphical-session.target'],
                }),
            );
            expect(systemd.started.length).toBe(1);
        });

        it('gets names as they are, with nothing put into them', async () => {
            install('moonlight');
            const app = '$HOME ${PATH} $$ %h "x"';
            const inside = metadata(
                `<h:client kind='moonlight' host='games' app='${GLib.markup_escape_text(app, -1)}'/>`,
            );
            expect(await openClient(machine(inside))).toBe('opened');
            await waitFor('its arguments', () => told().length > 0);
            expect(told()).toEqual(['stream', '--', 'games', app, 'token']);
            expect([...systemd.units.keys()]).toEqual([unitName('stub', UUID, 'moonlight')]);
        });

        it('is started when the one before is on its way out', async () => {
            await openClient(machine());
            await waitFor('its start', () => told().length > 0);
            const before = systemd.units.get(unit)!;
            before.state = 'deactivating';
            const opening = openClient(machine());
            await pause(400);
            expect(systemd.started.length).toBe(1);
            before.process!.send_signal(15);
            expect(await opening).toBe('opened');
            expect(systemd.started.length).toBe(2);
        });

        it('says when it could not be executed', async () => {
            const file = GLib.build_filenamev([bin, 'virt-viewer']);
            GLib.file_set_contents(file, '#!/nowhere\n');
            GLib.chmod(file, 0o755);
            await expectAsync(openClient(machine())).toBeRejectedWithError(ClientFailedError);
            expect(systemd.units.size).toBe(0);
        });

        it('counts as opened when systemd says no more', async () => {
            systemd.silent = true;
            expect(await openClient(machine())).toBe('opened');
        }, 10_000);

        it('is told when its machine has ended, unless it shows others, too', async () => {
            install('gnome-connections');
            const host = new DescribedHost(VNC);
            const other = new DescribedHost(`${metadata("<h:client kind='connections'/>")}${VNC}`);
            await openClient(host.machine);
            await openClient(other.machine);
            const list = host.list({});
            const keeper = new ClientKeeper(list as unknown as HostList, 100);
            const end = () =>
                list.emit('happened', host.machine, {
                    kind: 'stopped',
                    atMs: 0,
                    state: 'shutoff',
                    reason: 'shutdown',
                });
            // It runs again before the time is over.
            end();
            await pause(300);
            expect(systemd.stopped).toEqual([]);
            host.machine.applyState({state: 'shutoff', reason: 'shutdown'}, 1);
            end();
            await waitFor('the end', () => systemd.stopped.length > 0);
            await pause(100);
            expect(systemd.stopped).toEqual([unit]);
            await waitFor('that it is gone', () => !systemd.units.has(unit));
            expect(systemd.units.size).toBe(1);
            keeper.close();
            end();
            await pause(200);
            expect(systemd.stopped).toEqual([unit]);
        });

        it('is left alone when it is another machine’s', async () => {
            await openClient(machine());
            const elsewhere = new DescribedHost(VNC);
            elsewhere.machine.setPath('/org/libvirt/Test/domain/_6695eb01_f6a4_8304_79aa_97f2502e1931');
            await endClients(elsewhere.machine);
            expect(systemd.stopped).toEqual([]);
            await endClients(machine('', 'shutoff'));
            expect(systemd.stopped).toEqual([]);
        });
    });
});
