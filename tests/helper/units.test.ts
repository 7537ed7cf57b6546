// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

/** The lines of a unit of systemd's, as it is installed but for the names. */
function unit(name: string): string[] {
    const [, bytes] = GLib.file_get_contents(`/src/data/helper/${name}.in`);
    return new TextDecoder().decode(bytes).split('\n');
}

describe('helper: its units', () => {
    it('limits what the helper can use up', () => {
        const lines = unit('handover-helper.service');
        expect(lines).toContain('MemoryMax=512M');
        expect(lines).toContain('TasksMax=128');
    });

    it('has the return at a machine’s end tried again, some times', () => {
        const lines = unit('handover-return@.service');
        expect(lines.find(line => line.startsWith('ExecStart='))).toMatch(/ ReturnAfterEnd s %i$/);
        for (const line of [
            'Restart=on-failure',
            'RestartSec=30',
            'StartLimitBurst=10',
            'StartLimitIntervalSec=600',
        ])
            expect(lines).toContain(line);
    });
});
