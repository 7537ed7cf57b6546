#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the user's libvirtd where a small file system is at /mnt/small, which nobody else sees:
# unshare -rm bash systemLibvirtd.sh
set -eu
mount -t tmpfs tmpfs /mnt
mkdir /mnt/small
mount -t tmpfs -o size=16m tmpfs /mnt/small
chmod 777 /mnt/small
# An ordinary user again, in the namespace of mounts that was made here.
exec unshare --user --map-user=1000 --map-group=1000 libvirtd -f /dev/null
