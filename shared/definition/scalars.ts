// SPDX-License-Identifier: GPL-3.0-or-later
import {attributeOf, textOf} from './xmlTree.js';
import type {XmlElement} from './xmlTree.js';

/*
 * Numbers, sizes and flags as libvirt reads them. Reading never throws: a value
 * that libvirt would refuse is null, since another version may well accept it.
 */

/** `yes`/`on` and `no`/`off`, as libvirt's tristates; null for anything else. */
export function flag(value: string | null): boolean | null {
    if (value === 'yes' || value === 'on') return true;
    if (value === 'no' || value === 'off') return false;
    return null;
}

/** A whole number in decimal, `0x` hexadecimal or `0` octal, as C's strtol with base 0; null otherwise. */
export function wholeNumber(value: string | null): number | null {
    const text = value?.trim() ?? '';
    if (/^0x[0-9a-f]+$/i.test(text)) return Number.parseInt(text, 16);
    if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
    return /^(0|[1-9][0-9]*)$/.test(text) ? Number.parseInt(text, 10) : null;
}

/** {@link wholeNumber} of an attribute. */
export function numberAttribute(element: XmlElement | null, name: string): number | null {
    return wholeNumber(attributeOf(element, name));
}

/** {@link flag} of an attribute. */
export function flagAttribute(element: XmlElement | null, name: string): boolean | null {
    return flag(attributeOf(element, name));
}

/**
 * How many bytes a unit of libvirt's stands for: `b`, `byte`, `bytes`; one of `k M G T P E`, alone
 * or before `iB`, for powers of 1024; before `B` for powers of 1000; any case (virScaleInteger).
 * @returns null for a unit that libvirt does not know
 */
export function bytesPerUnit(unit: string): bigint | null {
    if (/^(b|bytes?)$/i.test(unit)) return 1n;
    const [, letter, rest] = /^([kmgtpe])(ib|b|)$/i.exec(unit) ?? [];
    if (letter === undefined || rest === undefined) return null;
    const base = rest.toLowerCase() === 'b' ? 1000n : 1024n;
    return base ** BigInt('kmgtpe'.indexOf(letter.toLowerCase()) + 1);
}

/**
 * A number with its unit.
 * @param unit as the XML has it; null for libvirt's default
 * @param defaultUnit that default
 * @returns bytes, or null for what libvirt would not take
 */
export function scaledBytes(text: string | null, unit: string | null, defaultUnit: string): bigint | null {
    const digits = text?.trim() ?? '';
    const scale = bytesPerUnit(unit === null || unit === '' ? defaultUnit : unit);
    return scale === null || !/^[0-9]+$/.test(digits) ? null : BigInt(digits) * scale;
}

/** {@link scaledBytes} in KiB, which is the default unit too, rounded up as libvirt does. */
export function scaledKib(text: string | null, unit: string | null): number | null {
    const bytes = scaledBytes(text, unit, 'KiB');
    return bytes === null ? null : Number((bytes + 1023n) / 1024n);
}

/** A size such as `<memory unit='GiB'>4</memory>` in KiB, or null. */
export function sizeInKib(element: XmlElement | null): number | null {
    return scaledKib(textOf(element), attributeOf(element, 'unit'));
}

/**
 * A set of CPUs or NUMA nodes such as `0-3,^2,8`.
 * @returns the numbers in ascending order, or null for what libvirt would not take
 */
export function cpuSet(text: string | null): readonly number[] | null {
    const members = new Set<number>();
    for (const part of text?.split(',') ?? []) {
        const [, not, first, last] = /^\s*(\^?)([0-9]+)(?:-([0-9]+))?\s*$/.exec(part) ?? [];
        if (first === undefined) return null;
        const from = Number(first);
        const to = last === undefined ? from : Number(last);
        // libvirt's own bound on a bitmap; a greater range would be a mistake or an attack.
        if (to < from || to > 16383) return null;
        for (let cpu = from; cpu <= to; cpu++) {
            if (not === '^') members.delete(cpu);
            else members.add(cpu);
        }
    }
    return members.size === 0 ? null : [...members].sort((a, b) => a - b);
}
