#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a command inside a sysroot. It is the first process of fresh mount, PID and network
# namespaces: everything that is started below ends with it.
# Usage: enter.sh ROOT CHECKOUT tester|root COMMAND…   (environment: what the command gets)
set -eu

root=$1 checkout=$2 user=$3
shift 3

mount --bind "$root" "$root"
mount -o remount,bind,ro "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
for directory in tmp var/tmp; do
  mount -t tmpfs -o mode=1777 tmpfs "$root/$directory"
done
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=700,uid=1000,gid=1000 tmpfs "$root/home/tester"
mkdir -p "$root/run/user/1000" "$root/run/lock" "$root/run/small"
# A disk that is soon full.
mount -t tmpfs -o mode=1777,size=8m tmpfs "$root/run/small"
chown 1000:1000 "$root/run/user/1000"
chmod 700 "$root/run/user/1000"
mount --bind "$checkout" "$root/src"

# Change the root for good rather than by chroot: a process in a chroot may not make user
# namespaces, and image loaders sandbox themselves with one.
cd "$root"
pivot_root . .
umount -l .

# Abstract sockets of two runs must not meet, so the network is private; localhost stays.
ip link set lo up

if [ "$user" = root ]; then
  exec /usr/bin/env -C /src HOME=/root "$@"
fi
# A change of user takes the order to die with the parent away: give it again.
exec /usr/bin/setpriv --reuid=1000 --regid=1000 --clear-groups --pdeathsig KILL \
  /usr/bin/env -C /src HOME=/home/tester USER=tester LOGNAME=tester \
  /bin/bash /src/tools/inside/session.sh "$@"
