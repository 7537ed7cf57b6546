// SPDX-License-Identifier: GPL-3.0-or-later
// What is going on while a machine starts or a card moves, in words.
import {_} from '../platform/i18n.js';

/**
 * A step of an operation as a line of progress says it.
 *
 * @param id of a machine's operation, or of the helper's handovers; one that is not known stays as it is
 */
export function stepLabel(id: string): string {
    switch (id) {
        case 'ask':
            return _('Asking libvirt');
        case 'confirm':
            return _('Waiting for libvirt');
        case 'guest':
            return _('Waiting for the guest');
        case 'preflight':
            return _('Checking the graphics card');
        case 'close':
            return _('Closing what uses the graphics card');
        case 'wait':
            return _('Waiting until the graphics card is free');
        case 'take':
            return _('Taking the graphics card from Linux');
        case 'ready':
            return _('Waiting until the guest is ready');
        case 'open':
            return _('Opening the display');
        case 'return':
            return _('Bringing the graphics card back to Linux');
        case 'verify':
            return _('Making sure that it has arrived');
        case 'check':
            return _('Checking whether it can be moved');
        case 'record':
        case 'keep':
        case 'forget':
            return _('Writing down where it is');
        case 'prepare':
            return _('Loading vfio-pci');
        case 'override':
            return _('Reserving it');
        case 'services':
            return _('Stopping or starting the driver’s services');
        case 'holders':
            return _('Waiting until nobody uses it');
        case 'unload':
            return _('Unloading its driver');
        case 'unbind':
            return _('Taking it from its driver');
        case 'remove':
            return _('Taking it off the bus');
        case 'rescan':
            return _('Looking for it on the bus');
        case 'suspend':
            return _('Putting the computer to sleep and waking it');
        case 'load':
            return _('Loading its driver');
        case 'bind':
            return _('Giving it to its driver');
        case 'release':
            return _('Lifting the reservation');
    }
    return id;
}
