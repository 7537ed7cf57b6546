// SPDX-License-Identifier: GPL-3.0-or-later
import {parseJson} from '../../platform/json.js';
import {isPciAddress} from '../pciAddress.js';
import type {CardReference} from '../cardIdentity.js';

/** To a machine, or back to Linux. */
export type Direction = 'take' | 'return';

/**
 * How far a handover is.
 *
 * `moving`: under way, or its helper was killed. `lent`: the card is with vfio. `stuck`: the kernel has not come back
 * from a step; nothing more may be tried. `failed`: it could not be brought back, and a person has to decide.
 */
export type Phase = 'moving' | 'lent' | 'stuck' | 'failed';

/** How a function was before anything was changed. */
export interface FunctionBefore {
    readonly address: string;
    readonly driver: string | null;
    /** Its `driver_override`. */
    readonly override: string | null;
}

/**
 * What is needed to put a card back, written before anything is changed.
 *
 * It says how things were, not what was done, so that it serves whatever step a helper died in.
 */
export interface UndoRecord {
    readonly version: 1;
    /** The address of the display function; also the name of the record's file. */
    readonly id: string;
    readonly card: CardReference;
    readonly direction: Direction;
    readonly phase: Phase;
    /** The step that was begun last. */
    readonly step: string;
    /** Who asked for it, e.g. `uid 1000`. */
    readonly by: string;
    /** Milliseconds since 1970. */
    readonly startedAtMs: number;
    readonly functions: readonly FunctionBefore[];
    /** Whether nobody saw the card on Linux: then it gets the drivers that Linux has for it, not those above. */
    readonly native: boolean;
    /** Modules of the driver that were loaded, the one to unload first in front. */
    readonly modules: readonly string[];
    /** Services that were running, the one to stop first in front. */
    readonly services: readonly string[];
    /** Whether programs could draw with it. */
    readonly hadNodes: boolean;
    /** What went wrong, for the details view. */
    readonly problem: string | null;
}

/** What of a record tells who sees the card what is going on. */
export type RecordedHandover = Pick<
    UndoRecord,
    'card' | 'direction' | 'phase' | 'step' | 'by' | 'startedAtMs' | 'problem'
>;

/** A record as its file holds it. */
export function serializeUndoRecord(record: UndoRecord): string {
    return `${JSON.stringify(record, null, 2)}\n`;
}

/**
 * Reads a record back. What is written from it goes into sysfs as root, so each value is checked.
 *
 * @returns null when it is none, or one of another version
 */
export function parseUndoRecord(text: string): UndoRecord | null {
    const value = parseJson(text);
    return isRecord(value) ? value : null;
}

/** Names of drivers, modules and units, as they may stand in a path of sysfs or an argument. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,127}$/;

function isRecord(value: unknown): value is UndoRecord {
    if (typeof value !== 'object' || value === null) return false;
    const record = value as Partial<Record<keyof UndoRecord, unknown>>;
    return (
        record.version === 1 &&
        isAddress(record.id) &&
        isReference(record.card) &&
        (record.direction === 'take' || record.direction === 'return') &&
        ['moving', 'lent', 'stuck', 'failed'].includes(String(record.phase)) &&
        typeof record.step === 'string' &&
        typeof record.by === 'string' &&
        typeof record.startedAtMs === 'number' &&
        Array.isArray(record.functions) &&
        record.functions.length > 0 &&
        record.functions.every(isFunctionBefore) &&
        typeof record.native === 'boolean' &&
        areNames(record.modules) &&
        areNames(record.services) &&
        typeof record.hadNodes === 'boolean' &&
        (record.problem === null || typeof record.problem === 'string')
    );
}

function isAddress(value: unknown): boolean {
    return typeof value === 'string' && isPciAddress(value);
}

function isReference(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const {identity, address, twins} = value as Partial<Record<keyof CardReference, unknown>>;
    return (
        typeof identity === 'string' &&
        /^[0-9a-f]{4}(:[0-9a-f]{4}){3}$/.test(identity) &&
        isAddress(address) &&
        (twins === undefined || (Array.isArray(twins) && twins.every(isAddress)))
    );
}

function isFunctionBefore(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const {address, driver, override} = value as Partial<Record<keyof FunctionBefore, unknown>>;
    return isAddress(address) && isNameOrNull(driver) && isNameOrNull(override);
}

function isNameOrNull(value: unknown): boolean {
    return value === null || (typeof value === 'string' && NAME.test(value));
}

function areNames(value: unknown): boolean {
    return Array.isArray(value) && value.every(name => typeof name === 'string' && NAME.test(name));
}
