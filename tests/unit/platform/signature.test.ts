// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {Connect} from '../../../shared/libvirt/interfaces/connect.js';
import {Domain} from '../../../shared/libvirt/interfaces/domain.js';
import type {InterfaceTable, Values} from '../../../shared/platform/signature.js';
import {runProgram} from '../../harness/program.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

describe('Signatures', () => {
    it('are types: this compiles', () => {
        const same: [
            Same<Values<''>, []>,
            Same<Values<'s'>, [string]>,
            Same<Values<'isssu'>, [number, string, string, string, number]>,
            Same<Values<'(ii)'>, [[number, number]]>,
            Same<Values<'ao'>, [string[]]>,
            Same<Values<'a(sa{sv})'>, [[string, Record<string, unknown>][]]>,
            Same<Values<'aa{ub}t'>, [Record<number, boolean>[], number]>,
            Same<Values<'b(a(ss)v)'>, [boolean, [[string, string][], unknown]]>,
        ] = [true, true, true, true, true, true, true, true];
        expect(same.every(Boolean)).toBeTrue();
    });

    it('of the tables are those that libvirt-dbus ships', async () => {
        for (const table of [Connect, Domain] as InterfaceTable[]) {
            const file = `/usr/share/dbus-1/interfaces/${table.name}.xml`;
            const {out, err} = await runProgram(['cat', file]);
            expect(err).toBe('');
            const xml = out.replace(/<!--.*?-->/gs, '');
            const signature = (body: string, direction: 'in' | 'out' | null): string =>
                [...body.matchAll(/<arg [^>]*>/g)]
                    .map(([arg]) => arg)
                    .filter(arg =>
                        direction === null
                            ? true
                            : arg.includes('direction="out"')
                              ? direction === 'out'
                              : direction === 'in',
                    )
                    .map(arg => /type="([^"]*)"/.exec(arg)![1])
                    .join('');
            const bodyOf = (tag: string, name: string): string => {
                const match = new RegExp(`<${tag} name="${name}"(?:/>|>(.*?)</${tag}>)`, 's').exec(xml);
                expect(match).withContext(`${table.name}.${name}`).not.toBeNull();
                return match?.[1] ?? '';
            };
            for (const [method, [takes, gives]] of Object.entries(table.methods)) {
                const body = bodyOf('method', method);
                expect([method, signature(body, 'in'), signature(body, 'out')]).toEqual([
                    method,
                    takes,
                    gives,
                ]);
            }
            for (const [signal, carries] of Object.entries(table.signals))
                expect([signal, signature(bodyOf('signal', signal), null)]).toEqual([signal, carries]);
            for (const [property, type] of Object.entries(table.properties))
                expect(xml).toMatch(new RegExp(`<property name="${property}" type="${type}"`));
        }
    });

    it('are GVariant signatures', () => {
        for (const table of [Connect, Domain] as InterfaceTable[])
            for (const one of Object.values(table.methods).flat())
                expect(GLib.VariantType.string_is_valid(`(${one})`)).toBeTrue();
    });
});
