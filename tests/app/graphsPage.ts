// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import {find, findAll, nameOf, type Node} from '../harness/accessibility.js';
import {waitFor} from '../harness/deadline.js';
import {Guest} from '../harness/guest.js';
import {HeadlessShell} from '../harness/headlessShell.js';
import {runProgram} from '../harness/program.js';
import {SessionLibvirt} from '../harness/sessionLibvirt.js';
import {temporaryDirectory} from '../harness/temporary.js';
import {VirshClient} from '../harness/virshClient.js';
import {AppProgram} from './appProgram.js';

/** The role of a graph. */
export const GRAPH = 'image';

/** Long enough for two ticks. */
export const TICKS_MS = 5000;

/** Without the marks around what was put into a sentence. */
export function plain(text: string): string {
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

/** A machine that runs, called `graphs`, and the app on its page. */
export class GraphsPage {
    private constructor(
        readonly shell: HeadlessShell,
        readonly guest: Guest,
        readonly virsh: VirshClient,
    ) {}

    static async start(): Promise<GraphsPage> {
        const shell = await HeadlessShell.start({monitor: '1280x1000'});
        await new SessionLibvirt().start();
        const page = new GraphsPage(shell, await makeGuest('graphs'), new VirshClient());
        await page.virsh.define(page.guest.xml, {start: true});
        await page.guest.waitUntilReady();
        return page;
    }

    async stop(): Promise<void> {
        await this.virsh.removeAll();
        await this.shell.stop();
    }

    /** Opens the app on the machine's page. */
    async open(env: Record<string, string> = {}): Promise<AppProgram> {
        const app = await AppProgram.start(this.shell, {
            hosts: ['session'],
            env: {GDK_DEBUG: 'frames', XDG_STATE_HOME: temporaryDirectory('state'), ...env},
        });
        await app.activate('show-machine', new GLib.Variant('s', 'session/graphs'));
        await app.see({name: 'More actions', role: 'button'});
        await app.resize(1000, 900);
        return app;
    }
}

/** What stands beside a graph: everything that is said in its tile. */
export function said(graph: Node): string {
    const tile = graph.get_parent()!;
    return plain(findAll(tile, {role: 'label'}).map(nameOf).join(' | '));
}

/** Waits until a graph is described so to a screen reader. */
export function describes(app: AppProgram, name: string, pattern: RegExp): Promise<string> {
    return waitFor(`${name}: ${String(pattern)}`, () => {
        const text = plain(find(app.root, {name, role: GRAPH})?.get_description() ?? '');
        return pattern.test(text) ? text : undefined;
    });
}

/** Waits until this stands beside a graph. */
export function says(app: AppProgram, name: string | RegExp, pattern: RegExp): Promise<boolean> {
    return waitFor(`${String(name)}: ${String(pattern)}`, () => {
        const graph = find(app.root, {name, role: GRAPH});
        return graph !== undefined && pattern.test(said(graph));
    });
}
