// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {type CloseOptions, closeHolders} from '../../../shared/lending/closeHolders.js';
import type {HolderApp} from '../../../shared/lending/holderApps.js';
import {CancelledError} from '../../../shared/platform/errors.js';
import {waitFor} from '../../harness/deadline.js';
import {RunningProgram} from '../../harness/program.js';

/** A process as a report of holders names it. */
function appOf({pid}: RunningProgram, more: Partial<HolderApp> = {}): HolderApp {
    const stat = new TextDecoder().decode(GLib.file_get_contents(`/proc/${pid}/stat`)[1]);
    const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return {pid, startTicks, name: 'app', user: 'tester', own: true, desktopId: null, ...more};
}

/** A program that ignores SIGTERM. */
async function stubborn(): Promise<RunningProgram> {
    const program = new RunningProgram(['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done']);
    await waitFor('its trap', () => program.log().includes('ready'));
    return program;
}

const QUITTER = `
const {Gio, GLib} = imports.gi;
const app = new Gio.Application({application_id: 'io.github.handover.Test-Quitter'});
const quit = new Gio.SimpleAction({name: 'quit'});
quit.connect('activate', () => { print('asked'); app.quit(); });
app.add_action(quit);
app.connect('activate', () => { app.hold(); print('ready'); });
app.run([]);
`;

describe('Closing what holds a card', () => {
    const programs: RunningProgram[] = [];
    let cancellable: Gio.Cancellable;
    beforeEach(() => (cancellable = new Gio.Cancellable()));
    afterEach(async () => {
        for (const program of programs.splice(0)) {
            if (program.running) program.signal(9);
            await program.wait(3000);
        }
    });

    const add = (program: RunningProgram): RunningProgram => {
        programs.push(program);
        return program;
    };
    const sleeper = () => add(new RunningProgram(['sleep', '60']));
    const close = (apps: HolderApp[], options: Partial<CloseOptions> = {}) =>
        closeHolders(apps, {force: false, patienceMs: 300, ...options}, {cancellable});

    it('ends a program that has no other way with SIGTERM, and waits for its end', async () => {
        const program = sleeper();
        const app = appOf(program);
        await close([app]);
        expect(await program.wait(1000)).toBe(128 + 15);
    });

    it('asks an application to quit as its menu would', async () => {
        const program = add(new RunningProgram(['gjs', '-c', QUITTER]));
        await waitFor('the application', () => program.log().includes('ready'));
        const desktopId = 'io.github.handover.Test-Quitter.desktop';
        await close([appOf(program, {desktopId})], {patienceMs: 3000});
        expect(program.log()).toContain('asked');
        expect(await program.wait(1000)).toBe(0);
    });

    it('asks by the way it was given first', async () => {
        const program = sleeper();
        const signals: string[] = [];
        await close([appOf(program, {desktopId: 'org.example.App.desktop'})], {
            apps: {
                ask: () => {
                    program.signal(2);
                    return Promise.resolve(true);
                },
            },
            signal: (_pid, signal) => Promise.resolve(void signals.push(signal)),
        });
        expect(signals).toEqual([]);
        expect(program.running).toBeFalse();
    });

    it('goes on to SIGTERM when the application stays, and starts none that does not run', async () => {
        const program = sleeper();
        await close([appOf(program, {desktopId: 'org.example.App.desktop'})], {
            apps: {ask: () => Promise.resolve(true)},
        });
        expect(await program.wait(1000)).toBe(128 + 15);
    });

    it('kills nothing without a second word', async () => {
        const program = add(await stubborn());
        const app = appOf(program);
        await close([app]);
        expect(program.running).toBeTrue();
        await close([app], {force: true});
        expect(await program.wait(1000)).toBe(128 + 9);
    });

    it('touches no program of others', async () => {
        const program = sleeper();
        await close([appOf(program, {own: false})], {force: true});
        expect(program.running).toBeTrue();
    });

    it('touches no process that has got the number of one that has ended', async () => {
        const program = sleeper();
        const app = appOf(program);
        await close([{...app, startTicks: app.startTicks - 1}], {force: true});
        expect(program.running).toBeTrue();
    });

    it('looks at the number again before each signal', async () => {
        const program = sleeper();
        const app = appOf(program);
        const signals: string[] = [];
        // It ends by itself while it is asked.
        await close([{...app, desktopId: 'org.example.App.desktop'}], {
            apps: {
                ask: async () => {
                    program.signal(9);
                    await program.wait(1000);
                    return false;
                },
            },
            signal: (_pid, signal) => Promise.resolve(void signals.push(signal)),
        });
        expect(signals).toEqual([]);
    });

    it('closes several at the same time', async () => {
        const apps = [sleeper(), sleeper(), sleeper()].map(program => appOf(program));
        await close(apps);
        expect(programs.every(({running}) => !running)).toBeTrue();
    });

    it('can be called off while it waits', async () => {
        const program = add(await stubborn());
        const closing = close([appOf(program)], {force: true, patienceMs: 60_000});
        setTimeout(() => cancellable.cancel(), 100);
        await expectAsync(closing).toBeRejectedWithError(CancelledError);
        expect(program.running).toBeTrue();
    });
});
