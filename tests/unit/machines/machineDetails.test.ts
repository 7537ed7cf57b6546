// SPDX-License-Identifier: GPL-3.0-or-later
import type {DomainClient} from '../../../shared/libvirt/domainClient.js';
import {DefinitionError} from '../../../shared/definition/definitionError.js';
import {MachineDetails} from '../../../shared/machines/machineDetails.js';

function detailsOf(xml: string): MachineDetails {
    const client = {
        properties: () => Promise.resolve({}),
        xml: () => Promise.resolve(xml),
    };
    return new MachineDetails(
        () => Promise.resolve(client as unknown as DomainClient),
        () => Promise.resolve(),
    );
}

describe('Details of a machine', () => {
    it('are read from its XML', async () => {
        const details = detailsOf('<domain type="test"><name>vm</name><title>A title</title></domain>');
        await details.load();
        expect(details.definition?.title).toBe('A title');
    });

    it('are not read from more XML than the Shell can wait for', async () => {
        const padding = '<a/>'.repeat(200_000);
        const details = detailsOf(
            `<domain type="test"><name>vm</name><metadata>${padding}</metadata></domain>`,
        );
        await expectAsync(details.load()).toBeRejectedWithError(DefinitionError);
        expect(details.definition).toBeNull();
    });

    it('take no longer for each of many attributes', async () => {
        const attributes = Array.from({length: 20_000}, (_none, at) => `a${at}="1"`).join(' ');
        const details = detailsOf(
            `<domain type="test"><name>vm</name><metadata><x ${attributes}/></metadata></domain>`,
        );
        await details.load();
        expect(details.definition?.name).toBe('vm');
    }, 2_000);
});
