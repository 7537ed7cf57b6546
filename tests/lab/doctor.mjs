// SPDX-License-Identifier: GPL-3.0-or-later
// Faults that only a real kernel, udev, systemd and libvirt show, made one by one: the doctor has to name each by the
// right id and by no other, and to find nothing any more when it is mended.
import assert from 'node:assert/strict';

const CARD = '0000:01:00.0';
const SOUND = '0000:01:00.1';
const LINUX = 'virtio-pci snd_hda_intel';
const VFIO = 'vfio-pci vfio-pci';
const HOOKS = '/etc/libvirt/hooks/qemu.d';
const MODULES = '/usr/lib/modules/$(uname -r)';
const SERVICES = '/usr/share/dbus-1/system-services';
const RELOAD = 'busctl call -q org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig';

/** The emulated computer is some thirty times slower than one. */
const PATIENT = '--timeout 90';

/** Gives functions to vfio-pci by hand, as a script would, and writes nothing down. */
const bind = (...devices) => `modprobe vfio-pci
    for device in ${devices.join(' ')}; do
        echo vfio-pci >/sys/bus/pci/devices/$device/driver_override
        echo $device >/sys/bus/pci/devices/$device/driver/unbind
        echo $device >/sys/bus/pci/drivers_probe
    done`;
const unbind = (...devices) => `for device in ${devices.join(' ')}; do
        echo >/sys/bus/pci/devices/$device/driver_override
        echo $device >/sys/bus/pci/devices/$device/driver/unbind
        echo $device >/sys/bus/pci/drivers_probe
    done`;
const hook = (name, mode, line = ':') =>
    `printf '#!/bin/sh\\n%s\\n' '${line}' >${HOOKS}/${name}; chmod ${mode} ${HOOKS}/${name}`;

/** What is done, by which id it is to be named, and how it is taken back. */
const fault = (id, provoke, mend) => ({id, provoke, mend});

/**
 * A look takes most of a minute here. So faults that have nothing to do with one another are made together: what is
 * found has to be all of them, and nothing else.
 */
const TROUBLES = [
    {
        name: 'a note for the next driver was left, a program has the card’s sound open, a hook has a copy',
        faults: [
            fault(
                'linux-lost-card',
                `echo vfio-pci >/sys/bus/pci/devices/${CARD}/driver_override`,
                `echo >/sys/bus/pci/devices/${CARD}/driver_override`,
            ),
            fault(
                'held-unlisted',
                `cp /usr/bin/sleep /run/lab/card-holder
                setsid /run/lab/card-holder 600 9<>/dev/snd/by-path/pci-${SOUND} >/dev/null 2>&1 &
                until_ok 5 pgrep -x card-holder`,
                'pkill -x card-holder',
            ),
            fault(
                'hook-twice',
                `cp -a ${HOOKS}/handover-guard ${HOOKS}/handover-guard.bak`,
                `rm ${HOOKS}/handover-guard.bak`,
            ),
        ],
    },
    {
        name: 'the card was bound by hand and nobody wrote it down, the guard is not executable, a hook asks libvirt',
        faults: [
            fault('linux-lost-card', bind(CARD, SOUND), unbind(CARD, SOUND)),
            fault('guard', `chmod 644 ${HOOKS}/handover-guard`, `chmod 755 ${HOOKS}/handover-guard`),
            fault(
                'hook-asks-libvirt',
                hook('mine', '755', 'virsh nodedev-detach pci_0000_01_00_0'),
                `rm ${HOOKS}/mine`,
            ),
        ],
    },
    {
        name: 'its sound alone was bound by hand, one hook moves cards, another is not executable, libvirt is stopped',
        faults: [
            fault('card-split', bind(SOUND), unbind(SOUND)),
            fault('hook-moves-cards', hook('mine', '755', 'modprobe -r nvidia_drm'), `rm ${HOOKS}/mine`),
            fault('hook-not-run', hook('other', '644'), `rm ${HOOKS}/other`),
            fault(
                'libvirt',
                'systemctl stop libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service',
                'systemctl start libvirtd.socket libvirtd.service; until_ok 30 virsh list',
            ),
        ],
    },
    {
        name: 'the kernel has no vfio-pci, the rule and the guard are missing, and so is libvirt-dbus',
        faults: [
            fault(
                'vfio-module',
                `modprobe -r vfio_pci; cp -a ${MODULES}/modules.dep /run/lab/dep &&
                grep -v '/vfio-pci.ko' /run/lab/dep >${MODULES}/modules.dep; ! [ -e /sys/module/vfio_pci ]`,
                `cp -a /run/lab/dep ${MODULES}/modules.dep`,
            ),
            fault(
                'desktop-rule',
                `until_ok 20 helper RemoveIgnoreRule s ${CARD} && udevadm settle`,
                `until_ok 20 helper InstallIgnoreRule s ${CARD} && udevadm settle
                systemctl --user -M tester@ restart wireplumber`,
            ),
            fault('guard', 'helper RemoveGuard', 'helper InstallGuard'),
            fault(
                'libvirt-dbus',
                `mv ${SERVICES}/org.libvirt.service /run/lab/ && ${RELOAD}
                pkill -x libvirt-dbus; until_ok 10 sh -c '! busctl status org.libvirt'`,
                `mv /run/lab/org.libvirt.service ${SERVICES}/ && ${RELOAD}`,
            ),
        ],
    },
    {
        name: 'the kernel was updated, and its modules are gone',
        faults: [
            fault(
                'kernel-modules',
                `modprobe vfio-pci; mv ${MODULES} /usr/lib/modules.away`,
                `mv /usr/lib/modules.away ${MODULES}`,
            ),
        ],
    },
];

/** What the person at the computer is told, by `handover doctor --json`. */
async function look(lab) {
    const from = Date.now();
    const {code, out} = await lab.seat(
        `handover doctor --json --host system ${PATIENT} 2>/run/user/1000/said || code=$?
        cat /run/user/1000/said >&2; exit \${code:-0}`,
        300,
    );
    assert.ok(code === 0 || code === 1, out);
    lab.note(`looked in ${((Date.now() - from) / 1000).toFixed(0)} s`);
    const findings = JSON.parse(out.slice(out.indexOf('[')));
    assert.equal(code, findings.some(({status}) => status === 'failed') ? 1 : 0);
    return findings;
}

/** What is wrong with the outer machine by its make: no firmware, no TPM, and a display that QEMU plugs into the card. */
const BY_MAKE = new Set(['efi', 'tpm', 'displays']);

const failedIn = findings => [
    ...new Set(findings.filter(({id, status}) => status === 'failed' && !BY_MAKE.has(id)).map(({id}) => id)),
];

async function wholesome(lab) {
    await lab.root('pkill -x card-holder; nested_is running && virsh -q destroy nested; true');
    await lab.until('no_record', 60);
    await lab.root(`helper InstallGuard; helper InstallIgnoreRule s ${CARD}; udevadm settle
        systemctl --user -M tester@ restart wireplumber`);
    await lab.until(`has_drivers '${LINUX}'`, 60);
}

export async function doctorChecks(lab) {
    lab.section('The doctor');
    await lab.check('doctor: of what a card needs nothing is wrong', async () => {
        await wholesome(lab);
        const findings = await look(lab);
        const told = status =>
            findings
                .filter(one => one.status === status)
                .map(({id}) => id)
                .join(', ');
        lab.note(`failed: ${told('failed') || 'none'}; not measured: ${told('unknown') || 'none'}`);
        assert.deepEqual(failedIn(findings), []);
    });
    for (const {name, faults} of TROUBLES)
        await lab.check(`doctor: ${name}`, async () => {
            let findings;
            try {
                for (const {id, provoke} of faults) {
                    const {code, out} = await lab.root(provoke, 90);
                    assert.equal(code, 0, `${id}: ${out}`);
                }
                findings = await look(lab);
            } finally {
                for (const {mend} of faults.toReversed()) await lab.root(mend, 90);
                await lab.until(`has_drivers '${LINUX}'`, 60);
            }
            const fresh = failedIn(findings);
            for (const one of findings.filter(({id, status}) => fresh.includes(id) && status === 'failed'))
                lab.note(`${one.id}${one.about === null ? '' : ` (${one.about})`}: ${one.evidence}`);
            assert.deepEqual(fresh.sort(), faults.map(({id}) => id).sort());
        });
    await lab.check('doctor: it gives a card back that was bound by hand, when it is told to', async () => {
        await lab.root(bind(CARD, SOUND));
        assert.equal((await lab.root('drivers')).out.trim(), VFIO);
        const {code, out} = await lab.seat(
            `handover doctor --fix linux-lost-card --yes --host system ${PATIENT}`,
            180,
        );
        lab.note(out);
        assert.equal(code, 0, out);
        assert.equal((await lab.root('drivers')).out.trim(), LINUX);
    });
    await lab.check('doctor: nothing of it is left', async () => {
        const findings = await look(lab);
        assert.deepEqual(failedIn(findings), []);
    });
}
