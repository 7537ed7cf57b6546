// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';
import type GObject from 'gi://GObject';

import {BusTraffic} from '../bench/busTraffic.js';
import {FakePciTree} from '../fakes/fakePciTree.js';
import {find, findAll, hasState, nameOf, type Node, waitForNode} from '../harness/accessibility.js';
import {callBus} from '../harness/bus.js';
import {pause, waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {AppProgram} from './appProgram.js';
import {richXml, testMachines} from './testMachines.js';

const GRAPH = 'image';
/** Long enough for two ticks. */
const TICKS_MS = 5000;
/** Animations of libadwaita last 250 ms. */
const STILL_MS = 400;
/** What was under way when a page was left, animations and scroll bars among it, ends before the last of them. */
const MOST_LOOKS = 4;
const ALL = new GLib.Variant('(u)', [0]);

/** Counts the calls to libvirt from now on, by its unique name as well: that is what is called in the end. */
async function libvirtTraffic(): Promise<BusTraffic> {
    const daemon = ['org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus'] as const;
    const [owner] = await callBus(daemon, 'GetNameOwner', new GLib.Variant('(s)', ['org.libvirt']));
    return await BusTraffic.to(['org.libvirt', String(owner)]);
}

/** Without the marks around what was put into a sentence. */
function plain(text: string): string {
    return text.replace(/[\u2068\u2069]/g, '');
}

/** A guest that tells of its memory, its frames and of what it does with a disk. */
async function makeGuest(name: string): Promise<Guest> {
    const image = GLib.build_filenamev([temporaryDirectory('disk'), 'disk.qcow2']);
    await runProgram(['qemu-img', 'create', '-q', '-f', 'qcow2', image, '256M']);
    const disk = `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
        <source file='${image}'/><target dev='vda' bus='virtio'/></disk>`;
    const report =
        "<channel type='unix'><target type='virtio' name='io.github.handover.report.0'/></channel>";
    return new Guest({name, balloon: true, devices: `${disk}${report}`});
}

describe('the graphs of a machine', () => {
    const virsh = new VirshClient();
    let shell: HeadlessShell;
    let guest: Guest;

    beforeAll(async () => {
        shell = await HeadlessShell.start({monitor: '1280x1000'});
        await new SessionLibvirt().start();
        guest = await makeGuest('graphs');
        await virsh.define(guest.xml, {start: true});
        await guest.waitUntilReady();
    });
    afterEach(() => AppProgram.stopCurrent());
    afterAll(async () => {
        await virsh.removeAll();
        await shell.stop();
    });

    /** Opens the app on the machine's page. */
    async function open(env: Record<string, string> = {}): Promise<AppProgram> {
        const app = await AppProgram.start(shell, {
            hosts: ['session'],
            env: {GDK_DEBUG: 'frames', XDG_STATE_HOME: temporaryDirectory('state'), ...env},
        });
        await app.activate('show-machine', new GLib.Variant('s', 'session/graphs'));
        await app.see({name: 'More actions', role: 'button'});
        await app.resize(1000, 900);
        return app;
    }

    /** What stands beside a graph: everything that is said in its tile. */
    function said(graph: Node): string {
        const tile = graph.get_parent()!;
        return plain(findAll(tile, {role: 'label'}).map(nameOf).join(' | '));
    }

    const describes = (app: AppProgram, name: string, pattern: RegExp): Promise<string> =>
        waitFor(
            `${name}: ${String(pattern)}`,
            () => {
                const text = plain(find(app.root, {name, role: GRAPH})?.get_description() ?? '');
                return pattern.test(text) ? text : undefined;
            },
            {within: 15_000},
        );

    const says = (app: AppProgram, name: string, pattern: RegExp): Promise<boolean> =>
        waitFor(
            `${name}: ${String(pattern)}`,
            () => {
                const graph = find(app.root, {name, role: GRAPH});
                return graph !== undefined && pattern.test(said(graph));
            },
            {within: 15_000},
        );

    it('show what it does, with the values beside them', async () => {
        const app = await open();
        await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /of 1 virtual CPU \| .*\d %/);
        await says(app, 'Memory', /of \d+ MiB \| \d+ MiB/);
        await guest.run(
            virsh,
            'dd if=/dev/zero of=/dev/vda bs=1M count=64 conv=fsync; cat /dev/vda >/dev/null',
        );
        await says(app, 'Disk', /Read \| .*B\/s \| Written \| .*\/s/);
        await describes(app, 'Disk', /Written: Now .* between 0 B\/s and .*MB\/s.* in the last five minutes/);
        await app.press('1 hour', /radio|toggle/);
        await describes(app, 'CPU', /in the last hour/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('are read by keyboard, point by point, and each is announced', async () => {
        const announced: string[] = [];
        const listener = Atspi.EventListener.new(event => {
            announced.push(plain((event.any_data as GObject.Value).get_string() ?? ''));
        });
        listener.register('object:announcement');
        const app = await open();
        const graph = await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /\d %/);
        await pause(TICKS_MS);
        await focus(app, graph);
        const nextSays = async (key: string, pattern: RegExp): Promise<void> => {
            announced.length = 0;
            await shell.pressKeys(key);
            await waitFor(`${String(pattern)} after ${key}`, () =>
                announced.some(text => pattern.test(text)),
            );
        };
        await nextSays('Left', /^<?\d+ %, (Now|2 s ago)$/);
        await nextSays('Left', /^<?\d+ %, \d+ s ago$/);
        await nextSays('Home', /^No figure, \d+ s ago$/);
        await says(app, 'CPU', /^CPU \| \d+ s ago \| of 1 virtual CPU \| —/);
        await nextSays('Right', /, \d+ s ago$/);
        await nextSays('End', /^<?\d+ %, (Now|2 s ago)$/);
        await shell.pressKeys('Home');
        await says(app, 'CPU', /^CPU \| \d+ s ago/);
        await shell.pressKeys('Escape');
        await waitFor('what is now', () => !said(app.find({name: 'CPU', role: GRAPH})!).includes('ago'));
        expect(await app.stop()).toEqual([]);
        listener.deregister('object:announcement');
    }, 60_000);

    it('are read with the pointer', async () => {
        const app = await open();
        const graph = await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /\d %/);
        await pause(TICKS_MS);
        const {x, y, width, height} = graph.get_component_iface()!.get_extents(Atspi.CoordType.WINDOW);
        const frame = await app.frame();
        // The left edge is five minutes ago: the oldest moment that there is. GTK forgets the padding of what the
        // graph is in when it tells where the graph is.
        await shell.click(frame.x + x + 24, frame.y + y + height / 2);
        await says(app, 'CPU', /^CPU \| \d+ s ago/);
        await app.picture('graphs-read');
        await shell.click(frame.x + x + width + 8, frame.y + y + height / 2);
        await says(app, 'CPU', /^CPU \| (Now|[24] s ago)/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    /** Goes by keyboard to a graph: it is next to the choice of the time. */
    async function focus(app: AppProgram, graph: Node): Promise<void> {
        await app.click('1 hour', /radio|toggle/);
        await app.click('5 minutes', /radio|toggle/);
        await shell.pressKeys('Tab');
        await waitFor('the focus', () => {
            graph.clear_cache();
            return hasState(graph, Atspi.StateType.FOCUSED);
        });
    }

    /** How many frames the app has drawn so far, as GDK tells. */
    const frames = (app: AppProgram): number => app.program.log().split('paint_start=').length - 1;

    /**
     * Expects that nothing is asked of libvirt, and nothing drawn, for the time of some ticks.
     *
     * What was under way when the page was left, in the app or in the compositor, may come to its end before that.
     */
    async function expectRest(app: AppProgram, how: string): Promise<void> {
        const traffic = await libvirtTraffic();
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
        const traffic = await libvirtTraffic();
        await waitFor('a question', () => traffic.calls() > 0);
        await traffic.stop();
    }

    it('ask and draw nothing while nobody can see them', async () => {
        const other = new Guest({name: 'other'});
        await virsh.define(other.xml, {start: true});
        const app = await open();
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
        await shell.eval('global.get_window_actors().at(-1).meta_window.minimize()');
        await expectRest(app, 'a window that is minimized');
        await shell.eval(`(() => {
            const [window] = global.get_window_actors(false).map(actor => actor.meta_window);
            window.activate(global.get_current_time());
        })()`);
        await expectCalls();
        await says(app, 'CPU', /\d %/);

        await app.resize(360, 640);
        await pause(STILL_MS);
        await shell.pressKeys('Alt_L', 'Left');
        await app.see({name: 'graphs', role: 'list item'});
        await expectRest(app, 'the list of a narrow window');
        expect(await app.stop()).toEqual([]);
        await virsh.run(['destroy', 'other']);
    }, 150_000);

    it('show how much Linux uses its cards', async () => {
        const fake = new FakePciTree().intelGraphics();
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/renderD128', [
            'drm-driver:\ti915',
            'drm-pdev:\t0000:00:02.0',
            'drm-client-id:\t7',
            'drm-engine-render:\t5000000 ns',
        ]);
        const app = await open({HANDOVER_SYSROOT: fake.folder});
        await says(app, 'CPU', /\d %/);
        const tile = await waitForNode(app.root, {name: /Intel|0000:00:02/, role: GRAPH}, {within: 20_000});
        expect(said(tile)).toMatch(/render \| used by Linux \| 0 %/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('are none of a machine without figures, which are not asked for again and again', async () => {
        await testMachines.clear();
        await testMachines.define(richXml('silent'));
        await testMachines.call('silent', 'Create');
        const app = await AppProgram.start(shell, {env: {GDK_DEBUG: 'frames'}});
        await app.choose('silent');
        await app.see({name: 'libvirt tells no figures of this machine.', role: 'label'});
        expect(app.find({role: GRAPH, name: 'CPU'})).toBeUndefined();
        await expectRest(app, 'a machine without figures');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('go when it stops, and how long its start took stays', async () => {
        const app = await open();
        await app.see({name: 'CPU', role: GRAPH});
        await virsh.run(['destroy', 'graphs']);
        await app.see({name: 'Start', role: 'button'});
        await waitFor('no graph', () => !app.find({role: GRAPH, name: 'CPU'}));
        expect(app.find({name: 'Activity', role: 'heading'})).toBeUndefined();
        await expectRest(app, 'a machine that is off');
        await app.press('Start', 'button');
        await app.see({name: 'CPU', role: GRAPH});
        const took = {name: /^Guest agent after/, role: 'label', showing: false};
        await waitForNode(app.root, took, {within: 60_000});
        await virsh.run(['destroy', 'graphs']);
        await app.see({name: 'Start', role: 'button'});
        expect(find(app.root, took)).toBeDefined();
        await app.picture('graphs-off');
        expect(await app.stop()).toEqual([]);
        await virsh.run(['start', 'graphs']);
        await guest.waitUntilReady();
    }, 120_000);

    it('show the frames and the card that the guest tells of', async () => {
        const app = await open();
        await app.see({name: 'CPU', role: GRAPH});
        const report = '{"v":1,"fps":58.7,"frame_ms_p99":21.4,"gpu_percent":64,"program":"glxgears"}';
        // One program at a time can have the port: the guest's own reporter goes.
        await guest.run(
            virsh,
            `for process in /proc/[0-9]*; do
                case $(tr '\\0' ' ' <$process/cmdline) in
                    'sh /bin/report-frames '*) kill \${process#/proc/} ;;
                esac
            done
            for port in /sys/class/virtio-ports/*; do
                [ "$(cat $port/name)" = io.github.handover.report.0 ] || continue
                (while :; do echo '${report}' >/dev/\${port##*/}; sleep 1; done) >/dev/null 2>&1 </dev/null &
            done`,
        );
        await says(app, 'Graphics card', /in the guest \| 64 %/);
        await says(app, 'Frames per second', /99 % within 21 ms \| glxgears \| 59/);
        await app.picture('graphs-frames');
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    for (const [look, env, width, height] of [
        ['light', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}, 1000, 900],
        ['dark', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark'}, 1000, 900],
        ['narrow', {ADW_DEBUG_COLOR_SCHEME: 'prefer-light'}, 360, 900],
        ['high-contrast', {ADW_DEBUG_COLOR_SCHEME: 'prefer-dark', ADW_DEBUG_HIGH_CONTRAST: '1'}, 1000, 900],
    ] as const)
        it(`are kept as pictures: ${look}`, async () => {
            const app = await open(env);
            await app.resize(width, height);
            await says(app, 'CPU', /\d %/);
            // Something for the graphs to show.
            for (let megabytes = 4; megabytes <= 32; megabytes *= 2) {
                await guest.run(
                    virsh,
                    `dd if=/dev/zero of=/dev/vda bs=1M count=${megabytes} conv=fsync; cat /dev/vda >/dev/null;
                    head -c 400k /dev/urandom | md5sum`,
                );
                await pause(2000);
            }
            // Whichever told first, libvirt or the guest.
            const names = findAll(app.root, {role: GRAPH, name: /./, showing: false}).map(nameOf);
            const order = ['CPU', 'Memory', 'Disk', 'Graphics card', 'Frames per second'];
            expect(names).toEqual(order.filter(name => names.includes(name)));
            await app.picture(`graphs-${look}`);
            expect(await app.stop()).toEqual([]);
        }, 60_000);
});
