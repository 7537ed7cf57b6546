// SPDX-License-Identifier: GPL-3.0-or-later
import {METADATA_NAMESPACE, METADATA_PREFIX} from '../names.js';
import {DefinitionError} from './definitionError.js';
import {
    type FieldReading,
    type OpensWith,
    readClient,
    readReady,
    type ReadyWhen,
    withClient,
    withReady,
} from './displayMetadata.js';
import {CONTROL, type FieldProblem, findField, withField} from './metadataFields.js';
import {withText} from './xmlEdit.js';
import {parseXml} from './xmlParser.js';
import {childrenOf, makeElement, namespaceOf, serializeElement, textOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/*
 * What Handover keeps about a machine in libvirt's metadata, in an element of
 * its own:
 *
 *     <machine>
 *       <shortName>Games</shortName>
 *       <shutdownDeadline>90</shutdownDeadline>
 *       <ready kind='sunshine'/>
 *       <client kind='moonlight' app='Desktop'/>
 *     </machine>
 *
 * SetMetadata takes it like this and puts it into our namespace, and
 * GetMetadata gives it back like this (virXMLInjectNamespace and
 * virXMLExtractNamespaceXML in libvirt); in the domain XML it stands as
 * `<handover:machine xmlns:handover='urn:handover:machine:1'>`.
 */

/** What Handover remembers of one machine. */
export interface MachineMetadata {
    /** Name for the panel, where the machine's own is long; null when none was given. */
    readonly shortName: string | null;
    /** Seconds a shutdown may take before force is offered; null for the user's default. */
    readonly shutdownDeadlineSeconds: number | null;
    /** What ready means after a start; null where that follows from the definition. */
    readonly ready: ReadyWhen | null;
    /** What opens to show it; null where that follows from the definition. */
    readonly client: OpensWith | null;
}

/** Why something in the metadata is not taken. */
export interface MetadataProblem {
    readonly field: 'element' | keyof MachineMetadata;
    readonly reason: FieldProblem;
    /** What stands there, for the details view. */
    readonly value: string;
}

/** Metadata as far as it is good, with what is not. */
export interface MetadataReading {
    readonly metadata: MachineMetadata;
    readonly problems: readonly MetadataProblem[];
}

/** Longest short name, in code points: what a panel menu shows without cutting it. */
export const SHORT_NAME_MAX_LENGTH = 32;

export const SHUTDOWN_DEADLINE_MIN_SECONDS = 5;
export const SHUTDOWN_DEADLINE_MAX_SECONDS = 3600;

export const NO_METADATA: MachineMetadata = {
    shortName: null,
    shutdownDeadlineSeconds: null,
    ready: null,
    client: null,
};

const ELEMENT = 'machine';
const SHORT_NAME = 'shortName';
const SHUTDOWN_DEADLINE = 'shutdownDeadline';
const READY = 'ready';
const CLIENT = 'client';

/**
 * Reads what `GetMetadata` returned. Never throws: others may write there too.
 * @param text the element, without prefix as libvirt gives it, or null when there is none
 */
export function readMachineMetadata(text: string | null): MetadataReading {
    if (text === null || text.trim() === '') return {metadata: NO_METADATA, problems: []};
    try {
        return readMetadataElement(parseXml(text).root, []);
    } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
        return {metadata: NO_METADATA, problems: [{field: 'element', reason: 'malformed', value: text}]};
    }
}

/**
 * Writes the element for `SetMetadata`, to be called with {@link METADATA_PREFIX} and
 * {@link METADATA_NAMESPACE}.
 * @param metadata all of it; null takes a value away
 * @param previous what `GetMetadata` returned, whose elements and attributes that we do not know
 *     are kept: another version of Handover may have put them there
 * @throws {DefinitionError} when a value is not valid
 */
export function writeMachineMetadata(metadata: MachineMetadata, previous: string | null = null): string {
    return serializeElement(withMetadata(previousElement(previous), [], metadata));
}

function previousElement(text: string | null): XmlElement {
    if (text === null || text.trim() === '') return makeElement(ELEMENT);
    try {
        return parseXml(text).root;
    } catch (error) {
        if (!(error instanceof DefinitionError)) throw error;
        // There is nothing in it that could be kept.
        return makeElement(ELEMENT);
    }
}

/** Our element in a domain's `<metadata>`, or null. */
export function findMetadataElement(metadata: XmlElement | null, domain: XmlElement): XmlElement | null {
    if (metadata === null) return null;
    const ancestors = [metadata, domain];
    const isOurs = (element: XmlElement) => namespaceOf(element, ancestors) === METADATA_NAMESPACE;
    return childrenOf(metadata).find(isOurs) ?? null;
}

/** An empty element of ours as it stands in domain XML. */
export function makeMetadataElement(): XmlElement {
    return makeElement(`${METADATA_PREFIX}:${ELEMENT}`, {[`xmlns:${METADATA_PREFIX}`]: METADATA_NAMESPACE});
}

/**
 * Reads our element. Never throws.
 * @param ancestors the elements around it, the innermost first
 */
export function readMetadataElement(element: XmlElement, ancestors: readonly XmlElement[]): MetadataReading {
    const problems: MetadataProblem[] = [];
    const read = <T>(
        field: keyof MachineMetadata,
        name: string,
        check: (text: string) => MetadataProblem['reason'] | null,
        convert: (text: string) => T,
    ): T | null => {
        const text = textOf(findField(element, ancestors, name))?.trim() ?? null;
        if (text === null) return null;
        const reason = check(text);
        if (reason === null) return convert(text);
        problems.push({field, reason, value: text});
        return null;
    };
    const readWhole = <T>(
        field: keyof MachineMetadata,
        name: string,
        reader: (found: XmlElement) => FieldReading<T>,
    ): T | null => {
        const found = findField(element, ancestors, name);
        if (found === null) return null;
        const {value, problem} = reader(found);
        if (problem !== null) problems.push({field, reason: problem, value: serializeElement(found)});
        return value;
    };
    const metadata = {
        shortName: read('shortName', SHORT_NAME, shortNameProblem, text => text),
        shutdownDeadlineSeconds: read(
            'shutdownDeadlineSeconds',
            SHUTDOWN_DEADLINE,
            deadlineTextProblem,
            Number,
        ),
        ready: readWhole('ready', READY, readReady),
        client: readWhole('client', CLIENT, readClient),
    };
    return {metadata, problems};
}

/**
 * Our element with other values; what we do not know in it stays.
 * @throws {DefinitionError} when a value is not valid
 */
export function withMetadata(
    element: XmlElement,
    ancestors: readonly XmlElement[],
    {shortName, shutdownDeadlineSeconds, ready, client}: MachineMetadata,
): XmlElement {
    const name = shortName?.trim() ?? null;
    refuse('short name', name === null ? null : shortNameProblem(name));
    refuse(
        'shutdown deadline',
        shutdownDeadlineSeconds === null ? null : deadlineProblem(shutdownDeadlineSeconds),
    );
    const changes: Readonly<Record<string, ((field: XmlElement) => XmlElement) | null>> = {
        [SHORT_NAME]: name === null ? null : field => withText(field, name),
        [SHUTDOWN_DEADLINE]:
            shutdownDeadlineSeconds === null
                ? null
                : field => withText(field, shutdownDeadlineSeconds.toString()),
        [READY]: ready && (field => withReady(field, ready)),
        [CLIENT]: client && (field => withClient(field, client)),
    };
    return Object.entries(changes).reduce(
        (one, [field, change]) => withField(one, ancestors, field, change),
        element,
    );
}

/**
 * What is wrong with a short name, or null.
 * @param name without white space around it
 */
export function shortNameProblem(name: string): MetadataProblem['reason'] | null {
    if (name === '') return 'empty';
    if (CONTROL.test(name)) return 'control-character';
    return [...name].length > SHORT_NAME_MAX_LENGTH ? 'too-long' : null;
}

/** What is wrong with a shutdown deadline in seconds, or null. */
export function deadlineProblem(seconds: number): MetadataProblem['reason'] | null {
    if (!Number.isInteger(seconds)) return 'not-a-number';
    const fits = seconds >= SHUTDOWN_DEADLINE_MIN_SECONDS && seconds <= SHUTDOWN_DEADLINE_MAX_SECONDS;
    return fits ? null : 'out-of-range';
}

function deadlineTextProblem(text: string): MetadataProblem['reason'] | null {
    return /^[0-9]+$/.test(text) ? deadlineProblem(Number(text)) : 'not-a-number';
}

function refuse(what: string, reason: MetadataProblem['reason'] | null): void {
    if (reason !== null) throw new DefinitionError(`This is not a valid ${what}: ${reason}`);
}
