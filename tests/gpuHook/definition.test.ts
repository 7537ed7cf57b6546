// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {hostdev, machine} from './guardRun.js';
import {amd, CARD, expectRefused, holds, LET_PASS} from './pretended.js';

describe('guard hook: the definition', () => {
    /** Whether the hook takes the definition for one that lends the held card. */
    async function lends(definition: string): Promise<boolean> {
        const tree = amd();
        holds(tree, '/dev/dri/card1');
        const {code, err} = await tree.hook(definition);
        if (code === 1) expect(err).toContain('0000:03:00.0 is in use by blender');
        return code === 1;
    }

    const source = (attributes: string): string =>
        machine(`<hostdev mode='subsystem' type='pci'><source><address ${attributes}/></source></hostdev>`);

    for (const [what, definition] of [
        ['in another order', source("function='0x0' slot='0x00' bus='0x03' domain='0x0000'")],
        ['with double quotes', source('domain="0x0000" bus="0x03" slot="0x00" function="0x0"')],
        [
            'over several lines',
            source("\n\t domain = '0x0000'\n bus\n=\n'0x03'\r\n slot='0x00' function='0x0'\n"),
        ],
        ['in decimal and octal', source("domain='0' bus='3' slot='00' function='0'")],
        ['in capitals', source("domain='0X0000' bus='0X03' slot='0x00' function='0x0'")],
        ['without a domain', source("bus='0x03' slot='0x00' function='0x0'")],
        ['on one line, behind another', machine(hostdev('02:00.0') + CARD).replaceAll(/\s*\n\s*/g, '')],
        [
            'with its type first',
            machine(CARD).replaceAll("mode='subsystem' type='pci'", 'type="pci"  mode="subsystem"'),
        ],
        [
            'with a closing tag',
            source("bus='0x03' slot='0x00' function='0x0'").replace("'/></source>", "'></address ></source>"),
        ],
        ['behind a comment with a quote', machine(`<!-- don't > --><?pi <x ?>${CARD}`)],
        [
            'behind metadata with tags of other names',
            machine(CARD, "<metadata><é:x xmlns:é='u' é:y='a>b/'/></metadata>"),
        ],
        ['behind a declaration', `<?xml version="1.0"?>\n<!-- made by hand -->\n${machine(CARD)}`],
        ['as an accidental root below the first', machine(CARD, '<name>&lt;/domain&gt;</name>')],
    ] as const) {
        it(`finds a card ${what}`, async () => expect(await lends(definition)).toBe(true));
    }

    for (const [what, definition] of [
        ['in metadata', machine('', `<metadata><devices>${CARD}</devices></metadata>`)],
        [
            'in metadata of metadata',
            machine('', `<metadata><metadata/><x><domain><devices>${CARD}</devices></domain></x></metadata>`),
        ],
        [
            'in CDATA of metadata',
            machine('', `<metadata><x><![CDATA[</x></metadata><devices>${CARD}</devices>]]></x></metadata>`),
        ],
        ['in a comment', machine(`<!-- ${CARD} -->`)],
        [
            'in a comment that ends metadata',
            machine('', `<metadata><x/><!-- </metadata><devices>${CARD}</devices> --></metadata>`),
        ],
        ['as text', machine(`<emulator>${CARD.replaceAll('<', '&lt;')}</emulator>`)],
        ['as an attribute', machine(`<emulator x="${CARD.replaceAll('<', '&lt;')}"/>`)],
        ['as the guest address', machine(hostdev('02:00.0').replace("bus='0x05'", "bus='0x03'"))],
        [
            'as a USB device',
            machine(
                "<hostdev mode='subsystem' type='usb'><source><address bus='0x03' device='2'/></source></hostdev>",
            ),
        ],
        [
            'as a mediated device',
            machine(
                "<hostdev mode='subsystem' type='mdev' model='vfio-pci'><source><address uuid='8a'/></source></hostdev>",
            ),
        ],
        [
            'as a network interface',
            machine(
                "<interface type='hostdev'><source><address type='pci' bus='0x03' slot='0' function='0'/></source></interface>",
            ),
        ],
        ['beside the devices', `<domain>${CARD}<devices/></domain>`],
        ['deeper in the devices', `<domain><devices><x>${CARD}</x></devices></domain>`],
        ['of another namespace', machine(CARD.replaceAll('hostdev', 'q:hostdev'))],
        ['at another function', machine(hostdev('03:00.1'))],
        ['of another domain', source("domain='0x0001' bus='0x03' slot='0x00' function='0x0'")],
    ] as const) {
        it(`finds none ${what}`, async () => expect(await lends(definition)).toBe(false));
    }

    for (const [what, definition] of [
        ['that stops midway', machine(CARD).slice(0, 200)],
        ['that closes what is not open', machine(CARD).replace('</source>', '</sauce>')],
        ['with a second root', machine(CARD) + machine('')],
        ['with a document type', `<!DOCTYPE domain [<!ENTITY d "hostdev">]>${machine(CARD)}`],
        ['with text before it', `hello ${machine(CARD)}`],
        ['with an attribute that does not end', machine(CARD.replace("type='pci'", "type='pci"))],
        ['with a comment that does not end', machine(`${CARD}<!--`)],
        ['whose address is an entity', source("bus='&#48;x03' slot='0' function='0'")],
        ['whose type is an entity', machine(CARD).replaceAll("type='pci' m", "type='&#112;ci' m")],
        ['whose address is out of range', source("bus='0x100' slot='0' function='0'")],
        ['whose address is no number', source("bus='$(reboot)' slot='0' function='0'")],
        ['whose device has no source', machine("<hostdev type='pci'/>")],
        ['whose device has an empty source', machine("<hostdev type='pci'><source/></hostdev>")],
    ] as const) {
        it(`refuses one with host devices ${what}`, async () => {
            await expectRefused(amd(), definition, /so its start was refused/);
        });
    }

    for (const [what, definition] of [
        ['empty', ''],
        ['no XML at all', 'garbage'],
        ['cut off', '<domain><devices>'],
        ['of bytes that are no text', '<domain>\u0000\uffff</domain'],
    ] as const) {
        it(`lets one pass that is ${what}, and has no host devices`, async () => {
            expect(await amd().blind().hook(definition)).toEqual(LET_PASS);
        });
    }

    it('reads a megabyte of metadata', async () => {
        const metadata = `<metadata>${"<x y='z'>t</x>".repeat(70_000)}</metadata>`;
        expect(await lends(machine(CARD, metadata))).toBe(true);
    });

    it('takes no word of the machine for one of its own', async () => {
        const tree = amd();
        const name = '$(touch /tmp/pwned); -e `id` \n../../x';
        expect(await tree.hook(machine(CARD), 'prepare', 'begin', name)).toEqual(LET_PASS);
        expect(GLib.file_test('/tmp/pwned', GLib.FileTest.EXISTS)).toBe(false);
    });
});
