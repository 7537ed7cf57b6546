// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import GLib from 'gi://GLib';
import type GObject from 'gi://GObject';

import {FakePciTree} from '../fakes/fakePciTree.js';
import {findAll, hasState, nameOf, type Node} from '../harness/accessibility.js';
import {pause, waitFor} from '../harness/deadline.js';
import {AppProgram} from './appProgram.js';
import {describes, GRAPH, GraphsPage, plain, said, says, TICKS_MS} from './graphsPage.js';

describe('the graphs of a machine', () => {
    let page: GraphsPage;

    beforeAll(async () => {
        page = await GraphsPage.start();
    }, 90_000);
    afterEach(() => AppProgram.stopCurrent());
    afterAll(() => page.stop());

    it('show what it does, with the values beside them', async () => {
        const app = await page.open();
        await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /of 1 virtual CPU \| .*\d %/);
        await says(app, 'Memory', /of \d+ MiB \| \d+ MiB/);
        await page.guest.run(
            page.virsh,
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
        const app = await page.open();
        const graph = await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /\d %/);
        await pause(TICKS_MS);
        await focus(app, graph);
        const nextSays = async (key: string, pattern: RegExp): Promise<void> => {
            announced.length = 0;
            await page.shell.pressKeys(key);
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
        await page.shell.pressKeys('Home');
        await says(app, 'CPU', /^CPU \| \d+ s ago/);
        await page.shell.pressKeys('Escape');
        await waitFor('what is now', () => !said(app.find({name: 'CPU', role: GRAPH})!).includes('ago'));
        expect(await app.stop()).toEqual([]);
        listener.deregister('object:announcement');
    }, 60_000);

    it('are read with the pointer', async () => {
        const app = await page.open();
        const graph = await app.see({name: 'CPU', role: GRAPH});
        await says(app, 'CPU', /\d %/);
        await pause(TICKS_MS);
        const {x, y, width, height} = graph.get_component_iface()!.get_extents(Atspi.CoordType.WINDOW);
        const frame = await app.frame();
        // The left edge is five minutes ago: the oldest moment that there is. GTK forgets the padding of what the
        // graph is in when it tells where the graph is.
        await page.shell.click(frame.x + x + 24, frame.y + y + height / 2);
        await says(app, 'CPU', /^CPU \| \d+ s ago/);
        await app.picture('graphs-read');
        // A pointer that only lies near the right edge reads what is some pixels, thus seconds, old, at every tick anew; a
        // click would stay with the moment that it was made at, which grows older.
        await page.shell.point(frame.x + x + width + 8, frame.y + y + height / 2);
        await says(app, 'CPU', /^CPU \| (Now|[1-5] s ago) \|/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    /** Goes by keyboard to a graph: it is next to the choice of the time. */
    async function focus(app: AppProgram, graph: Node): Promise<void> {
        await app.click('1 hour', /radio|toggle/);
        await app.click('5 minutes', /radio|toggle/);
        await page.shell.pressKeys('Tab');
        await waitFor('the focus', () => {
            graph.clear_cache();
            return hasState(graph, Atspi.StateType.FOCUSED);
        });
    }

    it('show how much Linux uses its cards', async () => {
        const fake = new FakePciTree().intelGraphics();
        fake.use(fake.processes.start({comm: 'gnome-shell'}), '/dev/dri/renderD128', [
            'drm-driver:\ti915',
            'drm-pdev:\t0000:00:02.0',
            'drm-client-id:\t7',
            'drm-engine-render:\t5000000 ns',
        ]);
        const app = await page.open({HANDOVER_SYSROOT: fake.folder});
        await says(app, 'CPU', /\d %/);
        // Its use is known from the second look on.
        await says(app, /Intel|0000:00:02/, /render \| used by Linux \| 0 %/);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('say why what the guest reports is not read, as long as it is so', async () => {
        const xml = await page.virsh.run(['dumpxml', 'graphs']);
        const place = /path='([^']+)'\/>\s*<target type='virtio' name='io\.github\.handover\.report\.0'/;
        const socket = place.exec(xml)?.[1] ?? '';
        expect(GLib.rename(socket, `${socket}.away`)).toBe(0);
        const app = await page.open();
        const why = {name: /^What the guest reports could not be read: /, role: 'label'};
        await app.seeAnywhere(why);
        await app.see({name: 'CPU', role: GRAPH});
        await app.picture('graphs-unread');
        expect(GLib.rename(`${socket}.away`, socket)).toBe(0);
        await waitFor('it is said no more', () => app.find({...why, showing: false}) === undefined);
        expect(await app.stop()).toEqual([]);
    }, 60_000);

    it('show the frames and the card that the guest tells of', async () => {
        const app = await page.open();
        await app.see({name: 'CPU', role: GRAPH});
        const report = '{"v":1,"fps":58.7,"frame_ms_p99":21.4,"gpu_percent":64,"program":"glxgears"}';
        // One program at a time can have the port: the guest's own reporter goes.
        await page.guest.run(
            page.virsh,
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
            const app = await page.open(env);
            await app.resize(width, height);
            await says(app, 'CPU', /\d %/);
            // Something for the graphs to show.
            for (let megabytes = 4; megabytes <= 32; megabytes *= 2) {
                await page.guest.run(
                    page.virsh,
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
