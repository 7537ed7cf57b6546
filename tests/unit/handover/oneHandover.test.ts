// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';

import {HandoverBusy} from '../../../shared/gpu/handover/handoverErrors.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {AMD, AMD_HOME, AMD_LENT, amdLab, BY, expectHome, refusalOf, rejection} from './labs.js';

describe('A handover', () => {
    it('can be called off while it waits for holders, and goes back', async () => {
        const lab = amdLab();
        const cancellable = new Gio.Cancellable();
        lab.fake.kernel.misbehave({
            action: /^override .*1 vfio/,
            times: 1,
            after: () => {
                lab.fake.use(lab.fake.processes.start({comm: 'blender'}), '/dev/dri/renderD129');
                lab.fake.clock.after(700, () => cancellable.cancel());
            },
        });
        const error = await rejection(lab.desk.take(AMD, {...BY, cancellable}));

        expect(error).toBeInstanceOf(CancelledError);
        expectHome(lab, '0000:03:00', AMD_HOME);
        expect(lab.journal.at(-1)?.result).toBe('cancelled');
    });

    it('is one at a time: who comes second is told which card is being moved', async () => {
        const lab = amdLab();
        const first = lab.desk.take(AMD, BY);
        const error = await rejection(lab.desk.take(AMD, BY));
        const other = await rejection(lab.desk.giveBack(AMD, BY));
        await first;

        expect(error).toBeInstanceOf(HandoverBusy);
        expect(error).toEqual(jasmine.objectContaining({address: AMD}));
        expect(other).toBeInstanceOf(HandoverBusy);
        expect(lab.bindings('0000:03:00')).toEqual(AMD_LENT);
        expect(lab.desk.busyWith).toBeNull();
    });

    it('is not begun when its record cannot be written', async () => {
        const lab = amdLab();
        lab.store.full = true;
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({step: 'record', restored: true}));
        expect(lab.bindings('0000:03:00')).toEqual(AMD_HOME);
        expect(lab.fake.kernel.log).toEqual([]);
    });

    it('goes back when its record cannot be kept up', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^unbind amdgpu/, after: () => (lab.store.full = true)});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(jasmine.objectContaining({restored: true}));
        expect(lab.bindings('0000:03:00')).toEqual(AMD_HOME);
        expect(lab.overrides('0000:03:00')).toEqual({});
    });

    it('tells of each step as it begins, and leaves a line in the journal', async () => {
        const lab = amdLab();
        await lab.desk.take(AMD, BY);

        expect(lab.steps).toEqual([
            'take prepare',
            'take override',
            'take holders',
            'take unbind',
            'take bind',
            'take verify',
            'take keep',
        ]);
        expect(lab.journal).toEqual([
            jasmine.objectContaining({
                address: AMD,
                direction: 'take',
                by: 'uid 1000',
                result: 'done',
                problem: null,
            }),
        ]);
    });

    it('says that it went back when taking failed and going back failed, too', async () => {
        const lab = amdLab();
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.1 vfio-pci/, fail: 'refused'});
        lab.fake.kernel.misbehave({action: /^probing 0000:03:00.0 amdgpu/, fail: 'refused'});
        const error = await rejection(lab.desk.take(AMD, BY));

        expect(error).toEqual(
            jasmine.objectContaining({
                direction: 'take',
                step: 'verify',
                restored: false,
                standing: [
                    {address: '0000:03:00.0', present: true, driver: null},
                    {address: '0000:03:00.1', present: true, driver: 'snd_hda_intel'},
                ],
            }),
        );
        expect(lab.store.only?.phase).toBe('failed');
        expect((await refusalOf(lab.desk.take(AMD, BY))).kind).toBe('unfinished');
    });
});
