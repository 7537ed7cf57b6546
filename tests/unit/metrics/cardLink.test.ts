// SPDX-License-Identifier: GPL-3.0-or-later
import type {Definition} from '../../../shared/definition/definition.js';
import {readCardLink} from '../../../shared/metrics/cardLink.js';
import {putFile, putLink} from '../../fakes/pci/files.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const CARD = '0000:03:00.0';
const SOUND = '0000:03:00.1';
/** The root's port, the two ports of the bridge on the card, and the card. */
const WAY = ['0000:00:01.0', '0000:01:00.0', '0000:02:00.0', CARD] as const;
const definition = {pciAddresses: [SOUND, CARD]} as unknown as Definition;

interface LinkState {
    readonly speed: number;
    readonly width?: number;
    readonly status?: string;
}

/** A card behind a bridge of its own, with a link at each step, all of which can do 16 GT/s in 16 lanes. */
function rootOf(links: readonly LinkState[]): {sys: string; proc: string; dev: string; run: string} {
    const sys = temporaryDirectory('sys');
    const devices = `${sys}/bus/pci/devices`;
    const put = (folder: string, kind: string, {speed, width = 16, status = 'active'}: LinkState): void => {
        putFile(`${folder}/class`, `${kind}\n`);
        putFile(`${folder}/power/runtime_status`, `${status}\n`);
        putFile(`${folder}/current_link_speed`, `${speed.toFixed(1)} GT/s PCIe\n`);
        putFile(`${folder}/current_link_width`, `${width}\n`);
        putFile(`${folder}/max_link_speed`, '16.0 GT/s PCIe\n');
        putFile(`${folder}/max_link_width`, '16\n');
    };
    for (const [at, link] of links.entries()) {
        const path = ['pci0000:00', ...WAY.slice(0, at + 1)].join('/');
        put(`${sys}/devices/${path}`, at === 3 ? '0x030000' : '0x060400', link);
        putLink(`${devices}/${WAY[at]!}`, `../../../devices/${path}`);
    }
    // Its sound, which has a link of its own to show.
    const sound = `devices/pci0000:00/${WAY.slice(0, 3).join('/')}/${SOUND}`;
    put(`${sys}/${sound}`, '0x040300', {speed: 1});
    putLink(`${devices}/${SOUND}`, `../../../${sound}`);
    return {sys, proc: '', dev: '', run: ''};
}

const FULL = {speed: 16};

describe('The link to a machine’s graphics card', () => {
    it('is the slowest on the way to it', async () => {
        const root = rootOf([{speed: 2.5}, {speed: 2.5}, FULL, FULL]);
        expect(await readCardLink(root, definition, 0.9)).toEqual({current: 40, most: 256, busy: true});
        const narrow = rootOf([{speed: 16, width: 4}, FULL, FULL, FULL]);
        expect((await readCardLink(narrow, definition, 0.9))?.current).toBe(64);
    });

    it('is nobody’s business while the card has little to do, or nobody knows', async () => {
        const root = rootOf([{speed: 2.5}, FULL, FULL, FULL]);
        expect(await readCardLink(root, definition, 0.1)).toBeNull();
        expect(await readCardLink(root, definition, null)).toBeNull();
        expect(await readCardLink(root, null, 1)).toBeNull();
    });

    it('is not read of what sleeps, since that would wake it, and unknown where there is none', async () => {
        const root = rootOf([FULL, {speed: 2.5, status: 'suspended'}, FULL, FULL]);
        expect(await readCardLink(root, definition, 0.9)).toBeNull();
        const down = rootOf([FULL, FULL, FULL, FULL].map(() => ({speed: 0, width: 0})));
        expect(await readCardLink(down, definition, 0.9)).toBeNull();
        expect(await readCardLink({...root, sys: '/nowhere'}, definition, 0.9)).toBeNull();
    });
});
