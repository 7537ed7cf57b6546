// SPDX-License-Identifier: GPL-3.0-or-later
// What the lab shows with GNOME Shell on the cards: with the rule the Shell never opens the card that is lent.
import assert from 'node:assert/strict';

const CARD = '0000:01:00.0';
const LINUX = 'virtio-pci snd_hda_intel';
const NODES =
    'ls /sys/bus/pci/devices/0000:01:00.0/drm /sys/bus/pci/devices/0000:01:00.0/virtio*/drm 2>/dev/null';

/** Instead of the console's session: the same person, with a desktop. */
const unit = `[Unit]
Description=The desktop of the person who sits at the computer
After=systemd-user-sessions.service systemd-logind.service dbus.service
Conflicts=lab-seat.service

[Service]
User=tester
PAMName=login
WorkingDirectory=/home/tester
Environment=XDG_SESSION_TYPE=wayland XDG_SESSION_CLASS=user XDG_SEAT=seat0 XDG_VTNR=1 XDG_CURRENT_DESKTOP=GNOME
Environment=DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus
TTYPath=/dev/tty1
TTYReset=yes
TTYVHangup=yes
StandardInput=tty-fail
StandardOutput=journal
StandardError=journal
ExecStart=/usr/bin/gnome-shell --wayland --no-x11
`;

const shellWords = `
shell_pid() { pgrep -x gnome-shell | head -n 1; }
# What the Shell has open of the cards, by what the descriptors lead to.
shell_cards() { ls -l /proc/$(shell_pid)/fd 2>/dev/null | grep -o '/dev/dri/.*' | sort | uniq -c; }
user_bus() {
    runuser -u tester -- env XDG_RUNTIME_DIR=/run/user/1000 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus "$@"
}
shell_is_up() { user_bus gdbus call --session --timeout 5 -d org.gnome.Shell -o /org/gnome/Shell \\
    -m org.freedesktop.DBus.Properties.Get org.gnome.Shell ShellVersion; }
`;

async function words(lab, script, seconds = 60) {
    const {code, out} = await lab.root(`${shellWords}\n${script}`, seconds);
    assert.equal(code, 0, out);
    return out.trim();
}

async function logIn(lab) {
    const from = Date.now();
    await words(
        lab,
        `systemctl stop lab-seat lab-shell 2>/dev/null
        # Who logs in again at once finds the user's services as they were, the sound server among them.
        until_ok 30 eval '! loginctl list-sessions --no-legend | grep -q tty1'
        systemctl stop user@1000.service
        systemctl restart lab-shell
        until_ok 240 shell_is_up || { journalctl -b -u lab-shell --no-pager | tail -20; exit 1; }`,
        300,
    );
    lab.note(`GNOME Shell answers after ${((Date.now() - from) / 1000).toFixed(0)} s`);
}

/** @returns what the Shell has open: lines of a count and a node */
async function opened(lab, when) {
    const out = await words(lab, 'shell_cards');
    lab.note(`${when}: ${out.replace(/\s+/g, ' ')}`);
    return out;
}

export async function shellChecks(lab) {
    await words(
        lab,
        `cat >/etc/systemd/system/lab-shell.service <<'END_OF_UNIT'\n${unit}END_OF_UNIT
        systemctl daemon-reload
        virsh -q define /var/lib/lab/machine.xml
        helper InstallGuard`,
        120,
    );
    let node = '';
    await lab.check('without the rule the Shell opens the card, and the guard says so', async () => {
        await logIn(lab);
        node = (await words(lab, `${NODES} | grep -o 'card[0-9]*'`)).trim();
        assert.match(await opened(lab, 'open'), new RegExp(node));
        const {code, out} = await lab.root('virsh start nested');
        lab.note(/Handover: .*/.exec(out)?.[0] ?? out);
        assert.equal(code, 1);
        assert.match(out, /in use by .*gnome-shell/);
    });
    await lab.check('with the rule, after a log-in, it never opens the card', async () => {
        await words(
            lab,
            `systemctl stop lab-shell
            helper InstallIgnoreRule s ${CARD}`,
            120,
        );
        await logIn(lab);
        const out = await opened(lab, 'before');
        assert.doesNotMatch(out, new RegExp(`${node}\\b`));
        const log = await words(
            lab,
            'journalctl -b _COMM=gnome-shell --no-pager -o cat | grep -i ignoring | tail -n 1',
        );
        lab.note(log);
        assert.match(log, new RegExp(`/dev/dri/${node}`));
    });
    await lab.check('our extension runs in it', async () => {
        const out = await words(
            lab,
            `enable() {
                user_bus gdbus call --session -d org.gnome.Shell -o /org/gnome/Shell \\
                    -m org.gnome.Shell.Extensions.EnableExtension handover@handover.github.io
            }
            until_ok 60 enable
            extension() {
                user_bus gdbus call --session -d org.gnome.Shell -o /org/gnome/Shell \\
                    -m org.gnome.Shell.Extensions.GetExtensionInfo handover@handover.github.io
            }
            is_active() { extension | grep -q "'state': <1.0>"; }
            until_ok 60 is_active; code=$?
            extension
            exit $code`,
            120,
        );
        lab.note(/'state': <[^>]*>/.exec(out)?.[0] ?? out);
        assert.match(out, /'error': <''>/);
    });
    await lab.check('the machine gets the card while the Shell runs', async () => {
        const before = await words(lab, 'shell_pid');
        await words(lab, 'virsh start nested', 120);
        await lab.until("nested_says 'NESTED READY'", 240);
        lab.note((await lab.root('console | grep CARD')).out);
        assert.equal(await words(lab, 'shell_pid'), before, 'the Shell was started again');
        assert.doesNotMatch(await opened(lab, 'during'), new RegExp(`${node}\\b|deleted`));
    });
    await lab.check('it comes back under its old number, and the Shell still leaves it alone', async () => {
        const before = await words(lab, 'shell_pid');
        await words(
            lab,
            `virsh -q shutdown nested
            until_ok 120 has_drivers '${LINUX}'
            udevadm settle`,
            180,
        );
        assert.equal(await words(lab, `${NODES} | grep -o 'card[0-9]*'`), node);
        assert.equal(await words(lab, 'shell_pid'), before, 'the Shell was started again');
        assert.doesNotMatch(await opened(lab, 'after'), new RegExp(`${node}\\b|deleted`));
        const noise = await words(
            lab,
            "journalctl -b _COMM=gnome-shell --no-pager -o cat | grep -c 'JS ERROR' || true",
        );
        assert.equal(noise, '0', 'the Shell has logged errors of scripts');
    });
}
