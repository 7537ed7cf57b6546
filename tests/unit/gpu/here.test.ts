// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {here} from '../../../shared/gpu/here.js';
import {here as pretendedHere} from '../../../shared/gpu/pretendedHere.js';
import {THIS_MACHINE} from '../../../shared/gpu/sysRoot.js';
import {FakePciTree} from '../../fakes/fakePciTree.js';
import {waitFor} from '../../harness/deadline.js';

describe('Where cards are read', () => {
    afterEach(() => GLib.unsetenv('HANDOVER_SYSROOT'));

    it('is this machine, whatever the environment says', () => {
        GLib.setenv('HANDOVER_SYSROOT', '/nowhere', true);
        expect(here().root).toEqual(THIS_MACHINE);
    });

    it('is this machine in a build for tests, too, unless the environment names another', () => {
        expect(pretendedHere().root).toEqual(THIS_MACHINE);
        GLib.setenv('HANDOVER_SYSROOT', '/nowhere', true);
        expect(pretendedHere().root.sys).toBe('/nowhere/sys');
    });

    it('may be a pretended machine, with its events', async () => {
        const fake = new FakePciTree().intelGraphics();
        GLib.setenv('HANDOVER_SYSROOT', fake.folder, true);
        const events = await pretendedHere().openEvents();
        const seen: string[] = [];
        const end = events!.follow(({action, address}) => seen.push(`${action} ${address}`));
        fake.arcCard();
        await waitFor('its events', () => seen.includes('bind 0000:03:00.0'));
        expect(seen).toEqual(['add 0000:03:00.0', 'bind 0000:03:00.0']);
        end();
    });
});
