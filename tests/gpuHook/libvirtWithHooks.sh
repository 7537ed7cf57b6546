#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs the user's libvirtd with hooks: unshare -rm bash libvirtWithHooks.sh HOOK
# Hooks are read from /etc/libvirt by the user's libvirtd as by the system's; here that folder is made writable. As
# root of a user namespace the system's own cannot start QEMU, since it may not set groups there.
# It starts anew when it is killed, as systemd would have it.
set -eu
hook=$1

mount -t tmpfs tmpfs /etc/libvirt
mkdir -p /etc/libvirt/hooks/qemu.d
install -m 755 "$hook" /etc/libvirt/hooks/qemu.d/handover-guard
# Runs before the guard, and writes down what libvirt asks.
cat >/etc/libvirt/hooks/qemu.d/aa-log <<LOG
#!/bin/sh
echo "\$1 \$2 \$3 \$4" >>"${hook%/*}/hooks.log"
LOG
chmod 755 /etc/libvirt/hooks/qemu.d/aa-log

# An ordinary user again, in the namespace of mounts that was made here.
exec unshare --user --map-user=1000 --map-group=1000 bash -c '
  while :; do
    libvirtd -f /dev/null &
    echo $! >"$0/libvirtd.pid"
    wait $! || true
  done
' "${hook%/*}"
