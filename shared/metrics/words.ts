// SPDX-License-Identifier: GPL-3.0-or-later
// Figures as people read them: the same in the menu, the app and the terminal.
import {localTime} from '../platform/clock.js';
import {_, fill} from '../platform/i18n.js';
import type {MemoryReading, Figure} from './reading.js';
import type {Sample} from './sampler.js';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A part of a whole (0 to 1) as `43 %`; what is there but rounds to nothing is `<1 %`. */
export function formatPercent(part: number): string {
    const percent = Math.round(part * 100);
    return percent === 0 && part > 0 ? _('<1 %') : fill(_('{percent} %'), {percent});
}

/** Sizes of memory and disks: `2.1 GiB`. */
export function formatBytes(bytes: number): string {
    const unit = unitOf(bytes, 1024);
    return `${short(bytes / 1024 ** unit)} ${BINARY[unit]!}`;
}

/** Speeds of disks and networks, in units of a thousand as their makers count: `12 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
    const unit = unitOf(bytesPerSecond, 1000);
    return fill(_('{rate}/s'), {rate: `${short(bytesPerSecond / 1000 ** unit)} ${DECIMAL[unit]!}`});
}

/** That the guest agent went away. @param lostMs when, in milliseconds since 1970 */
export function agentLossSentence(lostMs: number): string {
    return fill(_('The guest agent has been away since {time}.'), {time: localTime(lostMs, '%X')});
}

/** Times of a request or a frame: `3.2 ms`. */
export function formatMilliseconds(ms: number): string {
    return fill(_('{ms} ms'), {ms: short(ms)});
}

/**
 * What a machine uses of what it has: `2.1 of 4 GiB`, or what of it is known; empty when nothing is. What the host
 * holds for it can be more than it has: QEMU needs some, too.
 */
export function formatMemory(memory: MemoryReading): string {
    const used = memoryInUse(memory);
    const {current} = memory;
    if (used === null) return '';
    if (current === null || used > current) return formatBytes(used);
    const inUnit = short(used / 1024 ** unitOf(current, 1024));
    return fill(_('{used} of {all}'), {
        used: inUnit === '0' && used > 0 ? formatBytes(used) : inUnit,
        all: formatBytes(current),
    });
}

/**
 * How much memory is in use, in bytes: by the guest's programs where its balloon tells, else what the host holds for
 * the machine.
 */
export function memoryInUse({available, usable, resident}: MemoryReading): Figure {
    return available !== null && usable !== null ? Math.max(0, available - usable) : resident;
}

/**
 * A machine in one line, e.g. `CPU 43 % · 2.1 of 4 GiB · 12 MB/s disk · 1 MB/s network`; what is not known is left
 * out, and the line is empty when nothing is.
 */
export function shortLine({reading, rates}: Sample): string {
    const both = (one: Figure, other: Figure): Figure =>
        one === null && other === null ? null : (one ?? 0) + (other ?? 0);
    const cpu = rates?.cpu ?? null;
    const disk = rates && both(rates.disk.readBytes, rates.disk.writtenBytes);
    const network = rates && both(rates.network.inBytes, rates.network.outBytes);
    return [
        cpu === null ? '' : fill(_('CPU {percent}'), {percent: formatPercent(cpu)}),
        formatMemory(reading.memory),
        disk === null ? '' : fill(_('{rate} disk'), {rate: formatRate(disk)}),
        network === null ? '' : fill(_('{rate} network'), {rate: formatRate(network)}),
    ]
        .filter(part => part !== '')
        .join(' · ');
}

function unitOf(amount: number, base: number): number {
    if (!(amount >= 1)) return 0;
    let unit = 0;
    // What would be written as a thousand is one of the next.
    while (unit < BINARY.length - 1 && Math.round(amount / base ** unit) >= base) unit++;
    return unit;
}

/** With one digit behind the point where there is one before it, and it says something. */
function short(amount: number): string {
    const tenths = Math.round(amount * 10) / 10;
    return tenths < 10 && !Number.isInteger(tenths) ? tenths.toFixed(1) : String(Math.round(amount));
}
