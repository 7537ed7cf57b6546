// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {readPrinted, readUnpacked} from '../../../shared/libvirt/domainStates.js';
import {stats} from '../../fakes/fakeLibvirt.js';

describe('The states of all domains', () => {
    const names = [
        'plain',
        "it's",
        'say "x"',
        `both ' and "`,
        'back\\slash',
        '\\n \\u0041 \\',
        'new\nline\ttab\r',
        '\x01\x1f\x7f\u0085\u200b',
        'مرحبا',
        '🦊\u202e',
        "')], ('x', {'state.state': <<1>>, 'state.reason': <<1>>})",
        '',
        '\ue000\ufeff\u{10ffff}',
        'x'.repeat(10_000),
    ];

    it('are read alike from the printed and from the unpacked reply', () => {
        for (const name of names) {
            const reply = stats({first: 1, [name]: 5, last: 3});
            const printed = readPrinted(reply.print(false));
            expect(printed).withContext(name).not.toBeNull();
            expect([...printed!]).toEqual([...readUnpacked(reply)]);
            expect(printed!.get(name)!.state).toBe('shutoff');
        }
        const reply = stats(Object.fromEntries(names.map((name, at) => [name, at % 8])));
        expect([...readPrinted(reply.print(false))!]).toEqual([...readUnpacked(reply)]);
    });

    it('are left to the slow road when they look different', () => {
        const odd = (values: Record<string, GLib.Variant>): GLib.Variant =>
            new GLib.Variant('(a(sa{sv}))', [[['vm', values]]]);
        for (const reply of [
            odd({}),
            odd({'state.state': new GLib.Variant('i', 1)}),
            odd({'state.state': new GLib.Variant('v', new GLib.Variant('s', '5'))}),
            odd({'state.state': new GLib.Variant('v', new GLib.Variant('i', -1))}),
        ])
            expect(readPrinted(reply.print(false))).toBeNull();
        expect(readPrinted(stats({}).print(false))!.size).toBe(0);
        expect(readUnpacked(stats({})).size).toBe(0);
        expect(readUnpacked(odd({})).get('vm')).toEqual({state: 'nostate', reason: 'unknown'});
    });
});
