// SPDX-License-Identifier: GPL-3.0-or-later
import {here} from '../../gpu/here.js';
import type {HelperClient} from '../../gpu/helperClient.js';
import {callFailure, outcomeFailure} from '../../lending/helperAnswers.js';
import {HelperMissingError} from '../../lending/lendingErrors.js';
import type {HostList} from '../../hosts/hostList.js';
import {openWorld} from '../../setUp/setUpWorld.js';
import type {FixAction} from '../fixAction.js';
import {libvirtPorts} from './libvirtPorts.js';
import {localPorts} from './localPorts.js';
import {mend, type Mender} from './mend.js';
import type {DoctorPorts, DoctorRoot} from './ports.js';
import {TOTAL_MS} from './runChecks.js';

/** Where the doctor looks on this computer. */
function rootHere(): DoctorRoot {
    const {root, installed} = here();
    return {...root, ...installed};
}

/**
 * The doctor's world for a face.
 *
 * Nothing is asked before the doctor looks, and no machine or host is followed for it but those that are anyway.
 *
 * @param hosts what the face follows; a host that is lost is a finding
 * @param totalMs how long a look may take where that is longer than usual: then each question has as much more
 */
export function doctorHere(
    hosts: HostList,
    {root = rootHere(), totalMs = TOTAL_MS}: {root?: DoctorRoot; totalMs?: number} = {},
): DoctorPorts {
    const patience = Math.max(1, totalMs / TOTAL_MS);
    const ports: DoctorPorts = localPorts(
        root,
        async () => ({...(await openWorld()), root}),
        libvirtPorts(hosts, name => ports.program(name), patience),
        patience,
    );
    return ports;
}

/**
 * Does what a finding offers; `mendHere(opposite(action))` undoes it. The helper does it, and has polkit ask the
 * person.
 *
 * @throws HelperMissingError, HelperDeniedError or another of `lendingErrors.ts`
 */
export async function mendHere(action: FixAction, helper?: Mender): Promise<void> {
    try {
        const outcome = await mend(helper ?? (await helperHere()), action);
        const failure = outcome && 'card' in action ? outcomeFailure(cardNamed(action.card), outcome) : null;
        if (failure) throw failure;
    } catch (error) {
        throw callFailure(error, 'card' in action && moves(action) ? 'move' : 'set-up');
    }
}

function moves({kind}: FixAction): boolean {
    return kind === 'give-back' || kind === 'take';
}

function cardNamed(address: string): {address: string; name: string} {
    return {address, name: address};
}

async function helperHere(): Promise<HelperClient> {
    const {system} = await openWorld();
    if (!system) throw new HelperMissingError();
    return system.helper;
}
