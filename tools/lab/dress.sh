#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a bootable machine of a Debian tree, and its disk. Runs as root in mount and PID namespaces of its own.
# Usage: dress.sh TREE TARGET   (TARGET gets vmlinuz, initramfs and disk.raw)
set -eu

tree=$1 target=$2
here=$(dirname "$0")

mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount --rbind /dev "$tree/dev"
mount -t tmpfs tmpfs "$tree/tmp"
lib=$tree/usr/local/lib/lab
mkdir -p "$lib" "$tree/var/lib/lab"
install -m 755 "$here/outer/agent" "$here/outer/seat" "$lib"
install -m 755 "$here/outer/at-seat" "$tree/usr/local/bin/at-seat"
install -m 644 "$here/outer/"*.service "$tree/etc/systemd/system"
install -m 644 "$here/nested/machine.xml" "$tree/var/lib/lab"
cp "$here/initramfs.sh" "$here/outer/init" "$tree/tmp"
cp "$here/nested/init" "$tree/tmp/nested-init"

chroot "$tree" sh -eu <<'INSIDE'
PATH=/usr/sbin:/usr/bin
rm -f /usr/sbin/policy-rc.d
echo outer >/etc/hostname
printf '127.0.0.1 localhost outer\n' >/etc/hosts
echo '/dev/vda / ext4 defaults 0 0' >/etc/fstab
: >/etc/machine-id
passwd -q -d root
echo 'tester:tester' | chpasswd
mkdir -p /etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nForwardToConsole=no\nRateLimitIntervalSec=0\n' >/etc/systemd/journald.conf.d/lab.conf
printf 'kvm_amd\nvfio_pci\n' >/etc/modules-load.d/lab.conf
systemctl -q enable lab-agent.service lab-seat.service libvirtd.service
systemctl -q mask getty@tty1.service getty@.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer \
  e2scrub_all.timer fstrim.timer man-db.timer systemd-tmpfiles-clean.timer libvirt-guests.service \
  systemd-networkd-wait-online.service
# A colleague who comes over the network, and may log in with a key.
useradd --create-home --shell /bin/bash --groups libvirt visitor
ssh-keygen -q -t ed25519 -N '' -f /var/lib/lab/key
install -d -m 700 -o visitor -g visitor /home/visitor/.ssh
install -m 600 -o visitor -g visitor /var/lib/lab/key.pub /home/visitor/.ssh/authorized_keys
usermod --append --groups libvirt tester
kernel=$(ls /boot/vmlinuz-* | sort -V | tail -n 1)
cp "$kernel" /var/lib/lab/vmlinuz
sh /tmp/initramfs.sh /boot/lab-initramfs /tmp/init virtio_pci virtio_blk ext4 crc32c
sh /tmp/initramfs.sh /var/lib/lab/initramfs /tmp/nested-init button evdev virtio_pci virtio-gpu bochs
install -d /var/lib/libvirt/images
mv /var/lib/lab/vmlinuz /var/lib/lab/initramfs /var/lib/libvirt/images/
INSIDE

kernel=$(ls "$tree/boot/vmlinuz-"* | sort -V | tail -n 1)
install -m 644 "$kernel" "$target/vmlinuz"
mv "$tree/boot/lab-initramfs" "$target/initramfs"
umount -R "$tree/dev"
umount "$tree/proc" "$tree/tmp"
rm -f "$target/disk.raw"
# No journal and no checksums: what is lost with a crash is made again.
mke2fs -q -t ext4 -O ^metadata_csum,^has_journal -d "$tree" "$target/disk.raw" 4G
