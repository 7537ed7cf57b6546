// SPDX-License-Identifier: GPL-3.0-or-later
import Atspi from 'gi://Atspi?version=2.0';
import {pause, waitFor, type Deadline} from './deadline.js';

/** One thing on the screen as a screen reader sees it. */
export type Node = Atspi.Accessible;

/** What a node must be; what is left out may be anything. */
export interface Wanted {
    /** The whole name, or a pattern. */
    name?: string | RegExp;
    /** Role in AT-SPI's words, such as `button`, `list item`, `entry`. */
    role?: string | RegExp;
    /** Only what is on the screen; true unless told. */
    showing?: boolean;
}

/** What is where it was that long (ms) before is not animated any more. */
const STILL_FOR_MS = 100;

/** Each step asks the application, and nothing else is done meanwhile. */
const STEPS_AT_ONCE = 20;

let started = false;

/** Connects to the accessibility bus. */
function desktop(): Node {
    if (!started) {
        Atspi.init();
        Atspi.set_timeout(3000, 15_000);
        started = true;
    }
    return Atspi.get_desktop(0);
}

/** The node's children; one that vanishes while being looked at is left out. */
export function children(node: Node): Node[] {
    const found: Node[] = [];
    try {
        const count = node.get_child_count();
        for (let at = 0; at < count; at++) {
            const child = node.get_child_at_index(at);
            if (child !== null) found.push(child);
        }
    } catch {
        return found; // it went away meanwhile
    }
    return found;
}

/** @returns the node's name, '' for none */
export function nameOf(node: Node): string {
    return node.get_name() ?? '';
}

/** @returns the node's role, such as `button` */
export function roleOf(node: Node): string {
    return node.get_role_name() ?? '';
}

/** @returns whether the node has a state, such as `Atspi.StateType.SENSITIVE` */
export function hasState(node: Node, state: Atspi.StateType): boolean {
    return node.get_state_set().contains(state);
}

/** @returns whether the node is on the screen */
export function isShowing(node: Node): boolean {
    return hasState(node, Atspi.StateType.SHOWING);
}

function matches(text: string, wanted: string | RegExp): boolean {
    return typeof wanted === 'string' ? text === wanted : wanted.test(text);
}

/** Every node below `root`, depth first, with `root` itself. */
export function* walk(root: Node): Generator<Node> {
    yield root;
    for (const child of children(root)) yield* walk(child);
}

/** @returns whether a node is as wanted; each question is a call to the application */
function isWanted(node: Node, {name, role, showing = true}: Wanted): boolean {
    try {
        if (role !== undefined && !matches(roleOf(node), role)) return false;
        if (name !== undefined && !matches(nameOf(node), name)) return false;
        return !showing || isShowing(node);
    } catch {
        return false; // it went away meanwhile
    }
}

/** Every node below `root` that is as wanted, in reading order. */
function* search(root: Node, wanted: Wanted): Generator<Node> {
    // What libatspi remembers may be older than the screen: every look asks the application.
    root.clear_cache();
    for (const node of walk(root)) if (isWanted(node, wanted)) yield node;
}

/** @returns every node below `root` that is as wanted, in reading order */
export function findAll(root: Node, wanted: Wanted): Node[] {
    return [...search(root, wanted)];
}

/** @returns the first node below `root` that is as wanted */
export function find(root: Node, wanted: Wanted): Node | undefined {
    for (const node of search(root, wanted)) return node;
    return undefined;
}

/** The first node as wanted; what else this process has to answer is answered on the way. */
async function seek(root: Node, wanted: Wanted): Promise<Node | undefined> {
    root.clear_cache();
    let steps = 0;
    for (const node of walk(root)) {
        if (isWanted(node, wanted)) return node;
        if (++steps % STEPS_AT_ONCE === 0) await pause(0);
    }
    return undefined;
}

/**
 * Waits until there is a node as wanted.
 * @throws {DeadlineError} with the tree as it was, when it does not come
 */
export async function waitForNode(root: Node, wanted: Wanted, deadline: Deadline = {}): Promise<Node> {
    try {
        return await waitFor(describeWanted(wanted), () => seek(root, wanted), {every: 50, ...deadline});
    } catch (error) {
        throw new Error(`${String(error)}\n${describe(root)}`, {cause: error});
    }
}

/** Waits until no node is as wanted. */
export async function waitForAbsence(root: Node, wanted: Wanted, deadline: Deadline = {}): Promise<void> {
    const gone = async (): Promise<boolean> => (await seek(root, wanted)) === undefined;
    await waitFor(`no ${describeWanted(wanted)}`, gone, {every: 50, ...deadline});
}

/**
 * @param name the application's name in the accessibility tree, such as its application id
 * @returns its root, once it is there
 */
export async function waitForApplication(name: string | RegExp, deadline: Deadline = {}): Promise<Node> {
    const look = (): Node | undefined => children(desktop()).find(node => matches(nameOf(node), name));
    return waitFor(`application ${String(name)}`, look, {within: 15_000, every: 50, ...deadline});
}

/** @returns the names of the applications that are there */
export function applications(): string[] {
    return children(desktop()).map(nameOf);
}

/**
 * Waits until a node holds still: an animation moves it from under a click.
 *
 * @returns where it is in its window, in pixels
 */
export async function waitUntilStill(node: Node): Promise<Atspi.Rect> {
    let before = '';
    return waitFor(
        `${nameOf(node)} holds still`,
        () => {
            const place = node.get_component_iface()!.get_extents(Atspi.CoordType.WINDOW);
            const {x, y, width, height} = place;
            const now = JSON.stringify([x, y, width, height]);
            const still = now === before;
            before = now;
            return still && place;
        },
        {every: STILL_FOR_MS},
    );
}

/**
 * Does what a click on the node would.
 * @throws when the node offers no action
 */
export function press(node: Node): void {
    const action = node.get_action_iface();
    if (action === null || action.get_n_actions() === 0)
        throw new Error(`${roleOf(node)} “${nameOf(node)}” offers no action`);
    if (!action.do_action(0)) throw new Error(`${roleOf(node)} “${nameOf(node)}” refused its action`);
}

/** Replaces what stands in an entry. */
export function enterText(node: Node, text: string): void {
    const editable = node.get_editable_text_iface();
    if (editable === null) throw new Error(`${roleOf(node)} “${nameOf(node)}” takes no text`);
    editable.set_text_contents(text);
}

/** @returns the text that a node shows beside its name, '' for none */
export function textOf(node: Node): string {
    const text = node.get_text_iface();
    return text === null ? '' : text.get_text(0, text.get_character_count());
}

function describeWanted({name, role}: Wanted): string {
    return `${role === undefined ? 'node' : String(role)} ${name === undefined ? '' : `“${String(name)}”`}`;
}

/** @returns the tree below `root` as text, for the message of a failure */
export function describe(root: Node, depth = 0): string {
    const indent = '  '.repeat(depth);
    try {
        const hidden = isShowing(root) ? '' : ' (hidden)';
        const line = `${indent}${roleOf(root)} “${nameOf(root).slice(0, 80)}”${hidden}`;
        return [line, ...children(root).map(child => describe(child, depth + 1))].join('\n');
    } catch {
        return `${indent}(went away)`;
    }
}
