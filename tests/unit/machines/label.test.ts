// SPDX-License-Identifier: GPL-3.0-or-later
import {machineLabel} from '../../../shared/machines/words.js';
import {METADATA_NAMESPACE} from '../../../shared/names.js';
import {StubHost} from './stubHost.js';

/** A host that gives the definition of its only machine. */
class DefinedHost extends StubHost {
    constructor(private readonly inside: string) {
        super();
    }

    override lookupDomain(): Promise<string> {
        return Promise.resolve('/vm');
    }

    override domain(): object {
        return {
            properties: () => Promise.resolve({persistent: true, autostart: false}),
            xml: () => Promise.resolve(`<domain type='test'><name>vm</name>${this.inside}</domain>`),
        };
    }
}

/** @returns what a machine is called whose definition holds this */
async function names(inside: string): Promise<[string, string]> {
    const machine = new DefinedHost(inside).list({vm: 'shutoff'}).machines[0]!;
    await machine.loadDetails();
    return [machineLabel(machine), machine.shortName];
}

describe('What a machine is called', () => {
    it('is its title, or its name where it has none', async () => {
        expect(await names('')).toEqual(['vm', 'vm']);
        expect(await names('<title>Web server</title>')).toEqual(['Web server', 'Web server']);
    });

    it('is never something that nobody can see', async () => {
        expect(await names('<title>\u200b\u3164\u0301</title>')).toEqual(['vm', 'vm']);
        const short = `<metadata><handover:machine xmlns:handover="${METADATA_NAMESPACE}">
            <handover:shortName>\u200b</handover:shortName></handover:machine></metadata>`;
        expect(await names(short)).toEqual(['vm', 'vm']);
    });
});
