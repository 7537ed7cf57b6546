// SPDX-License-Identifier: GPL-3.0-or-later
// libvirt and what it needs: the daemon, the way to it, KVM and firmware.
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {ConnectionView} from './ports.js';
import {type FileKind, type FileReading, readFile, readFolder, readKind} from './fileReading.js';
import type {DoctorWorld} from './world.js';

/** Errors that come from libvirt-dbus or the bus, and not from the libvirt behind it. */
const OF_THE_SERVICE = new Set([
    'service-missing',
    'service-lost',
    'not-permitted',
    'no-bus',
    'driver-missing',
]);
/** Hooks in `qemu.d` are run from 6.5 on (https://libvirt.org/hooks.html). */
const OLDEST_LIBVIRT = 6_005_000;

export function judgeService({host, trouble, message}: ConnectionView): Verdict[] {
    switch (trouble) {
        case 'service-missing':
            return [
                failed(
                    _('libvirt-dbus is not installed, or cannot be started.'),
                    _('Install the package libvirt-dbus.'),
                    {about: host},
                ),
            ];
        case 'not-permitted':
            return [
                failed(
                    _('libvirt-dbus does not admit this account.'),
                    _(
                        'Add it to the group libvirt (sudo usermod -aG libvirt $USER), then log out and in again.',
                    ),
                    {about: host},
                ),
            ];
        case 'no-bus':
            return [
                failed(
                    _('There is no such message bus here.'),
                    _('Log in to a desktop, or use the system’s libvirt.'),
                    {
                        about: host,
                    },
                ),
            ];
        case 'driver-missing':
            return [
                failed(
                    _('This libvirt-dbus does not offer the connection.'),
                    _('Install a libvirt-dbus that is built with it.'),
                    {about: host},
                ),
            ];
        case 'service-lost':
            return [
                failed(
                    fill(_('libvirt-dbus has ended: {message}'), {message}),
                    _('Look again; it is started anew.'),
                    {
                        about: host,
                    },
                ),
            ];
        case 'no-answer':
            return [
                unknown(_('There was no answer in time.'), _('Look again, or restart libvirt-dbus.'), host),
            ];
        default:
            return [ok(_('It answers, and admits this account'), host)];
    }
}

export function judgeLibvirt({host, trouble, message}: ConnectionView): Verdict[] {
    if (trouble === null) return [ok(_('It answers'), host)];
    if (OF_THE_SERVICE.has(trouble) || trouble === 'no-answer')
        return [
            unknown(
                _('libvirt-dbus, through which it is asked, does not answer.'),
                _('Mend that first, then look again.'),
                host,
            ),
        ];
    return [
        failed(
            fill(_('libvirt-dbus cannot reach it: {message}'), {message}),
            host === 'session'
                ? _('Install libvirt’s daemon with the QEMU driver.')
                : _('Start it: sudo systemctl enable --now virtqemud.socket (or libvirtd.socket)'),
            {about: host},
        ),
    ];
}

export function judgeVersion({host, trouble, libvirtVersion, hypervisorVersion}: ConnectionView): Verdict[] {
    // What cannot be reached has a finding of its own.
    if (trouble !== null) return [];
    if (libvirtVersion === null)
        return [unknown(_('libvirt does not tell its version.'), _('Check with: virsh version'), host)];
    const version = versionText(libvirtVersion);
    if (libvirtVersion >= OLDEST_LIBVIRT) {
        const hypervisor = hypervisorVersion === null ? '' : `, QEMU ${versionText(hypervisorVersion)}`;
        return [ok(`libvirt ${version}${host === 'test' ? '' : hypervisor}`, host)];
    }
    return [
        failed(
            fill(_('libvirt {version} is too old: it does not run the guard.'), {version}),
            _('Update libvirt to 6.5 or later.'),
            {about: host},
        ),
    ];
}

/** `11.3.0` from 11,003,000. */
function versionText(version: number): string {
    return [1_000_000, 1_000, 1].map(unit => Math.floor(version / unit) % 1_000).join('.');
}

/** @param virtualization whether the processor says that it can (`vmx`, `svm`); null when it cannot be read */
export function judgeKvm(device: FileReading<FileKind>, virtualization: boolean | null): Verdict[] {
    if (device.is === 'unreadable') return [unknown(device.why, _('Look again as an administrator.'))];
    if (device.is === 'absent') {
        if (virtualization === null)
            return [
                unknown(
                    _('There is no /dev/kvm, and the processor does not tell why.'),
                    _('Load the module kvm.'),
                ),
            ];
        return [
            failed(
                _('There is no /dev/kvm: machines run a hundred times slower.'),
                virtualization
                    ? _('Load the module: sudo modprobe kvm_intel (or kvm_amd)')
                    : _('Turn on VT-x (Intel) or SVM (AMD) in the firmware settings.'),
            ),
        ];
    }
    if (device.value.mayRead && device.value.mayWrite) return [ok(_('/dev/kvm is yours to use'))];
    return [
        failed(
            _('You may not use /dev/kvm, so that your own machines run without it.'),
            _('Add your account: sudo usermod -aG kvm $USER, then log out and in again.'),
        ),
    ];
}

export function judgeEfi(descriptors: FileReading<readonly string[]>): Verdict[] {
    if (descriptors.is === 'unreadable')
        return [unknown(descriptors.why, _('Look again as an administrator.'))];
    const count =
        descriptors.is === 'read' ? descriptors.value.filter(name => name.endsWith('.json')).length : 0;
    if (count > 0) return [ok(_('Installed'))];
    return [
        failed(
            _('QEMU has no EFI firmware, which Windows 11 and lent cards need.'),
            _('Install it: ovmf (Debian, Ubuntu), edk2-ovmf (Fedora, Arch)'),
        ),
    ];
}

export function judgeTpm(program: string | null): Verdict[] {
    if (program !== null) return [ok(program)];
    return [
        failed(
            _('There is no swtpm, which Windows 11 needs.'),
            _('Install it: swtpm and swtpm-tools (Debian, Ubuntu, Fedora), swtpm (Arch)'),
        ),
    ];
}

const ofConnections = {
    lasting: true,
    limitMs: 1_800,
    changesWith: ['libvirt'],
    read: (world: DoctorWorld) => world.connections(),
} as const;

/** The questions about libvirt. */
export const LIBVIRT_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        ...ofConnections,
        id: 'libvirt-dbus',
        title: () => 'libvirt-dbus',
        severity: 'hard',
        judge: all => all.flatMap(judgeService),
    }),
    check({
        ...ofConnections,
        id: 'libvirt',
        title: () => 'libvirt',
        lasting: false,
        severity: 'hard',
        judge: all => all.flatMap(judgeLibvirt),
    }),
    check({
        ...ofConnections,
        id: 'versions',
        title: () => _('Version of libvirt'),
        severity: 'warning',
        judge: all => all.flatMap(judgeVersion),
    }),
    check({
        id: 'kvm',
        title: () => 'KVM',
        lasting: true,
        severity: 'hard',
        limitMs: 800,
        changesWith: ['files'],
        read: async ({ports}: DoctorWorld) => {
            const {dev, proc} = ports.root;
            const [device, processor] = await Promise.all([
                readKind(`${dev}/kvm`),
                readFile(`${proc}/cpuinfo`),
            ]);
            return {
                device,
                virtualization: processor.is === 'read' ? /\b(vmx|svm)\b/.test(processor.value) : null,
            };
        },
        judge: ({device, virtualization}) => judgeKvm(device, virtualization),
    }),
    check({
        id: 'efi',
        title: () => _('EFI firmware for machines'),
        lasting: true,
        severity: 'warning',
        limitMs: 800,
        changesWith: ['files'],
        read: ({ports}: DoctorWorld) => readFolder(`${ports.root.usr}/share/qemu/firmware`),
        judge: judgeEfi,
    }),
    check({
        id: 'tpm',
        title: () => _('TPM for machines'),
        lasting: true,
        severity: 'advice',
        limitMs: 300,
        changesWith: ['files'],
        read: ({ports}: DoctorWorld) => Promise.resolve(ports.program('swtpm')),
        judge: judgeTpm,
    }),
];
