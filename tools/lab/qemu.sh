#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program of the sysroot with one more folder, /lab, and without a network. It is the first process of fresh
# mount, PID and network namespaces: what is started below ends with it.
# Usage: qemu.sh SYSROOT FOLDER COMMAND…
set -eu

root=$1 folder=$2
shift 2
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mkdir "$root/tmp/lab"
mount --bind "$folder" "$root/tmp/lab"
cd "$root"
pivot_root . .
umount -l .
exec /usr/bin/env -C /tmp/lab "$@"
