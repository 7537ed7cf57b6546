// SPDX-License-Identifier: GPL-3.0-or-later
// What ready means for a machine and what opens it, as attributes of two elements in its metadata:
//
//     <ready kind='tcp' host='192.168.122.30' port='3389'/>
//     <client kind='moonlight' host='games.lan' app='Desktop'/>
//
// Others may write there, too, and what stands there becomes an argument of a program and an address to connect to.
import {DefinitionError} from './definitionError.js';
import {CONTROL, type FieldProblem} from './metadataFields.js';
import {withAttribute} from './xmlEdit.js';
import {attributeOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/**
 * When a machine that was started is ready: it runs; its guest agent answers; something listens on a TCP port; its
 * Sunshine answers; the memory that it shares with Looking Glass is there.
 */
export const READY_KINDS = ['started', 'agent', 'tcp', 'sunshine', 'looking-glass'] as const;
export type ReadyKind = (typeof READY_KINDS)[number];

/** What ready means. */
export interface ReadyWhen {
    readonly kind: ReadyKind;
    /** Name or address to ask, for `tcp` and `sunshine`; without it the guest's address as libvirt knows it. */
    readonly host?: string;
    /** For `tcp`, which needs it, and for `sunshine`, whose own is {@link SUNSHINE_PORT}. */
    readonly port?: number;
}

/** What shows a machine: virt-viewer, GNOME Connections, Looking Glass, Moonlight, or nothing. */
export const CLIENT_KINDS = ['viewer', 'connections', 'looking-glass', 'moonlight', 'none'] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

/** What opens. */
export interface OpensWith {
    readonly kind: ClientKind;
    /** Name or address of the Sunshine host, for `moonlight`; without it the guest's address as libvirt knows it. */
    readonly host?: string;
    /** The app that Sunshine shows, for `moonlight`; without it {@link MOONLIGHT_APP}. */
    readonly app?: string;
}

/** Where Sunshine answers HTTP unless its settings say otherwise. */
export const SUNSHINE_PORT = 47989;

/** What Sunshine calls the whole desktop unless its settings say otherwise. */
export const MOONLIGHT_APP = 'Desktop';

/** Longest name of an app, in code points. */
export const APP_MAX_LENGTH = 64;

const HOST_NAME = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?$/;
const IPV6_ADDRESS = /^(?=.{2,45}$)(?=.*:.*:)[0-9A-Fa-f:]+(?:[0-9.]+)?$/;

/** What is wrong with the name or address of a host, or null. It can be no option, and no part of a URL but a host. */
export function hostProblem(host: string): FieldProblem | null {
    if (host === '') return 'empty';
    return HOST_NAME.test(host) || IPV6_ADDRESS.test(host) ? null : 'bad-host';
}

/** What is wrong with the number of a TCP port, or null. */
export function portProblem(port: number): FieldProblem | null {
    if (!Number.isInteger(port)) return 'not-a-number';
    return port >= 1 && port <= 65_535 ? null : 'out-of-range';
}

/** What is wrong with the name of an app, or null. It can be no option. */
export function appProblem(app: string): FieldProblem | null {
    if (app.trim() === '') return 'empty';
    if (CONTROL.test(app)) return 'control-character';
    if ([...app].length > APP_MAX_LENGTH) return 'too-long';
    return app.startsWith('-') ? 'bad-app' : null;
}

/** What is wrong with it, or null. */
export function readyProblem({kind, host, port}: ReadyWhen): FieldProblem | null {
    if (!READY_KINDS.includes(kind)) return 'unknown-kind';
    if (kind === 'tcp' && port === undefined) return 'not-a-number';
    return (host === undefined ? null : hostProblem(host)) ?? (port === undefined ? null : portProblem(port));
}

/** What is wrong with it, or null. */
export function clientProblem({kind, host, app}: OpensWith): FieldProblem | null {
    if (!CLIENT_KINDS.includes(kind)) return 'unknown-kind';
    return (host === undefined ? null : hostProblem(host)) ?? (app === undefined ? null : appProblem(app));
}

/** What an element says, or what is wrong with it. */
export type FieldReading<T> =
    {readonly value: T; readonly problem: null} | {readonly value: null; readonly problem: FieldProblem};

/** Reads `<ready>`. What its kind has no use for is passed over. */
export function readReady(element: XmlElement): FieldReading<ReadyWhen> {
    const kind = attributeOf(element, 'kind') as ReadyKind;
    const asks = kind === 'tcp' || kind === 'sunshine';
    const host = asks ? attributeOf(element, 'host') : null;
    const port = asks ? attributeOf(element, 'port') : null;
    const ready: ReadyWhen = {
        kind,
        ...(host === null ? {} : {host}),
        ...(port === null ? {} : {port: /^[0-9]{1,5}$/.test(port) ? Number(port) : NaN}),
    };
    return judged(ready, readyProblem(ready));
}

/** Reads `<client>`. What its kind has no use for is passed over. */
export function readClient(element: XmlElement): FieldReading<OpensWith> {
    const kind = attributeOf(element, 'kind') as ClientKind;
    const streams = kind === 'moonlight';
    const host = streams ? attributeOf(element, 'host') : null;
    const app = streams ? attributeOf(element, 'app') : null;
    const client: OpensWith = {
        kind,
        ...(host === null ? {} : {host}),
        ...(app === null ? {} : {app}),
    };
    return judged(client, clientProblem(client));
}

function judged<T>(value: T, problem: FieldProblem | null): FieldReading<T> {
    return problem === null ? {value, problem} : {value: null, problem};
}

/** Makes an element say what ready means. @throws {DefinitionError} when it is not valid */
export function withReady(element: XmlElement, ready: ReadyWhen): XmlElement {
    refuse('sign of being ready', readyProblem(ready));
    return withAttributes(element, {
        kind: ready.kind,
        host: ready.host ?? null,
        port: ready.port?.toString() ?? null,
    });
}

/** Makes an element say what opens. @throws {DefinitionError} when it is not valid */
export function withClient(element: XmlElement, client: OpensWith): XmlElement {
    refuse('client', clientProblem(client));
    return withAttributes(element, {
        kind: client.kind,
        host: client.host ?? null,
        app: client.app ?? null,
    });
}

function withAttributes(element: XmlElement, values: Readonly<Record<string, string | null>>): XmlElement {
    return Object.entries(values).reduce((one, [name, value]) => withAttribute(one, name, value), element);
}

function refuse(what: string, problem: FieldProblem | null): void {
    if (problem !== null) throw new DefinitionError(`This is not a valid ${what}: ${problem}`);
}
