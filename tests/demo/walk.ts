// SPDX-License-Identifier: GPL-3.0-or-later
import {APP_ID} from '../../shared/names.js';
import {find, press, waitForApplication, waitForNode, type Node} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {RunningProgram, runProgram} from '../harness/program.js';
import {VirshClient} from '../harness/virshClient.js';
import {Panel} from '../shell/panel.js';
import type {Transcript} from './transcript.js';

const ALPINE = 'Alpine appliance';

/** The steps of the main job, each seen to have worked before the next. */
export class Walk {
    readonly #virsh = new VirshClient('qemu:///session');
    readonly #alpine = new Guest({name: 'alpine', title: ALPINE});
    readonly #build = new Guest({name: 'build-server', title: 'Build server'});

    /**
     * @param panel the Shell with the extension
     * @param settings variables that let the app share the Shell's settings
     */
    constructor(
        readonly panel: Panel,
        readonly transcript: Transcript,
        readonly settings: Record<string, string>,
    ) {}

    async run(): Promise<void> {
        try {
            await this.#define();
            const app = await this.#openApp();
            await this.#startFromPanel(app.root);
            await this.#stopFromApp(app.root);
            await this.#commandLine();
            await this.#key();
            // Nobody looks at the machines in the app any more, so the panel tells of them.
            await app.program.stop();
            this.transcript.say('the app was closed');
            await this.#crash();
        } finally {
            await this.#virsh.removeAll();
        }
    }

    async #define(): Promise<void> {
        await this.#virsh.define(this.#alpine.xml);
        await this.#virsh.define(this.#build.xml);
        this.transcript.say(
            'libvirt has two machines in qemu:///session; none runs, as the icon in the top bar says',
        );
        await this.#iconIs('idle');
        await this.#picture('top-bar');
    }

    async #openApp(): Promise<{program: RunningProgram; root: Node}> {
        const program = new RunningProgram(['handover-app'], {env: this.settings});
        const root = await waitForApplication(APP_ID);
        await waitForNode(root, {name: new RegExp(`^(alpine|${ALPINE})$`), role: 'list item'});
        this.transcript.say('the app shows the machines');
        // As the panel's “Open in Handover” does.
        await runProgram(['gapplication', 'action', APP_ID, 'show-machine', "'session/alpine'"]);
        await waitForNode(root, {name: /^Start/, role: /button/});
        await this.#picture('app');
        return {program, root};
    }

    async #startFromPanel(root: Node): Promise<void> {
        await this.panel.open();
        await this.panel.waitForState(ALPINE, 'Off');
        await this.#picture('menu');
        await this.panel.shell.clickActor(Panel.button(Panel.row(ALPINE), '\u2068Start'));
        await this.panel.waitForState(ALPINE, 'Running', 20_000);
        this.transcript.say('alpine was started with a click in the top bar');
        await this.#picture('started-from-panel');
        await this.panel.close();
        await waitForNode(root, {name: /^Shut down/, role: /button/});
        this.transcript.say('the app followed: its button says “Shut down”');
        await this.#alpine.waitUntilReady();
        this.transcript.say('the guest is up');
        await this.#picture('app-follows');
    }

    async #stopFromApp(root: Node): Promise<void> {
        press(await waitForNode(root, {name: /^Shut down/, role: /button/}));
        await this.#stateIs('alpine', 'shut off');
        this.transcript.say('alpine was shut down with the app’s button');
        await this.panel.open();
        await this.panel.waitForState(ALPINE, 'Off');
        this.transcript.say('the panel followed');
        await this.panel.close();
        await waitFor('Start in the app', () => find(root, {name: /^Start/, role: /button/}));
        await this.#picture('stopped-from-app');
    }

    async #commandLine(): Promise<void> {
        await this.#handover('list');
        await this.#handover('start', 'build-server');
        await this.#iconIs('running');
        this.transcript.say('the indicator shows that a machine runs');
        await this.#build.waitUntilReady();
        this.transcript.say('its guest is up');
    }

    async #handover(...words: string[]): Promise<void> {
        const {code, out, err} = await runProgram(['handover', ...words], {
            env: this.settings,
            timeout: 60_000,
        });
        this.transcript.say(`$ handover ${words.join(' ')}`);
        for (const line of out.split('\n')) if (line !== '') this.transcript.say(`  ${line}`);
        if (code !== 0) throw new Error(`exit code ${code}: ${err}`);
    }

    async #key(): Promise<void> {
        await this.panel.shell.pressKeys('Super_L', 'Alt_L', 'v');
        await this.#stateIs('alpine', 'running');
        this.transcript.say('the key Super+Alt+V started the chosen machine, alpine');
        await this.#alpine.waitUntilReady();
        this.transcript.say('its guest is up');
    }

    async #crash(): Promise<void> {
        const {shell} = this.panel;
        await shell.dismissNotifications();
        await this.#virsh.run(['inject-nmi', '--', 'build-server']);
        const told = await waitFor(
            'notification of the crash',
            async () => (await shell.notifications()).find(({title}) => title.includes('crashed')),
            {within: 30_000},
        );
        const actions = told.actions.map(label => `“${label}”`).join(', ');
        this.transcript.say(`build-server panicked, and a notification says so, with ${actions}`);
        await this.#iconIs('attention');
        await this.#picture('crashed');
        await this.panel.open();
        await this.#picture('menu-after-crash');
        await this.panel.close();
        await shell.eval(
            `Main.messageTray.getSources().flatMap(source => source.notifications)
                .find(({title}) => title.includes('crashed')).actions[0].activate(); null`,
        );
        await this.#stateIs('build-server', 'running');
        this.transcript.say('its “Start again” started build-server again');
    }

    async #stateIs(name: string, state: string): Promise<void> {
        await waitFor(`${name} ${state}`, async () => (await this.#virsh.state(name)).state === state, {
            within: 30_000,
        });
    }

    async #iconIs(state: string): Promise<void> {
        await waitFor(`icon ${state}`, async () => (await this.panel.icon()) === state);
    }

    #picture(name: string): Promise<void> {
        return this.transcript.picture(this.panel.shell, name);
    }
}
