#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes an initramfs of busybox, an init and kernel modules with what they need. Runs in the tree whose kernel it is.
# Usage: initramfs.sh TARGET INIT MODULE…
set -eu

target=$1 init=$2
shift 2
kernel=$(ls /boot/vmlinuz-* | sort -V | tail -n 1)
version=${kernel#/boot/vmlinuz-}
tree=$(mktemp -d)

mkdir -p "$tree/bin" "$tree/dev" "$tree/proc" "$tree/sys" "$tree/run" "$tree/modules" "$tree/root"
install -m 755 "$init" "$tree/init"
install -m 755 /usr/bin/busybox "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"

# Numbered, because init loads them in the order of their names; what is part of the kernel is left out.
at=100
for module in "$@"; do
  modprobe -S "$version" --show-depends "$module" | while read -r how file _; do
    [ "$how" = insmod ] || continue
    name=${file##*/}
    name=${name%%.ko*}
    [ -z "$(ls "$tree/modules/"*-"$name.ko" 2>/dev/null)" ] || continue
    case $file in
      *.xz) busybox xzcat "$file" ;;
      *.gz) busybox zcat "$file" ;;
      *) cat "$file" ;;
    esac >"$tree/modules/$at-$(ls "$tree/modules" | wc -l | xargs printf %03d)-$name.ko"
  done
  at=$((at + 1))
done

(cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$target"
chmod 644 "$target"
rm -rf "$tree"
