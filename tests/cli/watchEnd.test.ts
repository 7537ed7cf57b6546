// SPDX-License-Identifier: GPL-3.0-or-later
import {pause} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';

const TERM = 15;

describe('handover watch', () => {
    it('ends well after GJS has collected its garbage', async () => {
        await new SessionLibvirt().start();
        const programs = Array.from(
            {length: 8},
            () => new RunningProgram(['handover', 'watch', '--json', '--host', 'session']),
        );
        // The first collection comes some ten seconds after the start.
        await pause(12_000);
        for (const program of programs) program.signal(TERM);
        const codes = await Promise.all(programs.map(program => program.wait()));
        expect(codes).toEqual(programs.map(() => 0));
    }, 40_000);
});
