// SPDX-License-Identifier: GPL-3.0-or-later
import {FollowedCards} from '../../shared/gpu/followedCards.js';
import type {Gpu} from '../../shared/gpu/gpu.js';
import type {ClaimingHosts} from '../../shared/gpu/machineClaims.js';

/** To move a card the kernel and the helper are asked, and libvirt is not. */
const NO_HOSTS: ClaimingHosts = {machines: [], connect: () => 0, disconnect: () => undefined};

/** The cards as sysfs and the records of handovers show them now, without asking libvirt. */
export async function localCards(): Promise<readonly Gpu[]> {
    const followed = new FollowedCards(NO_HOSTS);
    const cards = await followed.lookOnce();
    followed.close();
    return cards;
}
