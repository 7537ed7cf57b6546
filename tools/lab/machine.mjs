// SPDX-License-Identifier: GPL-3.0-or-later
import {spawn} from 'node:child_process';
import {mkdtemp, readFile, rm, symlink} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {namespaces} from '../lib/sysroots.mjs';
import {Channel, connectTo, Monitor} from './channel.mjs';

const runner = fileURLToPath(new URL('qemu.sh', import.meta.url));

/**
 * The outer machine: two display devices, an IOMMU, and no way out but the agent's port. Never with KVM: this also
 * runs where only TCG does, and the nested machine needs its SVM.
 */
function commandLine({memory, cpus, disk, snapshot}) {
    const device = (...words) => ['-device', words.join(',')];
    return [
        'qemu-system-x86_64',
        ...['-M', 'q35', '-accel', 'tcg,tb-size=512', '-cpu', 'max'],
        ...['-m', String(memory), '-smp', String(cpus)],
        ...['-display', 'none', '-nodefaults', '-no-reboot', '-rtc', 'base=utc'],
        ...['-chardev', 'file,id=console,path=console.log', '-serial', 'chardev:console'],
        ...['-qmp', 'unix:qmp,server=on,wait=off'],
        ...device('intel-iommu', 'intremap=on', 'caching-mode=on'),
        // The card of the desktop, which the firmware shows its picture on.
        ...device('VGA', 'bus=pcie.0', 'addr=0x2'),
        // The card to lend, with its sound, below a port of its own: 01:00.0 and 01:00.1.
        ...device('pcie-root-port', 'id=rp1', 'bus=pcie.0', 'chassis=1', 'slot=1', 'addr=0x3'),
        ...device(
            'virtio-vga',
            'bus=rp1',
            'addr=0.0',
            'multifunction=on',
            'iommu_platform=on',
            'disable-legacy=on',
        ),
        ...device('ich9-intel-hda', 'bus=rp1', 'addr=0.1', 'id=hda1'),
        ...['-audiodev', 'none,id=sound'],
        ...device('hda-output', 'bus=hda1.0', 'audiodev=sound'),
        ...['-drive', `if=none,id=disk,file=${disk},format=qcow2,cache=unsafe`],
        ...device('virtio-blk-pci', 'drive=disk', 'bus=pcie.0', 'addr=0x4'),
        ...device('virtio-serial-pci', 'bus=pcie.0', 'addr=0x5'),
        ...['-chardev', 'socket,id=agent,path=agent,server=on,wait=off'],
        ...device('virtserialport', 'chardev=agent', 'name=handover.lab'),
        ...['-kernel', 'vmlinuz', '-initrd', 'initramfs'],
        ...['-append', 'console=ttyS0 intel_iommu=on quiet loglevel=5 systemd.show_status=0 mitigations=off'],
        ...(snapshot === undefined ? [] : ['-loadvm', snapshot]),
    ];
}

/** The outer machine while it runs. */
export class OuterMachine {
    /** @type {Channel} */
    channel;
    /** @type {Monitor} */
    monitor;
    #child;
    #folder;
    #sockets;
    #errors = '';

    /**
     * @param {string} sysroot the Debian tree that has QEMU
     * @param {string} folder with disk, vmlinuz and initramfs; gets console.log
     * @param {{memory: number, cpus: number, disk: string, snapshot?: string}} options memory in MiB
     */
    constructor(sysroot, folder, options) {
        this.#folder = folder;
        // With a group of its own, so that it ends with us, and not by a signal to the terminal before it is told.
        const argv = [...namespaces(['--net']), 'sh', runner, sysroot, folder, ...commandLine(options)];
        this.#child = spawn(argv[0], argv.slice(1), {stdio: ['ignore', 'ignore', 'pipe']});
        this.#child.stderr.on('data', text => (this.#errors += text));
        this.ended = new Promise(resolve => {
            this.#child.on('close', code => resolve(code));
            this.#child.on('error', () => resolve(127));
        });
    }

    /** @throws {NoAnswer} unless it comes up */
    async connect(deadlineMs) {
        // A path of a socket may have 107 bytes, and a cache may lie deep.
        this.#sockets = await mkdtemp(join(tmpdir(), 'handover-lab-'));
        await symlink(this.#folder, join(this.#sockets, 'lab'));
        const at = name => join(this.#sockets, 'lab', name);
        const started = (async () => {
            this.monitor = new Monitor(await connectTo(at('qmp'), 20_000));
            await this.monitor.start();
            this.channel = new Channel(await connectTo(at('agent'), 20_000));
            await this.channel.run('true', Math.ceil(deadlineMs / 1000));
        })();
        const dead = this.ended.then(code => {
            throw new Error(`QEMU ended (${code}): ${this.#errors.trim()}`);
        });
        try {
            await Promise.race([started, dead]);
        } finally {
            started.catch(() => {});
            dead.catch(() => {});
        }
    }

    /** What its kernel and systemd have printed. */
    console() {
        return readFile(join(this.#folder, 'console.log'), 'utf8').catch(() => '');
    }

    /** Ends it at once. */
    async kill() {
        this.#child.kill('SIGKILL');
        await this.ended;
        if (this.#sockets !== undefined) await rm(this.#sockets, {recursive: true, force: true});
    }
}
