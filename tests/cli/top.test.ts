// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {type LibvirtProgram, SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {testDriver} from '../libvirt/testDriver.js';
import {OnTerminal, Picture} from './terminal.js';

const TOP = 'handover top --host session --interval 1';
const COLUMNS = 100;

/** The line of a machine. */
function lineOf({lines}: Picture, name: string): string | undefined {
    return lines.find(line => line.startsWith(`${name} `));
}

/** Whether a machine is shown with figures. */
function measured(picture: Picture, name: string): boolean {
    return / \d+\.\d +/.test(lineOf(picture, name) ?? '');
}

describe('handover top on a terminal', () => {
    const virsh = new VirshClient();
    const libvirt = new SessionLibvirt();
    let terminal: OnTerminal | undefined;

    const show = (line = TOP, options?: ConstructorParameters<typeof OnTerminal>[1]): OnTerminal =>
        (terminal = new OnTerminal(line, options));

    const daemon = (): LibvirtProgram => (libvirt.pids('virtqemud').length > 0 ? 'virtqemud' : 'libvirtd');

    beforeAll(() => libvirt.start());
    beforeEach(() => (jasmine.DEFAULT_TIMEOUT_INTERVAL = 150_000));
    afterEach(async () => {
        terminal?.stop();
        terminal = undefined;
        await libvirt.continueAll();
        await virsh.removeAll();
        await testDriver.clear();
    });

    it('shows the machines that run, as they come and go, until q is pressed', async () => {
        await virsh.define(new Guest({name: 'web', agent: false}).xml, {start: true});
        await virsh.define(new Guest({name: 'later', agent: false}).xml);
        const screen = show();
        const first = await screen.waitForPicture('figures', picture => measured(picture, 'web'));
        expect(first.alternate).toBeTrue();
        expect(first.cursor).toBeFalse();
        expect(first.lines[0]).toMatch(/^\d\d:\d\d:\d\d {2}1 machine runs, by processor$/);
        expect(first.lines[1]).toMatch(/^\d+ processors?, [<\d]+ % used.* {2}Memory [\d.]+ of [\d.]+ [MG]iB/);
        expect(first.lines[3]).toMatch(
            /^Name +CPU% +Memory +RSS +Read\/s +Write\/s +In\/s +Out\/s +Wait% +Held back by$/,
        );
        expect(lineOf(first, 'web')).toMatch(/^web +\d+\.\d +–\/128M +\d+M /);
        expect(lineOf(first, 'later')).toBeUndefined();
        expect(first.lines.at(-1)).toMatch(/^q Quit /);
        expect(first.lines.length).toBe(24);
        await virsh.run(['start', 'later']);
        await screen.waitForPicture('the second', picture => measured(picture, 'later'));
        await virsh.run(['suspend', 'later']);
        await screen.waitForPicture('its pause', picture => /Paused$/.test(lineOf(picture, 'later') ?? ''));
        await virsh.run(['destroy', 'later']);
        await screen.waitForPicture('its end', picture => lineOf(picture, 'later') === undefined);
        screen.press('q');
        const {code, restored, picture} = await screen.wait();
        expect({code, restored}).toEqual({code: 0, restored: true});
        expect(picture.lines.join('\n')).not.toContain('web');
    });

    for (const [how, end] of Object.entries({
        'Ctrl+C': (screen: OnTerminal) => screen.press('\x03'),
        'Ctrl+\\': (screen: OnTerminal) => screen.press('\x1c'),
        SIGINT: (screen: OnTerminal) => screen.signal('INT'),
        SIGTERM: (screen: OnTerminal) => screen.signal('TERM'),
        SIGHUP: (screen: OnTerminal) => screen.signal('HUP'),
    }))
        it(`gives the terminal back after ${how}`, async () => {
            const screen = show('handover top --host test');
            await screen.waitForPicture('a picture', ({lines}) => lines.length > 3);
            await end(screen);
            const {code, restored} = await screen.wait();
            expect({code, restored}).toEqual({code: 0, restored: true});
        });

    for (const [what, sttys] of Object.entries({
        'a computer that is slow in it': `
            case "$*" in *-icanon*) "$stty" "$@"; exec sleep 1;; *:*) sleep 1;; esac`,
        'a second Ctrl+C, which ends what does it': `
            case "$*" in *:*) [ -e "$0.told" ] || { touch "$0.told"; kill -INT $$; };; esac`,
    }))
        it(`gives the terminal back in spite of ${what}`, async () => {
            const folder = temporaryDirectory('programs');
            const path = GLib.build_filenamev([folder, 'stty']);
            const real = GLib.find_program_in_path('stty')!;
            GLib.file_set_contents(path, `#!/bin/sh\nstty=${real}${sttys}\nexec "$stty" "$@"\n`);
            GLib.chmod(path, 0o755);
            const screen = show('handover top --host test', {
                env: {PATH: `${folder}:${GLib.getenv('PATH')}`},
            });
            await screen.waitForPicture('a picture', ({lines}) => lines.length > 3);
            screen.press('\x03');
            const {code, restored} = await screen.wait();
            expect({code, restored}).toEqual({code: 0, restored: true});
        });

    it('gives the terminal back when it fails, and says why', async () => {
        const screen = show('handover top --host system');
        const {code, restored, picture} = await screen.wait();
        expect({code, restored}).toEqual({code: 6, restored: true});
        expect(picture.lines.join('\n')).toMatch(/handover: .*libvirt/);
    });

    it('gives the terminal back when it fails in the midst of it', async () => {
        await libvirt.signal(daemon(), 'STOP');
        const screen = show('handover top --host session --timeout 6');
        const waiting = await screen.waitForPicture(
            'the wait',
            ({alternate, lines}) => alternate && lines.length > 3,
        );
        expect(waiting.lines).toContain('session: No answer yet');
        const {code, restored, picture} = await screen.wait();
        expect({code, restored}).toEqual({code: 7, restored: true});
        expect(picture.lines.join('\n')).toMatch(/^handover: /m);
    });

    it('is not ended by what was typed before it had the terminal', async () => {
        const screen = show('sleep 1; handover top --host test');
        screen.press('\x04\x04');
        await screen.waitForPicture('a picture', ({lines}) => lines.length > 3);
        screen.press('q');
        expect(await screen.wait()).toEqual(jasmine.objectContaining({code: 0, restored: true}));
    });

    it('ends with its terminal', async () => {
        const screen = show('handover top --host test');
        await screen.waitForPicture('a picture', ({lines}) => lines.length > 3);
        const pid = await screen.pid();
        screen.stop();
        const ended = await waitFor('its end', () => !GLib.file_test(`/proc/${pid}`, GLib.FileTest.EXISTS));
        expect(ended).toBeTrue();
    });

    it('says which host cannot be reached, and shows the others', async () => {
        await virsh.define(new Guest({name: 'web', agent: false}).xml, {start: true});
        const screen = show('handover top --interval 1');
        const {lines} = await screen.waitForPicture(
            'figures, and that the system has no libvirt here',
            picture => measured(picture, 'web') && /^system: .+\. /.test(picture.lines[2] ?? ''),
        );
        expect(lines[2]).toMatch(/^system: .+\. /);
        expect(lines[4]).toMatch(/ Host$/);
        expect(lines[5]).toMatch(/^web .+ session$/);
    });

    it('gives the terminal to the shell at Ctrl+Z, and comes back', async () => {
        const screen = show('set -m; handover top --host test; echo "stopped $?"; stty -g; fg');
        await screen.waitForPicture('a picture', ({lines}) => lines.length > 3);
        screen.press('\x1a');
        const words = 'stopped 148';
        const sent = await waitFor('the shell', () => screen.sent.includes(words) && screen.sent);
        const {alternate, cursor, wraps} = new Picture(sent.slice(0, sent.indexOf(words)));
        expect({alternate, cursor, wraps}).toEqual({alternate: false, cursor: true, wraps: true});
        await screen.waitForPicture('it again', ({alternate, lines}) => alternate && lines.length > 3);
        screen.press('q');
        const {code, restored, picture} = await screen.wait();
        expect({code, restored}).toEqual({code: 0, restored: true});
        // The shell had it as it was before, too.
        const [settings] = picture.lines;
        expect(picture.lines.filter(line => line === settings).length).toBe(3);
    });

    it('sorts by what is asked for', async () => {
        for (const name of ['one', 'two']) {
            const path = await testDriver.define(name);
            await testDriver.flagged(path, 'Create');
        }
        const screen = show('handover top --host test --interval 1');
        await screen.waitForPicture('the machines', picture => lineOf(picture, 'two') !== undefined);
        for (const [key, words] of [
            ['m', 'by memory'],
            ['D', 'by disk'],
            ['n', 'by network'],
            ['\x1b[A\x1bOPc', 'by processor'],
        ] as const) {
            screen.press(key);
            const picture = await screen.waitForPicture(
                words,
                ({lines}) => lines[0]?.endsWith(words) === true,
            );
            expect(picture.alternate).toBeTrue();
        }
    });

    it('follows the size of the terminal', async () => {
        for (const at of Array.from({length: 9}, (_none, index) => index)) {
            const path = await testDriver.define(`${'n'.repeat(60)}${at}`);
            await testDriver.flagged(path, 'Create');
        }
        const screen = show('handover top --host test --interval 1', {columns: COLUMNS});
        const wide = await screen.waitForPicture('all', picture => picture.lines.length === 24);
        expect(Math.max(...wide.lines.map(line => line.length))).toBeLessThanOrEqual(COLUMNS);
        expect(wide.lines.join('\n')).toContain('RSS');
        await screen.resize(50, 10);
        const narrow = await screen.waitForPicture('a smaller picture', ({lines}) => lines.length === 10);
        expect(Math.max(...narrow.lines.map(line => line.length))).toBeLessThanOrEqual(50);
        expect(narrow.lines.join('\n')).not.toContain('RSS');
        expect(narrow.lines[3]).toMatch(/^Name +CPU% /);
        expect(narrow.lines[4]).toMatch(/^n+…? /);
        expect(narrow.lines.at(-1)).toMatch(/^\d more {2}q Quit/);
        await screen.resize(20, 3);
        await screen.waitForPicture('a tiny picture', ({lines}) => lines.length <= 3);
        await screen.resize(COLUMNS, 24);
        await screen.waitForPicture('all again', ({lines}) => lines.length === 24);
    });

    it('says that libvirt does not answer, and shows no stale figures', async () => {
        await virsh.define(new Guest({name: 'web', agent: false}).xml, {start: true});
        const screen = show();
        await screen.waitForPicture('figures', picture => measured(picture, 'web'));
        await libvirt.signal(daemon(), 'STOP');
        const silent = /^web +– +–/;
        await screen.waitForPicture('silence', picture => silent.test(lineOf(picture, 'web') ?? ''));
        await screen.waitForPicture('words', ({lines}) =>
            lines.some(line => line.startsWith('session: No answer')),
        );
        await libvirt.signal(daemon(), 'CONT');
        await screen.waitForPicture(
            'figures again',
            picture => measured(picture, 'web') && !picture.lines.some(line => line.startsWith('session:')),
            30_000,
        );
        screen.press('q');
        expect(await screen.wait()).toEqual(jasmine.objectContaining({code: 0, restored: true}));
    });

    it('stays whole whatever machines are called', async () => {
        const names = ['a\u00852Jb', 'c\u202ed', '机器🖥️'.repeat(20), 'مكتب', 'tab\there', 'x\u009b31m'];
        for (const name of names) await testDriver.flagged(await testDriver.define(name), 'Create');
        const screen = show('handover top --host test --interval 1');
        const picture = await screen.waitForPicture('all', ({lines}) =>
            ['a\\x852Jb ', '机器', 'x\\x9b31m'].every(name => lines.some(line => line.startsWith(name))),
        );
        expect(screen.sent).not.toMatch(/[\u0080-\u009f\u202e]/);
        expect(picture.lines).toContain(jasmine.stringMatching(/^a\\x852Jb /) as never);
        const wide = picture.lines.find(line => line.startsWith('机器'))!;
        expect(wide).toContain('…');
        // Every line has its last column where the headings have theirs.
        expect(screen.sent).toMatch(/机器[^\n]*…\x1b\[\d+G/);
        screen.press('q');
        expect((await screen.wait()).restored).toBeTrue();
    });
});
