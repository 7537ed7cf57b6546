// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {APP_ID, EXTENSION_UUID, VERSION} from '../../shared/names.js';
import {waitFor} from '../harness/deadline.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {runProgram, type Outcome} from '../harness/program.js';
import {temporaryDirectory} from '../harness/temporary.js';

/** A desktop of this user's own: what is installed must not be the build of the other tests. */
const home = temporaryDirectory('home');
const checkout = GLib.build_filenamev([home, 'checkout']);
const programs = GLib.build_filenamev([home, 'programs']);
const settings = {HOME: home, GSETTINGS_BACKEND: 'keyfile', XDG_DATA_DIRS: undefined};
const env = {...settings, PATH: `${programs}:/usr/bin:/bin:/usr/sbin`, LC_ALL: 'C.UTF-8'};

function sh(script: string): Promise<Outcome> {
    return runProgram(['sh', '-c', script], {env, cwd: home, timeout: 60_000});
}

function tool(name: string, ...args: string[]): Promise<Outcome> {
    return runProgram(['node', `tools/${name}.mjs`, ...args], {env, cwd: checkout, timeout: 90_000});
}

/** Everything in the home that is not the Shell's own. */
async function files(): Promise<string> {
    const {out} = await sh(
        'find . -path ./checkout -prune -o -path ./programs -prune -o -path "*/gnome-shell/*" ! -path "*/extensions/*" ' +
            '-prune -o -path ./.cache -prune -o -path ./.config -prune -o -type f -print | sort',
    );
    return out;
}

describe('npm start and npm run uninstall on a desktop', () => {
    let shell: HeadlessShell;
    let before: string;

    beforeAll(async () => {
        await sh(`mkdir checkout programs && cd /src && find . -mindepth 1 -maxdepth 1 ! -name build ! -name .git \\
            ! -name node_modules -exec cp -a -t "${checkout}" {} + && ln -s /src/node_modules "${checkout}"`);
        shell = await HeadlessShell.start({env: settings});
        before = await files();
    }, 150_000);

    afterAll(() => shell.stop());

    it('says what is missing, with the command that installs it', async () => {
        const {code, err} = await tool('start', '--no-open');
        expect(code).not.toBe(0);
        expect(err).toContain('Missing: npm.');
        expect(err).toContain('sudo apt install npm');
        expect(await files()).toBe(before);
    }, 150_000);

    it('installs for this user and opens the app', async () => {
        // The packages are there already, so that npm itself has nothing to do.
        await sh('printf "#!/bin/sh\\nexit 1\\n" >programs/npm; chmod +x programs/npm');
        const {code, err} = await tool('start');
        expect(err).toContain('Handover is installed.');
        expect(err).toContain('Log out and in again');
        expect(code).toBe(0);
        await waitFor(
            'the app',
            async () => {
                const {out} = await sh(`gdbus call --session -d org.freedesktop.DBus -o / -m \\
                org.freedesktop.DBus.NameHasOwner ${APP_ID}`);
                return out.includes('true');
            },
            {within: 15_000},
        );
        const version = await sh('.local/bin/handover --version');
        expect(version.out).toContain(VERSION);
    }, 150_000);

    it('has its extension in the top bar after the next log-in', async () => {
        await shell.stop();
        shell = await HeadlessShell.start({env: settings});
        await shell.waitFor(`Main.extensionManager.lookup('${EXTENSION_UUID}')?.state === 1`);
        const path = await shell.eval<string>(`Main.extensionManager.lookup('${EXTENSION_UUID}').path`);
        expect(path).toContain(home);
    }, 150_000);

    it('may be run again', async () => {
        const installed = await files();
        const {code} = await tool('start', '--no-open');
        expect(code).toBe(0);
        expect(await files()).toBe(installed);
    }, 150_000);

    it('takes all of it out again', async () => {
        const {code, out} = await tool('uninstall');
        expect(out).toMatch(/^Handover is uninstalled: \d+ files removed\.$/m);
        expect(code).toBe(0);
        expect(await files()).toBe(before);
        await shell.waitFor(`Main.extensionManager.lookup('${EXTENSION_UUID}')?.state !== 1`);
        const again = await tool('uninstall');
        expect(again.out).toBe('Handover is not installed for this user.\n');
    }, 150_000);
});
