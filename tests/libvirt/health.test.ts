// SPDX-License-Identifier: GPL-3.0-or-later
import {examineMachine, type MachineHealth} from '../../shared/health/machineHealth.js';
import {waitFor} from '../harness/deadline.js';
import {Guest, type GuestOptions} from '../harness/guest.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {Following} from './following.js';

const MAC = '52:54:00:12:34:56';

describe('The health of a machine that runs', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let following: Following;

    beforeAll(async () => {
        await libvirt.start();
        following = await Following.start('session');
    });

    afterAll(async () => {
        await libvirt.continueAll();
        following.close();
        await virsh.removeAll();
    });

    const examine = (name: string): Promise<MachineHealth> =>
        examineMachine(following.machine(`session/${name}`), following.hosts);

    async function boot(options: GuestOptions & {name: string}): Promise<Guest> {
        const guest = new Guest(options);
        await virsh.define(guest.xml, {start: true});
        await following.reaches(`session/${guest.name}`, 'running');
        await guest.waitUntilReady();
        if (options.agent !== false)
            await waitFor('the agent', async () => (await virsh.try(['domtime', guest.name])).code === 0, {
                within: 20_000,
                every: 200,
            });
        return guest;
    }

    it('is good', async () => {
        const folder = temporaryDirectory('images');
        await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', `${folder}/base.qcow2`, '64M']);
        await runProgram([
            ...['qemu-img', 'create', '-q', '-f', 'qcow2', '-b', `${folder}/base.qcow2`, '-F', 'qcow2'],
            `${folder}/top.qcow2`,
        ]);
        const guest = await boot({
            name: 'well',
            balloon: true,
            devices: `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
                <source file='${folder}/top.qcow2'/><target dev='vda' bus='virtio'/></disk>
                <interface type='user'><mac address='${MAC}'/><model type='virtio'/></interface>
                <channel type='unix'><target type='virtio' name='io.github.handover.report.0'/></channel>`,
        });
        await guest.run(virsh, 'mke2fs /dev/vda && mkdir /mnt && mount /dev/vda /mnt');
        const began = Date.now();
        const {findings, integration, facts} = await examine('well');
        print(`${Date.now() - began} ms`);
        for (const {id, status, about, evidence, fix} of findings)
            print(`${id} ${status} ${about} ${evidence} ${fix}`);
        for (const {id, status, evidence, fix} of integration) print(`${id} ${status} ${evidence} ${fix}`);
        print(JSON.stringify(facts.guest));
        expect(findings.filter(({status}) => status !== 'ok')).toEqual([]);
    }, 90_000);
});
