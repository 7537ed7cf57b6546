#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the test guest out of the sysroot's own packages: a kernel and an initramfs with busybox
# and the guest agent. Runs as the sysroot's root.
# Usage: make.sh TARGET
set -eu

target=$1
here=$(dirname "$0")
kernel=$(ls /boot/vmlinuz-* | sort -V | tail -n 1)
modules=/usr/lib/modules/${kernel#/boot/vmlinuz-}/kernel
tree=$(mktemp -d)

mkdir -p "$tree/bin" "$tree/sbin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/run" "$tree/modules" \
  "$tree/etc" "$tree/tmp"
install -m 755 "$here/init" "$tree/init"
install -m 755 "$here/shutdown" "$tree/sbin/shutdown"
install -m 755 /usr/bin/busybox "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
# The guest agent looks for it there when it sets the time.
ln -s ../bin/busybox "$tree/sbin/hwclock"
install -m 755 /usr/sbin/qemu-ga "$tree/bin/qemu-ga"
install -m 755 "$here/../../data/guest/report-frames.sh" "$tree/bin/report-frames"
ldd /usr/sbin/qemu-ga | grep -o '/[^ ]*' | while read -r library; do
  install -D -m 755 "$library" "$tree$library"
done

# Unpacks a module of the kernel's: module NAME FILE
module() {
  file=$(ls "$modules/$1".ko*)
  case $file in
    *.xz) busybox xzcat "$file" ;;
    *.gz) busybox zcat "$file" ;;
    *) cat "$file" ;;
  esac >"$tree/modules/$2.ko"
}

# Numbered, because init loads them in the order of their names.
at=10
for module in drivers/input/evdev drivers/acpi/button drivers/misc/pvpanic/pvpanic \
  drivers/misc/pvpanic/pvpanic-mmio drivers/misc/pvpanic/pvpanic-pci; do
  module "$module" "$at-${module##*/}"
  at=$((at + 1))
done

# Loaded where there is such a device.
mkdir "$tree/modules/devices"
for module in net/core/failover drivers/net/net_failover drivers/net/virtio_net drivers/block/virtio_blk \
  drivers/virtio/virtio_balloon drivers/watchdog/watchdog drivers/watchdog/i6300esb; do
  module "$module" "devices/${module##*/}"
done

mkdir -p "$target"
(cd "$tree" && find . | cpio --quiet -o -H newc) >"$target/initramfs.new"
install -m 644 "$kernel" "$target/vmlinuz.new"
mv "$target/vmlinuz.new" "$target/vmlinuz"
mv "$target/initramfs.new" "$target/initramfs"
chmod 644 "$target/initramfs"
