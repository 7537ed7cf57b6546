// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * The domain XML of a machine without a disk: its firmware finds nothing to boot, and nobody hears the power button.
 *
 * @param devices more devices, as XML
 */
export function disklessDomain(name: string, devices = ''): string {
    return `<domain type='qemu'>
  <name>${name}</name>
  <memory unit='MiB'>32</memory>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <devices><memballoon model='none'/>${devices}</devices>
</domain>`;
}
