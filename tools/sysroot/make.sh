#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes a Debian sysroot. Runs as root (or as root of a user namespace) in mount and PID
# namespaces of its own, so that whatever it mounts or starts ends with it.
# Usage: make.sh SUITE TARGET MIRROR PACKAGE…
set -eu

suite=$1 target=$2 mirror=$3
shift 3

say() { printf 'sysroot: %s\n' "$*" >&2; }

say "unpacking the base of Debian $suite"
if [ -z "${HANDOVER_USER_NAMESPACE:-}" ]; then
  debootstrap --variant=minbase "$suite" "$target" "$mirror"
else
  # debootstrap needs to make device nodes, which no user namespace may.
  mmdebstrap --mode=root --variant=minbase "$suite" "$target" "$mirror"
fi

# No service may start while packages are being configured.
printf '#!/bin/sh\nexit 101\n' >"$target/usr/sbin/policy-rc.d"
chmod 755 "$target/usr/sbin/policy-rc.d"
cat >"$target/etc/apt/apt.conf.d/90handover" <<CONF
Acquire::Check-Valid-Until "false";
Acquire::Retries "3";
APT::Install-Recommends "false";
DPkg::Use-Pty "false";
CONF
# The sysroot can always be made again: no need to wait for the disk at each package.
cat >"$target/etc/dpkg/dpkg.cfg.d/90handover" <<CONF
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/info/*
CONF

mount --bind "$target" "$target"
mount -t proc proc "$target/proc"
mount --rbind /sys "$target/sys"
mount --rbind /dev "$target/dev"
cp /etc/resolv.conf "$target/etc/resolv.conf"

say "installing $# packages and what they need"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 INITRD=No
chroot "$target" apt-get -q update
chroot "$target" apt-get -q -y install "$@"
chroot "$target" apt-get clean
rm -rf "$target/var/lib/apt/lists/"* "$target/boot/"initrd*

say "adding the ordinary user"
chroot "$target" useradd --uid 1000 --create-home --shell /bin/bash tester
chroot "$target" dbus-uuidgen --ensure=/etc/machine-id
mkdir -p "$target/src"
