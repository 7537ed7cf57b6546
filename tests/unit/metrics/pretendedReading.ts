// SPDX-License-Identifier: GPL-3.0-or-later
import {readingOf} from '../../../shared/metrics/readStatistics.js';
import type {TimedReading} from '../../../shared/metrics/rates.js';
import type {Reading} from '../../../shared/metrics/reading.js';

/** A running machine with one processor, one disk and one network interface, at a moment of its counters. */
export function reading(fields: Record<string, number | string> = {}): Reading {
    return readingOf(
        new Map<string, number | string>(
            Object.entries({
                'state.state': 1,
                'state.reason': 1,
                'cpu.time': 10e9,
                'vcpu.maximum': 1,
                'vcpu.0.time': 8e9,
                'vcpu.0.delay': 1e9,
                'block.count': 1,
                'block.0.name': 'vda',
                'block.0.rd.bytes': 1000,
                'block.0.rd.reqs': 10,
                'block.0.rd.times': 1e9,
                'net.count': 1,
                'net.0.name': 'vnet0',
                'net.0.rx.bytes': 1000,
                'net.0.rx.drop': 0,
                ...fields,
            }),
        ),
    );
}

/** The same, so many milliseconds after the beginning, of which the host slept some. */
export function at(ms: number, fields: Record<string, number | string> = {}, sleptMs = 0): TimedReading {
    return {reading: reading(fields), awakeMs: ms, passedMs: ms + sleptMs, tookMs: 10};
}
