// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

// Devices of a host as libvirt's node device driver writes them.

function escaped(text = ''): string {
    return GLib.markup_escape_text(text, -1);
}

export function usbNode(
    place: string,
    {
        vendor,
        product,
        names = ['Vendor', `Product ${product}`],
    }: {vendor: string; product: string; names?: string[]},
): string {
    const [bus = '1', device = '1'] = place.replace('usb', '').split('-');
    return `<device><name>usb_${place.replace('-', '_')}</name>
  <path>/sys/devices/pci0000:00/0000:00:14.0/usb${bus}/${place}</path>
  <capability type='usb_device'><bus>${bus}</bus><device>${device}</device>
  <product id='0x${product}'>${escaped(names[1])}</product><vendor id='0x${vendor}'>${escaped(names[0])}</vendor></capability></device>`;
}

export function usbInterface(place: string, usbClass: number, protocol = 0): string {
    return `<device><name>usb_${place}_1_0</name><parent>usb_${place.replace('-', '_')}</parent>
  <capability type='usb'><number>0</number><class>${usbClass}</class><subclass>1</subclass>
  <protocol>${protocol}</protocol></capability></device>`;
}

export function pciNode(
    address: string,
    classCode: number,
    {
        names = ['Vendor', `Device at ${address}`],
        group,
        driver,
    }: {names?: string[]; group?: number; driver?: string} = {},
): string {
    const [domain, bus, slot, part] = address.split(/[:.]/).map(text => Number.parseInt(text, 16));
    return `<device><name>pci_${address.replace(/[:.]/g, '_')}</name>
  <path>/sys/devices/pci0000:00/${address}</path>
  ${driver === undefined ? '' : `<driver><name>${driver}</name></driver>`}
  <capability type='pci'><class>0x${classCode.toString(16).padStart(6, '0')}</class>
  <domain>${domain}</domain><bus>${bus}</bus><slot>${slot}</slot><function>${part}</function>
  <product id='0x1234'>${escaped(names[1])}</product><vendor id='0x8086'>${escaped(names[0])}</vendor>
  ${group === undefined ? '' : `<iommuGroup number='${group}'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></iommuGroup>`}
  </capability></device>`;
}
