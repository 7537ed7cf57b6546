// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {BusTraffic} from '../bench/busTraffic.js';
import {waitForNode} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {AppProgram} from './appProgram.js';
import {GRAPH, GraphsPage, says, TICKS_MS} from './graphsPage.js';
import {richXml, testMachines} from './testMachines.js';

/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;
/** What was under way when a page was left, animations and scroll bars among it, ends before the last of them. */
const MOST_LOOKS = 4;
const ALL = new GLib.Variant('(u)', [0]);

describe('the graphs of a machine, where nobody sees them or there is nothing to see', () => {
    let page: GraphsPage;

    beforeAll(async () => {
        page = await GraphsPage.start();
    }, 90_000);
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => page.stop());

    /** How many frames the app has drawn so far, as GDK tells. */
    const frames = (app: AppProgram): number => app.program.log().split('paint_start=').length - 1;

    /**
     * Expects that nothing is asked of libvirt, and nothing drawn, for the time of some ticks.
     *
     * What was under way when the page was left, in the app or in the compositor, may come to its end before that.
     */
    async function expectRest(app: AppProgram, how: string): Promise<void> {
        const traffic = await BusTraffic.toLibvirt();
        let calls = 0;
        let drawn = 0;
        for (let look = 0; look === 0 || (calls + drawn > 0 && look < MOST_LOOKS); look++) {
            const before = {calls: traffic.calls(), frames: frames(app)};
            await pause(TICKS_MS);
            calls = traffic.calls() - before.calls;
            drawn = frames(app) - before.frames;
        }
        expect(calls).withContext(`${how}: calls`).toBe(0);
        expect(drawn).withContext(`${how}: frames`).toBe(0);
        // A monitor that hears nothing would count zero as well.
        const heard = traffic.calls();
        await callBus(['org.libvirt', '/org/libvirt/QEMU', 'org.libvirt.Connect'], 'ListDomains', ALL);
        await waitFor('the monitor to hear a call', () => traffic.calls() > heard);
        await traffic.stop();
    }

    /** Expects that libvirt is asked again. */
    async function expectCalls(): Promise<void> {
        const traffic = await BusTraffic.toLibvirt();
        await waitFor('a question', () => traffic.calls() > 0);
        await traffic.stop();
    }

    it('ask and draw nothing while nobody can see them', async () => {
        const other = new Guest({name: 'other'});
        await page.virsh.define(other.xml, {start: true});
        const app = await page.open();
        await says(app, 'CPU', /\d %/);
        // What one machine's page began does not go on behind another's.
        for (const name of ['other', 'graphs', 'other', 'graphs']) {
            await app.activate('show-machine', new GLib.Variant('s', `session/${name}`));
            await app.see({name: 'CPU', role: GRAPH});
        }
        await expectCalls();

        await app.press('Log', /tab|button/);
        await expectRest(app, 'another page of the machine');
        await app.press('Overview', /tab|button/);
        await says(app, 'CPU', /\d %/);
        await expectCalls();

        await app.activate('show-card', new GLib.Variant('s', ''));
        await app.see({name: 'No graphics card'});
        await pause(STILL_MS);
        await expectRest(app, 'the page of the cards');

        await app.activate('show-machine', new GLib.Variant('s', 'session/graphs'));
        await says(app, 'CPU', /\d %/);
        await page.shell.eval('global.get_window_actors().at(-1).meta_window.minimize()');
        await expectRest(app, 'a window that is minimized');
        await page.shell.eval(`(() => {
            const [window] = global.get_window_actors(false).map(actor => actor.meta_window);
            window.activate(global.get_current_time());
        })()`);
        await expectCalls();
        await says(app, 'CPU', /\d %/);

        await app.resize(360, 640);
        await pause(STILL_MS);
        await page.shell.pressKeys('Alt_L', 'Left');
        await app.see({name: 'graphs', role: 'list item'});
        await expectRest(app, 'the list of a narrow window');
        expect(await app.stop()).toEqual([]);
        await page.virsh.run(['destroy', 'other']);
    }, 150_000);

    it('are none of a machine without figures, which are not asked for again and again', async () => {
        await testMachines.clear();
        await testMachines.define(richXml('silent'));
        await testMachines.call('silent', 'Create');
        const app = await AppProgram.start(page.shell, {env: {GDK_DEBUG: 'frames'}});
        await app.choose('silent');
        await app.see({name: 'libvirt tells no figures of this machine.', role: 'label'});
        expect(app.find({role: GRAPH, name: 'CPU'})).toBeUndefined();
        await expectRest(app, 'a machine without figures');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('go when it stops, and how long its start took stays', async () => {
        const app = await page.open();
        await app.see({name: 'CPU', role: GRAPH});
        await page.virsh.run(['destroy', 'graphs']);
        await app.see({name: 'Start', role: 'button'});
        await waitFor('no graph', () => !app.find({role: GRAPH, name: 'CPU'}));
        await waitFor('no heading of them', () => !app.find({name: 'Activity', role: 'heading'}));
        await expectRest(app, 'a machine that is off');
        await app.press('Start', 'button');
        await app.see({name: 'CPU', role: GRAPH});
        const took = {name: /^Guest agent after/, role: 'label', showing: false};
        await waitForNode(app.root, took, {within: 60_000});
        await page.virsh.run(['destroy', 'graphs']);
        await app.see({name: 'Start', role: 'button'});
        await waitForNode(app.root, took);
        await app.picture('graphs-off');
        expect(await app.stop()).toEqual([]);
    }, 120_000);
});
