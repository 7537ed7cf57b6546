// SPDX-License-Identifier: GPL-3.0-or-later
import type {Owner} from '../../shared/gpu/owner.js';
import type {PciFunction} from '../../shared/gpu/pciFunction.js';
import {holderJson} from './holderJson.js';
import type {LookedAt} from './lookedAt.js';

/** What `handover gpu --json` prints of a card; the manual page documents it, and it only ever grows. */
export function cardJson({gpu, details, holders}: LookedAt): object {
    const {facts, numbers} = gpu;
    return {
        address: gpu.address,
        vendor: numbers.vendor,
        device: numbers.device,
        subsystemVendor: numbers.subsystemVendor,
        subsystemDevice: numbers.subsystemDevice,
        name: gpu.name,
        driver: facts.display.driver,
        owner: ownerJson(gpu.owner),
        group: facts.group && {
            id: Number(facts.group.id),
            members: facts.group.members.map(functionJson),
        },
        functions: facts.functions.map(functionJson),
        bootVga: facts.bootVga,
        nodes: facts.drmNodes,
        displays: details.connectors.map(({name, connected}) => ({name, connected})),
        holders: holders.processes.map(holderJson),
        consoles: holders.consoles.map(({console}) => console),
        modules: holders.modules.map(({name, references}) => ({name, references})),
        uninspected: holders.uninspected,
        hidden: holders.hidden,
        rivals: holders.rivals?.map(({name, unit}) => ({name, unit})) ?? null,
    };
}

function ownerJson(owner: Owner): object {
    switch (owner.kind) {
        case 'linux':
            return {kind: owner.kind, driver: owner.driver};
        case 'machine':
            return {kind: owner.kind, name: owner.name, host: hostOf(owner.machine)};
        case 'vfio':
        case 'nobody':
            return {kind: owner.kind};
        case 'between':
            return {
                kind: owner.kind,
                direction: owner.handover?.direction ?? null,
                phase: owner.handover?.phase ?? null,
                step: owner.handover?.step ?? null,
                name: owner.machine === null ? null : owner.machine.slice(owner.machine.indexOf('/') + 1),
                host: owner.machine === null ? null : hostOf(owner.machine),
            };
    }
}

/** @param key `HOST/NAME` */
function hostOf(key: string): string {
    return key.slice(0, key.indexOf('/'));
}

function functionJson({address, vendor, device, classCode, driver}: PciFunction): object {
    return {address, vendor, device, class: classCode.toString(16).padStart(6, '0'), driver};
}
