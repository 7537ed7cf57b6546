#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs in a Linux guest, and tells the host about it once a second, as docs/guest-channel.md describes. Needs a POSIX
# shell, sleep and tail.
set -u

channel=io.github.handover.report.0
usage="Usage: $0 [--interval SECONDS] [--frames MANGOHUD_LOG] [--port DEVICE] [--once]"

interval=1
frames=
port=
once=

while [ $# -gt 0 ]; do
    case $1 in
        --once) once=yes; shift; continue ;;
        --help) echo "$usage"; exit 0 ;;
        --interval | --frames | --port) [ $# -ge 2 ] || { echo "$usage" >&2; exit 2; } ;;
        *) echo "$usage" >&2; exit 2 ;;
    esac
    case $1 in
        --interval) interval=$2 ;;
        --frames) frames=$2 ;;
        --port) port=$2 ;;
    esac
    shift 2
done
case $interval in '' | *[!0-9]* | 0) echo "$usage" >&2; exit 2 ;; esac

# udev makes a link with the port's name; without udev the kernel still tells the name.
find_port() {
    if [ -e "/dev/virtio-ports/$channel" ]; then
        echo "/dev/virtio-ports/$channel"
        return 0
    fi
    for name in /sys/class/virtio-ports/*/name; do
        [ -r "$name" ] || continue
        read -r found <"$name" || continue
        [ "$found" = "$channel" ] || continue
        device=${name%/name}
        echo "/dev/${device##*/}"
        return 0
    done
    return 1
}

# Sets cpu_busy and cpu_all, in ticks since boot.
read_cpu() {
    read -r _ user nice system idle iowait irq softirq steal _ </proc/stat
    cpu_all=$((user + nice + system + idle + iowait + irq + softirq + steal))
    cpu_busy=$((cpu_all - idle - iowait))
}

# Prints the memory in use, in MiB.
memory_used() {
    total=
    available=
    while read -r key value _; do
        case $key in
            MemTotal:) total=$value ;;
            MemAvailable:) available=$value ;;
        esac
    done </proc/meminfo
    [ -n "$total" ] && [ -n "$available" ] && echo $(((total - available) / 1024))
}

# Prints the first file that can be read among the arguments as a whole number, divided by $1.
first_number() {
    divisor=$1
    shift
    for file; do
        [ -r "$file" ] && read -r value <"$file" 2>/dev/null || continue
        case $value in '' | *[!0-9]*) continue ;; esac
        echo $((value / divisor))
        return
    done
}

# Prints the frame rate that MangoHud logged last: the first column of the last line.
frame_rate() {
    [ -n "$frames" ] && [ -r "$frames" ] || return
    last=$(tail -n 1 "$frames")
    rate=${last%%,*}
    case $rate in '' | . | *[!0-9.]* | *.*.* | .* | *.) return ;; 0[0-9]*) return ;; esac
    echo "$rate"
}

if [ -z "$port" ]; then
    port=$(find_port) || { echo "This machine has no channel $channel." >&2; exit 1; }
fi

# Opened once: each opening and closing is an event for the host.
exec 3>"$port" || exit 1

read_cpu
while :; do
    before_busy=$cpu_busy
    before_all=$cpu_all
    sleep "$interval"
    read_cpu
    line='{"v":1'
    ticks=$((cpu_all - before_all))
    [ "$ticks" -gt 0 ] && line="$line,\"cpu_percent\":$(((cpu_busy - before_busy) * 100 / ticks))"
    value=$(memory_used) && [ -n "$value" ] && line="$line,\"memory_used_mib\":$value"
    value=$(first_number 1 /sys/class/drm/card*/device/gpu_busy_percent)
    [ -n "$value" ] && line="$line,\"gpu_percent\":$value"
    value=$(first_number 1048576 /sys/class/drm/card*/device/mem_info_vram_used)
    [ -n "$value" ] && line="$line,\"video_memory_used_mib\":$value"
    value=$(frame_rate)
    [ -n "$value" ] && line="$line,\"fps\":$value"
    # One write a line; it waits while nobody reads on the host.
    printf '%s}\n' "$line" >&3 || exit 1
    [ -z "$once" ] || exit 0
done
