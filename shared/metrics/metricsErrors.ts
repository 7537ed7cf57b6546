// SPDX-License-Identifier: GPL-3.0-or-later
import {HandoverError} from '../platform/errors.js';

/** libvirt keeps no statistics of this hypervisor's machines. */
export class NoStatisticsError extends HandoverError {
    readonly kind = 'no-statistics';
}
