// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import {SETTINGS_SCHEMA} from '../../shared/names.js';
import {Preferences} from '../../shared/settings/preferences.js';
import {runProgram} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

describe('Preferences', () => {
    let preferences: Preferences;

    beforeAll(async () => {
        const folder = temporaryDirectory('schemas');
        const {err} = await runProgram([
            'glib-compile-schemas',
            '--strict',
            `--targetdir=${folder}`,
            '/src/schemas',
        ]);
        expect(err).toBe('');
        const source = Gio.SettingsSchemaSource.new_from_directory(folder, null, false);
        const schema = source.lookup(SETTINGS_SCHEMA, false)!;
        const backend = Gio.memory_settings_backend_new();
        preferences = new Preferences(new Gio.Settings({settingsSchema: schema, backend}));
    });

    it('have the defaults of the schema', () => {
        expect(preferences.hosts).toEqual(['system', 'session']);
        expect([preferences.chosenMachine, preferences.pinnedMachines]).toEqual(['', []]);
        expect([
            preferences.shutdownDeadlineMs,
            preferences.notifications,
            preferences.quickSettingsToggle,
        ]).toEqual([60_000, true, false]);
    });

    it('remember what is pinned, chosen and used', () => {
        preferences.setPinned('system/a', true);
        preferences.setPinned('session/b', true);
        preferences.setPinned('system/a', true);
        expect(preferences.pinnedMachines).toEqual(['session/b', 'system/a']);
        expect([preferences.isPinned('system/a'), preferences.isPinned('x')]).toEqual([true, false]);
        preferences.setPinned('system/a', false);
        expect(preferences.pinnedMachines).toEqual(['session/b']);
        for (const key of ['a', 'b', 'c', 'd', 'e', 'f', 'b', 'b']) preferences.noteUse(key);
        expect(preferences.recentMachines).toEqual(['b', 'f', 'e', 'd', 'c']);
        preferences.chosenMachine = 'system/🦊 "x"';
        expect(preferences.chosenMachine).toBe('system/🦊 "x"');
    });

    it('turn a connection on and off in its place, and keep what they do not know', () => {
        preferences.hosts = ['future', 'session'];
        preferences.setHost('session', true);
        expect(preferences.hosts).toEqual(['future', 'session']);
        preferences.setHost('system', true);
        expect(preferences.hosts).toEqual(['system', 'session', 'future']);
        preferences.setHost('session', false);
        expect(preferences.hosts).toEqual(['system', 'future']);
    });

    it('tell of changes until told not to', () => {
        let told = 0;
        const end = preferences.onChanged('hosts', () => told++);
        preferences.hosts = ['test'];
        expect(preferences.hosts).toEqual(['test']);
        end();
        preferences.hosts = ['session'];
        expect(told).toBe(1);
    });
});
