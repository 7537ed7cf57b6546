#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Gives a command a private system bus and a private session bus, then runs it in the foreground.
# Usage: session.sh COMMAND…
set -u
umask 022

export XDG_RUNTIME_DIR=/run/user/1000
config=$XDG_RUNTIME_DIR/system-bus.conf
cat >"$config" <<'CONF'
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>custom</type>
  <listen>unix:path=/run/user/1000/system-bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
CONF
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/system-bus
export DBUS_SESSION_BUS_ADDRESS=unix:path=$XDG_RUNTIME_DIR/bus
dbus-daemon --config-file="$config" --fork --nopidfile </dev/null >/dev/null 2>"$XDG_RUNTIME_DIR/buses.log" &&
  dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --fork --nopidfile --syslog-only \
    </dev/null >/dev/null 2>>"$XDG_RUNTIME_DIR/buses.log" || {
  echo "sysroot: the private D-Bus buses did not start:" >&2
  cat "$XDG_RUNTIME_DIR/buses.log" >&2
  exit 125
}

"$@"
exit $?
