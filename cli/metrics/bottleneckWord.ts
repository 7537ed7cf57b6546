// SPDX-License-Identifier: GPL-3.0-or-later
import type {BottleneckKind} from '../../shared/metrics/bottleneck.js';
import {_} from '../../shared/platform/i18n.js';

/** What holds a machine back, for a narrow column. */
export function bottleneckWord(kind: BottleneckKind): string {
    switch (kind) {
        case 'vcpu-wait':
            return _('vCPU wait');
        case 'emulator':
            return 'QEMU';
        case 'swap':
            return _('swapping');
        case 'balloon':
            return _('balloon');
        case 'memory':
            return _('memory');
        case 'disk':
            return _('disk');
        case 'network':
            return _('network');
        case 'host-cpu':
            return _('host CPU');
        case 'host-memory':
            return _('host memory');
        case 'host-io':
            return _('host disks');
        case 'link':
            return _('card link');
        case 'processors':
            return 'CPU';
        case 'nothing':
            return _('nothing');
        case 'unknown':
            return '–';
    }
}
