// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {findCard} from '../../../helper/cardCheck.js';
import {HelperError} from '../../../helper/helperError.js';
import {runProgram} from '../../harness/program.js';

const CARD = '0000:03:00.0';

describe('The helper, asked for a card', () => {
    let root: {sys: string; proc: string; dev: string; run: string};

    beforeEach(() => {
        const folder = GLib.dir_make_tmp('handover-card-XXXXXX');
        root = {sys: folder, proc: folder, dev: folder, run: folder};
        GLib.mkdir_with_parents(`${folder}/bus/pci/devices/${CARD}`, 0o755);
    });

    async function errorName(): Promise<string> {
        try {
            await findCard(root, CARD);
            return 'none';
        } catch (error) {
            if (error instanceof HelperError) return error.errorName;
            throw error;
        }
    }

    it('does not call it no card when its driver does not answer', async () => {
        await runProgram(['mkfifo', `${root.sys}/bus/pci/devices/${CARD}/class`]);
        expect(await errorName()).toBe('Failed');
    });

    it('says so of something else', async () => {
        for (const [name, value] of [
            ['class', '0x020000'],
            ['vendor', '0x8086'],
            ['device', '0x1234'],
        ])
            GLib.file_set_contents(`${root.sys}/bus/pci/devices/${CARD}/${name!}`, value!);
        expect(await errorName()).toBe('NotACard');
    });
});
