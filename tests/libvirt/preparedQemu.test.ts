// SPDX-License-Identifier: GPL-3.0-or-later
import {MachineActionError} from '../../shared/machines/machineErrors.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';
import {disklessDomain} from './qemuDomain.js';
import {RecordingPreparation} from './recordingPreparation.js';

/** A device that no computer has: the last function of the last slot of the last bus. */
const NOTHING = `<hostdev mode='subsystem' type='pci' managed='no'><source>
    <address domain='0xfffe' bus='0xff' slot='0x1f' function='0x7'/></source></hostdev>`;

describe('What is prepared around a machine of QEMU', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;
    let preparation: RecordingPreparation;

    beforeAll(async () => {
        await libvirt.start();
    });
    beforeEach(async () => {
        following = await Following.start('session');
        preparation = new RecordingPreparation();
        following.hosts.preparation = preparation;
    });
    afterEach(async () => {
        following.close();
        await virsh.removeAll();
    });

    it('comes with each start and stop that is asked of us', async () => {
        await virsh.define(disklessDomain('vm'));
        await following.reaches('session/vm', 'shutoff');
        await following.run('session/vm', 'start');
        await following.run('session/vm', 'save');
        await following.run('session/vm', 'start');
        await following.run('session/vm', 'force-off');
        const round = ['before shutoff', 'after running', 'stopped shutoff'];
        expect(preparation.calls).toEqual([...round, ...round]);
    }, 60_000);

    it('has nothing to do with what others start and stop', async () => {
        await virsh.define(disklessDomain('vm'));
        await following.reaches('session/vm', 'shutoff');
        await virsh.run(['start', 'vm']);
        await following.reaches('session/vm', 'running');
        await virsh.run(['destroy', 'vm']);
        await following.reaches('session/vm', 'shutoff');
        expect(preparation.calls).toEqual([]);
    }, 60_000);

    it('is put back when libvirt cannot give the machine a device of the host', async () => {
        await virsh.define(disklessDomain('vm', NOTHING));
        const machine = await following.reaches('session/vm', 'shutoff');
        const operation = machine.run('start');
        await expectAsync(operation.finished()).toBeRejectedWithError(MachineActionError);
        expect(preparation.calls).toEqual(['before shutoff', 'failed shutoff']);
        const {title, body, detail} = describeProblem(operation.error);
        expect(title).toContain('vm');
        expect(body).toMatch(/\.$/);
        expect(detail).toContain('PCI');
        expect(machine.state).toBe('shutoff');
    }, 60_000);
});
