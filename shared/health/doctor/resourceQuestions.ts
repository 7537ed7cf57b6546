// SPDX-License-Identifier: GPL-3.0-or-later
// What machines have of libvirt besides themselves: their network, and room for their images.
import {_, fill, fillTyped} from '../../platform/i18n.js';
import {typedWord} from '../../platform/typedWord.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok} from './check.js';
import type {NetworkView, PoolView} from './ports.js';
import type {DoctorWorld} from './world.js';

/**
 * @param networks null where the system's libvirt is not followed
 * @param used whether a machine uses it, or there is none yet that could
 */
export function judgeNetwork(networks: readonly NetworkView[] | null, used: boolean): Verdict[] {
    if (networks === null) return [];
    if (!used) return [ok(_('No machine uses the network default'))];
    const network = networks.find(({name}) => name === 'default');
    if (!network)
        return [
            failed(
                _('libvirt has no network called default, which most machines use.'),
                _('Define it: virsh -c qemu:///system net-define /usr/share/libvirt/networks/default.xml'),
            ),
        ];
    if (!network.active)
        return [
            failed(
                _('The network default is not started.'),
                _('Start it: virsh -c qemu:///system net-start default'),
            ),
        ];
    if (!network.autostart)
        return [
            failed(
                _('The network default is started, but will not be after a restart of the computer.'),
                _('Have it started: virsh -c qemu:///system net-autostart default'),
            ),
        ];
    return [ok(_('The network default is there, and is started with the computer'))];
}

async function usesNetwork(world: DoctorWorld): Promise<boolean> {
    const machines = (await world.definitions()).filter(({host}) => host === 'system');
    return (
        machines.length === 0 ||
        machines.some(({definition}) =>
            definition.interfaces.some(({type, source}) => type === 'network' && source === 'default'),
        )
    );
}

const LOW_BYTES = 5 * 1024 ** 3;
const LOW_PART = 0.05;

export function judgePools(pools: readonly PoolView[]): Verdict[] {
    return pools
        .filter(({active, autostart, capacityBytes}) => (active ? capacityBytes > 0 : autostart))
        .map(({host, name: ofHost, active, availableBytes, capacityBytes}) => {
            const name = host === 'system' ? ofHost : `${host}/${ofHost}`;
            if (!active)
                return failed(
                    _('It is not started, though it is to be started with the computer.'),
                    fillTyped(_('Look why: virsh -c qemu:///{host} pool-start {name}'), {
                        host,
                        name: typedWord(ofHost),
                    }),
                    {about: name},
                );
            const gib = (bytes: number): number => Math.floor(bytes / 1024 ** 3);
            const values = {free: gib(availableBytes), all: gib(capacityBytes)};
            const low = availableBytes < LOW_BYTES || availableBytes < capacityBytes * LOW_PART;
            if (!low) return ok(fill(_('{free} GiB of {all} GiB are free'), values), name);
            return failed(
                fill(
                    _('Only {free} GiB of {all} GiB are free: machines whose images grow will stop.'),
                    values,
                ),
                _('Make room: delete old snapshots and images, or move some elsewhere.'),
                {about: name},
            );
        });
}

/** The questions about networks and storage. */
export const RESOURCE_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'network',
        title: () => _('Network for machines'),
        lasting: true,
        severity: 'warning',
        limitMs: 1_800,
        changesWith: ['libvirt'],
        read: async (world: DoctorWorld) => {
            const [networks, used] = await Promise.all([world.ports.networks(), usesNetwork(world)]);
            return {networks, used};
        },
        judge: ({networks, used}) => judgeNetwork(networks, used),
    }),
    check({
        id: 'pools',
        title: () => _('Storage for images'),
        lasting: false,
        severity: 'warning',
        limitMs: 1_800,
        changesWith: ['libvirt'],
        read: ({ports}: DoctorWorld) => ports.pools(),
        judge: judgePools,
    }),
];
