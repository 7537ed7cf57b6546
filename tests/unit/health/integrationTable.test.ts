// SPDX-License-Identifier: GPL-3.0-or-later
import {withIntegration} from '../../../shared/health/integration/integrationEdit.js';
import type {IntegrationRow, RowId} from '../../../shared/health/integration/integrationRow.js';
import {integrationTable} from '../../../shared/health/integration/integrationTable.js';
import {parseGuestInfo} from '../../../shared/health/machine/guestInfo.js';
import type {MachineFacts} from '../../../shared/health/machine/machineFacts.js';
import {read, unread} from '../../../shared/health/machine/reading.js';
import {rowStatusLabel} from '../../../shared/health/words.js';
import {DEVICES, factsOf, MAC, machineWith, offFacts} from './pretended.js';

const WHY = 'It is so.';

function row(facts: MachineFacts, id: RowId): IntegrationRow {
    const found = integrationTable(facts).find(one => one.id === id);
    if (!found) throw new Error(`There is no row ${id}`);
    return found;
}

const statuses = (facts: MachineFacts): string[] => [
    ...new Set(integrationTable(facts).map(({status}) => status)),
];
const having = (devices: string, changes: Partial<MachineFacts> = {}): MachineFacts =>
    factsOf({definition: machineWith(devices), ...changes});
const silent = read({answered: false, milliseconds: 5_000});

describe('The table of the guest integration', () => {
    it('has ten rows, all of which may work', () => {
        expect(integrationTable(factsOf()).length).toBe(10);
        expect(statuses(factsOf())).toEqual(['works']);
    });

    it('measures nothing while the guest is off', () => {
        expect(statuses(offFacts())).toEqual(['unknown']);
    });

    it('is empty for what QEMU does not run', () => {
        expect(integrationTable(factsOf({definition: machineWith('', {type: 'lxc'})}))).toEqual([]);
    });

    it('says of everything that is missing what to do, and its edits take it away from the definition’s side', () => {
        const bare = factsOf({
            definition: machineWith("<graphics type='spice'/><video><model type='virtio'/></video>", {
                features: '',
            }),
            agent: unread(WHY),
        });
        const rows = integrationTable(bare).filter(({status}) => status === 'missing');
        expect(rows.map(({id}) => id)).toEqual([
            'graceful-shutdown',
            'heartbeat',
            'time-sync',
            'clipboard',
            'display-resize',
            'shared-folders',
            'file-freeze',
            'balloon',
            'report-channel',
        ]);
        for (const {id, fix} of rows) expect(fix).withContext(id).not.toBe('');
        const edits = rows.flatMap(({edit}) => edit ?? []);
        const definition = edits.reduce(withIntegration, bare.definition);
        const left = integrationTable({...bare, definition}).filter(({edit}) => edit !== null);
        expect(left.map(({id}) => id)).toEqual([]);
    });
});

describe('What a machine that runs was given since it was started', () => {
    const RUNS = "<graphics type='spice'/><video><model type='virtio'/></video><memballoon model='none'/>";
    const runs = having(RUNS, {agent: unread(WHY)});
    const waiting = (kept: MachineFacts['kept']): string[] =>
        integrationTable({...runs, kept}).flatMap(one => (one.pending ? [one.id] : []));

    it('is missing still, but is not offered again, since it comes with the next start', () => {
        const {edit, packages} = row(runs, 'heartbeat');
        const kept = withIntegration(runs.definition, edit!);
        const found = row({...runs, kept}, 'heartbeat');
        expect(found).toEqual(
            jasmine.objectContaining({status: 'missing', edit: null, pending: true, packages}),
        );
        expect(found.evidence).toBe('The machine has no channel for the guest agent.');
        expect(found.fix).toBe(
            'It has been added, and comes with the machine’s next start: shut it down, and start it again.',
        );
        expect(rowStatusLabel(found)).toBe('At next start');
        expect(waiting(kept)).toEqual(['heartbeat', 'time-sync', 'file-freeze']);
    });

    it('is told apart by row, and a folder counts whichever it is', () => {
        expect(waiting(null)).toEqual([]);
        expect(waiting(runs.definition)).toEqual([]);
        expect(waiting(withIntegration(runs.definition, {kind: 'balloon'}))).toEqual(['balloon']);
        expect(waiting(withIntegration(runs.definition, {kind: 'spice-agent'}))).toEqual([
            'clipboard',
            'display-resize',
        ]);
        const shared = {kind: 'shared-folder', source: '/srv', tag: 'srv'} as const;
        expect(waiting(withIntegration(runs.definition, shared))).toEqual(['shared-folders']);
    });

    it('is nothing where it runs with all of it already', () => {
        const silent = factsOf({balloonReports: read(false), kept: machineWith(DEVICES)});
        expect(row(silent, 'balloon')).toEqual(jasmine.objectContaining({status: 'missing', pending: false}));
    });
});

describe('Rows that rest on the agent', () => {
    it('a silent agent is missing in the guest, not in the definition', () => {
        const {status, edit, packages} = row(factsOf({agent: silent}), 'heartbeat');
        expect(status).toBe('missing');
        expect(edit).toBeNull();
        expect(packages?.debian).toBe('qemu-guest-agent');
    });

    it('a power button is no proof of a graceful shutdown', () => {
        expect(row(factsOf({agent: silent}), 'graceful-shutdown').status).toBe('unknown');
        const none = factsOf({agent: silent, definition: machineWith(DEVICES, {features: ''})});
        expect(row(none, 'graceful-shutdown').edit?.kind).toBe('acpi');
    });

    it('a clock that is off, and one that could not be read', () => {
        const off = factsOf({clock: read({guestMs: 0, askedMs: 9_000, answeredMs: 9_000})});
        expect(row(off, 'time-sync').edit?.kind).toBe('clock');
        const definition = withIntegration(off.definition, {kind: 'clock'});
        const caught = row({...off, definition}, 'time-sync');
        expect(caught.status).toBe('missing');
        expect(caught.edit).toBeNull();
        expect(row(factsOf({clock: unread(WHY)}), 'time-sync').status).toBe('unknown');
    });

    it('an agent that lists no file systems proves nothing', () => {
        expect(row(factsOf({guest: read(parseGuestInfo(''))}), 'file-freeze').status).toBe('unknown');
        expect(row(factsOf({guest: unread(WHY)}), 'file-freeze').status).toBe('unknown');
    });
});

describe('Rows that rest on the desktop agent', () => {
    const channel = (state: string): string =>
        `<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'${state}/></channel>`;
    const spice = "<graphics type='spice'/><video><model type='qxl'/></video>";

    it('nobody in the guest, nobody tells, no channel, no display', () => {
        const disconnected = row(having(spice + channel(" state='disconnected'")), 'clipboard');
        expect(disconnected.status).toBe('missing');
        expect(disconnected.packages?.fedora).toBe('spice-vdagent');
        expect(disconnected.edit).toBeNull();
        expect(row(having(spice + channel('')), 'clipboard').status).toBe('unknown');
        expect(row(having(spice), 'clipboard').edit?.kind).toBe('spice-agent');
        expect(row(having("<graphics type='vnc'/>"), 'clipboard').edit?.kind).toBe('vnc-agent');
        expect(row(having(''), 'clipboard').status).toBe('not-applicable');
        expect(row(having(''), 'display-resize').status).toBe('not-applicable');
    });

    it('a clipboard that was switched off', () => {
        const off = "<graphics type='spice'><clipboard copypaste='no'/></graphics>";
        expect(row(having(off + channel(" state='connected'")), 'clipboard').status).toBe('not-applicable');
    });

    it('a card that keeps its size, and a display that tells nothing', () => {
        const vga = "<graphics type='spice'/><video><model type='vga'/></video>";
        expect(row(having(vga + channel(" state='connected'")), 'display-resize').status).toBe('missing');
        const lookingGlass = "<graphics type='spice'/><video><model type='none'/></video>";
        expect(row(having(lookingGlass), 'display-resize').status).toBe('not-applicable');
        expect(row(having(lookingGlass), 'clipboard').edit?.kind).toBe('spice-agent');
        const vnc = "<graphics type='vnc'/><video><model type='virtio'/></video>";
        expect(row(having(vnc), 'display-resize').status).toBe('unknown');
    });
});

describe('Rows that rest on virtio devices', () => {
    const folder = "<filesystem><source dir='/s'/><target dir='my tag'/></filesystem>";

    it('folders: none, not mounted, nobody tells', () => {
        expect(row(having(''), 'shared-folders').status).toBe('missing');
        const unmounted = parseGuestInfo('fs.count : 1\nfs.0.mountpoint : /\nfs.0.fstype : ext4');
        const found = row(having(folder, {guest: read(unmounted)}), 'shared-folders');
        expect(found.status).toBe('missing');
        expect(found.fix).toMatch(/: mount -t 9p -o trans=virtio 'my tag' \/mnt$/);
        const virtiofs =
            "<filesystem><driver type='virtiofs'/><source dir='/s'/><target dir='games'/></filesystem>";
        expect(row(having(virtiofs, {guest: read(unmounted)}), 'shared-folders').fix).toMatch(
            /: mount -t virtiofs games \/mnt$/,
        );
        expect(row(having(folder, {guest: unread(WHY)}), 'shared-folders').status).toBe('unknown');
    });

    it('the balloon: with a card of the computer, switched off, silent, unreadable', () => {
        const hostdev =
            "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>";
        expect(row(having(hostdev), 'balloon').status).toBe('not-applicable');
        expect(row(having("<memballoon model='none'/>"), 'balloon').edit?.kind).toBe('balloon');
        const asked = row(factsOf({balloonReports: read(false)}), 'balloon');
        expect(asked.status).toBe('missing');
        expect(asked.edit).toBeNull();
        expect(asked.fix).toBe('Install the drivers in the guest.');
        const unasked = having("<memballoon model='virtio'/>", {balloonReports: read(false)});
        expect(row(unasked, 'balloon').edit?.kind).toBe('balloon');
        expect(row(factsOf({balloonReports: unread(WHY)}), 'balloon').status).toBe('unknown');
    });

    it('drivers: other buses, a card that the guest does not see, nobody tells, no devices', () => {
        const sata = "<disk device='disk'><target dev='sda' bus='sata'/></disk>";
        const slow = row(having(sata), 'virtio-drivers');
        expect(slow.status).toBe('missing');
        expect(slow.evidence).toContain('sda');
        expect(slow.edit).toBeNull();
        const scsi = "<disk device='disk'><target dev='sda' bus='scsi'/></disk>";
        expect(row(having(scsi), 'virtio-drivers').status).toBe('missing');
        const fast = "<controller type='scsi' model='virtio-scsi'/>";
        expect(row(having(scsi + fast), 'virtio-drivers').status).toBe('unknown');
        const blind = row(factsOf({guest: read(parseGuestInfo('if.count : 0'))}), 'virtio-drivers');
        expect(blind.status).toBe('missing');
        expect(blind.evidence).toContain(MAC);
        expect(row(factsOf({guest: unread(WHY)}), 'virtio-drivers').status).toBe('unknown');
        expect(row(having(''), 'virtio-drivers').status).toBe('not-applicable');
    });
});

describe('Reports', () => {
    const port = (state: string): MachineFacts =>
        factsOf({
            definition: machineWith(
                `<channel type='unix'><target type='virtio' name='io.github.handover.report.0' ${state}/></channel>`,
            ),
        });
    const status = (facts: MachineFacts): string => row(facts, 'report-channel').status;

    it('need a channel and a reporter, which the channel’s state tells', () => {
        expect(status(port("state='connected'"))).toBe('works');
        expect(status(port("state='disconnected'"))).toBe('missing');
        expect(row(port("state='disconnected'"), 'report-channel').edit).toBeNull();
        expect(status(port(''))).toBe('unknown');
    });

    it('cannot be read of every machine', () => {
        expect(status({...port("state='connected'"), reportsReadable: false})).toBe('unknown');
        expect(status(factsOf({definition: machineWith(''), reportsReadable: false}))).toBe('not-applicable');
    });
});
