// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {FixLog} from '../../../shared/health/doctor/fixLog.js';
import {StateFileError} from '../../../shared/platform/stateFile.js';
import {temporaryDirectory} from '../../harness/temporary.js';

const RULE = {kind: 'install-rule', card: '0000:03:00.0'} as const;
const OTHER = {kind: 'install-rule', card: '0000:04:00.0'} as const;

describe('What was done about findings', () => {
    const newPath = (): string => `${temporaryDirectory('fixes')}/deeper/fixes.json`;

    it('is remembered by whoever looks next, the last first, until it is undone', async () => {
        const path = newPath();
        const log = new FixLog(path);
        expect(await log.done('sound')).toEqual([]);
        await log.note('sound', RULE);
        await log.note('sound', OTHER);
        await log.note('guard', {kind: 'install-guard'});
        expect(await new FixLog(path).done('sound')).toEqual([OTHER, RULE]);
        await log.note('sound', {kind: 'remove-rule', card: OTHER.card});
        expect(await log.done('sound')).toEqual([RULE]);
        expect(await log.done('guard')).toEqual([{kind: 'install-guard'}]);
        await log.note('sound', {kind: 'remove-rule', card: RULE.card});
        expect(await log.done('sound')).toEqual([]);
    });

    it('is remembered once, however often it was done', async () => {
        const log = new FixLog(newPath());
        for (const action of [RULE, OTHER, RULE]) await log.note('sound', action);
        expect(await log.done('sound')).toEqual([RULE, OTHER]);
    });

    it('is all remembered when several programs note it in the same moment', async () => {
        const path = newPath();
        GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o700);
        // As it was written before: what is noted from now on stands beside it.
        GLib.file_set_contents(path, `{"guard":[{"kind":"install-guard"}]}\n`);
        const cards = Array.from({length: 8}, (_none, at) => `0000:0${at}:00.0`);
        await Promise.all(cards.map(card => new FixLog(path).note('sound', {kind: 'install-rule', card})));
        expect((await new FixLog(path).done('sound')).map(action => 'card' in action && action.card)).toEqual(
            jasmine.arrayWithExactContents(cards),
        );
        expect(await new FixLog(path).done('guard')).toEqual([{kind: 'install-guard'}]);
    });

    it('is nobody else’s to read', async () => {
        const path = newPath();
        await new FixLog(path).note('sound', RULE);
        for (const [place, mode] of [
            [path, 0o600],
            [GLib.path_get_dirname(path), 0o700],
        ] as const) {
            const [, out] = GLib.spawn_command_line_sync(`stat -c %a ${place}`);
            expect(new TextDecoder().decode(out!).trim()).toBe(mode.toString(8));
        }
    });

    it('is nothing where the file says nothing that we know', async () => {
        const path = newPath();
        const log = new FixLog(path);
        await log.note('sound', RULE);
        for (const text of ['', '{', 'null', '[1]', '{"sound": 1}', '{"sound": [null, {"kind": "reboot"}]}'])
            expect(await (GLib.file_set_contents(path, text), log.done('sound')))
                .withContext(text)
                .toEqual([]);
        const path2 =
            '{"sound": [{"kind": "take", "card": "../../etc"}, {"kind": "take", "card": "0000:03:00.0"}]}';
        GLib.file_set_contents(path, path2);
        expect(await log.done('sound')).toEqual([{kind: 'take', card: '0000:03:00.0'}]);
    });

    it('says so where it cannot be kept', async () => {
        const log = new FixLog('/proc/nowhere/fixes.json');
        await expectAsync(log.note('sound', RULE)).toBeRejectedWithError(StateFileError);
        const folder = temporaryDirectory('fixes');
        await expectAsync(new FixLog(folder).done('sound')).toBeRejectedWithError(StateFileError);
    });
});
