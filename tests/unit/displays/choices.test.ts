// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {Definition} from '../../../shared/definition/definition.js';
import {CLIENT_KINDS, type OpensWith, READY_KINDS} from '../../../shared/definition/displayMetadata.js';
import {clientOf, opensByItself, possibleClients, readyOf} from '../../../shared/displays/choices.js';
import {clientArguments, needsAddress, type Shown} from '../../../shared/displays/clientArguments.js';
import {type Client, ClientUnfitError} from '../../../shared/displays/displayErrors.js';
import {chooseAddress} from '../../../shared/displays/guestAddress.js';
import {lookingGlassMemory} from '../../../shared/displays/lookingGlass.js';
import {unitName} from '../../../shared/displays/openClient.js';
import {CLIENTS, findProgram, type Places} from '../../../shared/displays/programs.js';
import {clientLabel, readyLabel} from '../../../shared/displays/words.js';
import {metadata, UUID} from '../../fakes/describedHost.js';
import {temporaryDirectory} from '../../harness/temporary.js';
import {domainXml} from '../definition/support/domainFiles.js';

const SPICE = "<graphics type='spice' port='5901'><listen type='address' address='127.0.0.1'/></graphics>";
const GPU =
    "<hostdev mode='subsystem' type='pci'><source><address domain='0' bus='1' slot='0' function='0'/></source></hostdev>";
const SHMEM = "<shmem name='looking-glass'><model type='ivshmem-plain'/><size unit='M'>64</size></shmem>";

function described(devices: string, more = '') {
    const definition = Definition.parse(
        `<domain type='kvm'><name>vm</name>${more}<devices>${devices}</devices></domain>`,
    );
    return {definition, metadata: definition.metadata.metadata};
}

describe('What opens a machine', () => {
    const kind = (devices: string, more = ''): string => clientOf(described(devices, more)).kind;

    it('follows from what the definition offers', () => {
        expect(kind('')).toBe('none');
        expect(kind(SPICE)).toBe('viewer');
        expect(kind("<graphics type='vnc'/>")).toBe('viewer');
        for (const type of ['egl-headless', 'sdl', 'rdp', 'dbus'])
            expect(kind(`<graphics type='${type}'/>`)).toBe('none');
        expect(kind(SHMEM)).toBe('looking-glass');
        expect(kind(SPICE + SHMEM)).toBe('looking-glass');
        // SPICE for the input alone.
        expect(kind(`${SPICE}<video><model type='none'/></video>`)).toBe('none');
        expect(kind(`${SPICE}<video><model type='virtio'/></video>`)).toBe('viewer');
        expect(kind(GPU)).toBe('none');
        expect(kind(GPU + SPICE, metadata("<h:ready kind='sunshine'/>"))).toBe('viewer');
        expect(kind('', metadata("<h:ready kind='sunshine'/>"))).toBe('none');
        expect(clientOf(described(GPU, metadata("<h:ready kind='sunshine' host='games'/>")))).toEqual({
            kind: 'moonlight',
            host: 'games',
        });
        expect(clientOf(Object.assign(described(SPICE), {definition: null}))).toEqual({kind: 'none'});
    });

    it('is what the metadata says, when it says something that is good', () => {
        expect(kind(SPICE, metadata("<h:client kind='none'/>"))).toBe('none');
        expect(kind('', metadata("<h:client kind='moonlight' app='Steam'/>"))).toBe('moonlight');
        expect(kind(SPICE, metadata("<h:client kind='moonlight' host='-x'/>"))).toBe('viewer');
    });

    it('opens by itself for a machine with a device of this computer, or when the metadata names it', () => {
        const opens = (devices: string, more = ''): boolean => opensByItself(described(devices, more));
        expect(opens(SPICE)).toBeFalse();
        expect(opens(SPICE + GPU)).toBeTrue();
        expect(opens(GPU)).toBeFalse();
        expect(opens(SPICE, metadata("<h:client kind='viewer'/>"))).toBeTrue();
        expect(opens(SPICE + GPU, metadata("<h:client kind='none'/>"))).toBeFalse();
    });

    it('decides what ready means, unless that is said', () => {
        const ready = (devices: string, more = '') => readyOf(described(devices, more));
        expect(ready(SPICE)).toEqual({kind: 'started'});
        expect(ready(SHMEM)).toEqual({kind: 'looking-glass'});
        expect(ready('', metadata("<h:client kind='moonlight' host='a'/>"))).toEqual({
            kind: 'sunshine',
            host: 'a',
        });
        expect(ready(SHMEM, metadata("<h:ready kind='agent'/>"))).toEqual({kind: 'agent'});
    });

    it('can be what its definition has something for', () => {
        expect(possibleClients(null)).toEqual(['viewer', 'moonlight', 'none']);
        expect(possibleClients(described(SPICE).definition)).toEqual(['viewer', 'moonlight', 'none']);
        expect(possibleClients(described(`${SHMEM}<graphics type='vnc'/>`).definition)).toEqual([
            'viewer',
            'connections',
            'looking-glass',
            'moonlight',
            'none',
        ]);
    });

    it('has a name', () => {
        expect(new Set(CLIENT_KINDS.map(clientLabel)).size).toBe(CLIENT_KINDS.length);
        expect(new Set(READY_KINDS.map(readyLabel)).size).toBe(READY_KINDS.length);
    });
});

describe('The memory of Looking Glass', () => {
    const memory = (devices: string, more = '') => lookingGlassMemory(described(devices, more).definition);
    const qemu = (argument: string): string =>
        `<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'><q:arg value='${argument}'/></q:commandline>`;

    it('is found in real definitions', () => {
        const windows = lookingGlassMemory(Definition.parse(domainXml('looking-glass-windows')));
        expect(windows?.path).toMatch(/^\/dev\/(shm\/looking-glass|kvmfr0)$/);
        expect(lookingGlassMemory(Definition.parse(domainXml('graphics-spice')))).toBeNull();
    });

    it('is a file of the size that QEMU gives it, or a device', () => {
        expect(memory(SHMEM)).toEqual({path: '/dev/shm/looking-glass', sizeBytes: 64 * 2 ** 20});
        expect(memory("<shmem name='looking-glass2'><model type='ivshmem-plain'/></shmem>")).toEqual({
            path: '/dev/shm/looking-glass2',
            sizeBytes: 4 * 2 ** 20,
        });
        const device = {path: '/dev/kvmfr0', sizeBytes: null};
        expect(memory('', qemu('memory-backend-file,mem-path=/dev/kvmfr0,size=64M'))).toEqual(device);
        expect(memory(SHMEM, qemu('{"qom-type":"x","mem-path":"/dev/kvmfr0","size":1}'))).toEqual(device);
    });

    it('is never a path that somebody else chose', () => {
        for (const name of ['../../etc/passwd', 'looking-glass/../x', 'looking-glass x', 'other', ''])
            expect(memory(`<shmem name='${name}'><model type='ivshmem-plain'/></shmem>`)).toBeNull();
        expect(memory("<shmem name='looking-glass'><model type='ivshmem-doorbell'/></shmem>")).toBeNull();
        for (const path of ['/dev/kvmfr0/../sda', '/dev/kvmfr0x', '/dev/kvmfr', '/tmp/dev/kvmfr0'])
            expect(memory('', qemu(`x,mem-path=${path},y`)))
                .withContext(path)
                .toBeNull();
    });
});

describe('The arguments of a client', () => {
    const shown = (devices: string): Shown => ({
        name: '-rf',
        uuid: UUID,
        uri: 'qemu:///system',
        definition: described(devices).definition,
        address: null,
    });
    const args = (client: OpensWith, devices = '', address: string | null = null): string[] =>
        clientArguments(client as OpensWith & {kind: Client}, {...shown(devices), address});

    it('name the machine by its UUID', () => {
        expect(args({kind: 'viewer'})).toEqual(['--connect', 'qemu:///system', '--uuid', '--', UUID]);
    });

    it('tell Connections where the VNC display is', () => {
        const vnc = (more: string): string[] =>
            args({kind: 'connections'}, `<graphics type='vnc' ${more}</graphics>`);
        expect(vnc("port='5900'>")).toEqual(['vnc://127.0.0.1:5900']);
        expect(vnc("port='5901'><listen type='address' address='0.0.0.0'/>")).toEqual([
            'vnc://127.0.0.1:5901',
        ]);
        expect(vnc("port='5902'><listen type='address' address='::'/>")).toEqual(['vnc://[::1]:5902']);
        for (const unfit of [
            "port='-1'>",
            "port='5900'><listen type='socket' socket='/run/x'/>",
            "port='5900'><listen type='none'/>",
            "port='5900'><listen type='address' address='a@evil/'/>",
        ])
            expect(() => vnc(unfit))
                .withContext(unfit)
                .toThrowError(ClientUnfitError);
        expect(() => args({kind: 'connections'}, SPICE)).toThrowError(ClientUnfitError);
    });

    it('tell Looking Glass where its memory is, and whose input SPICE takes', () => {
        const looks = (devices: string): string[] => args({kind: 'looking-glass'}, devices);
        const file = 'app:shmFile=/dev/shm/looking-glass';
        expect(looks(SHMEM)).toEqual([file, 'spice:enable=no']);
        expect(looks(SHMEM + SPICE)).toEqual([file, 'spice:host=127.0.0.1', 'spice:port=5901']);
        expect(
            looks(`${SHMEM}<graphics type='spice'><listen type='socket' socket='/run/a'/></graphics>`),
        ).toEqual([file, 'spice:host=/run/a', 'spice:port=0']);
        expect(() => looks(SPICE)).toThrowError(ClientUnfitError);
    });

    it('tell Moonlight a host and an app, which are no options', () => {
        expect(args({kind: 'moonlight', host: 'games', app: 'a b'})).toEqual([
            'stream',
            '--',
            'games',
            'a b',
        ]);
        expect(args({kind: 'moonlight'}, '', '10.0.0.2')).toEqual(['stream', '--', '10.0.0.2', 'Desktop']);
        expect(() => args({kind: 'moonlight'})).toThrowError(ClientUnfitError);
        expect(needsAddress({kind: 'moonlight'})).toBeTrue();
        expect(needsAddress({kind: 'moonlight', host: 'a'})).toBeFalse();
        expect(needsAddress({kind: 'viewer'})).toBeFalse();
    });
});

describe('The program of a client', () => {
    const flatpaks = temporaryDirectory('flatpaks');
    const places = (...names: string[]): Places => ({
        inPath: name => (names.includes(name) ? `/usr/bin/${name}` : null),
        flatpaks: ['/nowhere', flatpaks],
    });

    it('is looked for in PATH, then among the Flatpaks', () => {
        expect(findProgram('viewer', places('virt-viewer'))).toEqual(['/usr/bin/virt-viewer']);
        expect(findProgram('moonlight', places('moonlight-qt', 'flatpak'))).toEqual([
            '/usr/bin/moonlight-qt',
        ]);
        for (const client of CLIENTS) {
            expect(findProgram(client, places())).withContext(client).toBeNull();
            expect(findProgram(client, places('flatpak')))
                .withContext(client)
                .toBeNull();
        }
        const id = 'com.moonlight_stream.Moonlight';
        GLib.file_set_contents(GLib.build_filenamev([flatpaks, id]), '');
        const run = ['/usr/bin/flatpak', 'run', '--die-with-parent', id];
        expect(findProgram('moonlight', places('flatpak'))).toEqual(run);
        expect(findProgram('moonlight', places())).toBeNull();
    });

    it('has a unit of its own for each machine', () => {
        expect(unitName('system', UUID, 'viewer')).toBe(
            `app-handover-virt\\x2dviewer@system:${UUID}.service`,
        );
        const names = CLIENTS.flatMap(client => [
            unitName('system', UUID, client),
            unitName('session', UUID, client),
        ]);
        expect(new Set(names).size).toBe(2 * CLIENTS.length);
        // What systemd allows in a name.
        for (const name of names) expect(name).toMatch(/^[A-Za-z0-9:_.@\\-]{1,255}$/);
    });
});

describe('The address of a guest', () => {
    const card = (mac: string, ...addresses: string[]) => ({mac, addresses});
    const choose = (...cards: ReturnType<typeof card>[]): string | null =>
        chooseAddress(cards, new Set(['52:54:00:00:00:01']));

    it('is one of the machine’s own card, IPv4 first', () => {
        expect(choose()).toBeNull();
        expect(
            choose(
                card('02:42:00:00:00:01', '172.17.0.1'),
                card('52:54:00:00:00:01', '2001:db8::1', '192.168.122.30'),
            ),
        ).toBe('192.168.122.30');
        expect(choose(card('52:54:00:00:00:01', 'fe80::1', '2001:db8::1'))).toBe('2001:db8::1');
        expect(choose(card('02:42:00:00:00:01', '172.17.0.1'))).toBe('172.17.0.1');
    });

    it('is none that leads back here, and nothing else than an address', () => {
        for (const bad of [
            '127.0.0.1',
            '127.8.8.8',
            '::1',
            '::ffff:127.0.0.1',
            '0.0.0.0',
            '::',
            '169.254.1.1',
            'fe80::1',
            '224.0.0.1',
            'ff02::1',
            'localhost',
            '-x',
            '10.0.0.1%eth0',
            '10.0.0.1 ',
            '',
        ])
            expect(choose(card('52:54:00:00:00:01', bad)))
                .withContext(bad)
                .toBeNull();
    });
});
