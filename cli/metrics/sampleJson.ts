// SPDX-License-Identifier: GPL-3.0-or-later
// The figures as `--json` has them; the manual page documents it. null is what is not known.
import type {Machine} from '../../shared/machines/machine.js';
import type {Bottleneck} from '../../shared/metrics/bottleneck.js';
import type {HostFigures} from '../../shared/metrics/hostFigures.js';
import type {HostPressure} from '../../shared/metrics/pressure.js';
import type {DiskRates, NetworkRates, Rates} from '../../shared/metrics/rates.js';
import type {DiskReading, Figure, MemoryReading} from '../../shared/metrics/reading.js';
import type {Sample} from '../../shared/metrics/sampler.js';
import {memoryInUse} from '../../shared/metrics/words.js';
import {knownUuid} from '../outcome.js';

/** A machine and its figures of a moment. */
export function sampleJson(machine: Machine, sample: Sample | null, bottleneck: Bottleneck | null): object {
    const rates = sample?.rates ?? null;
    return {
        name: machine.name,
        uuid: knownUuid(machine),
        host: machine.host.id,
        state: machine.state,
        reason: machine.reason,
        elapsedMs: whole(rates?.elapsedMs ?? null),
        cpuPercent: percent(rates?.cpu ?? null),
        hostProcessors: hundredths(rates?.processors ?? null),
        emulatorPercent: percent(rates?.emulator ?? null),
        waitPercent: percent(worst(rates, 'waited')),
        stealPercent: percent(worst(rates, 'stolen')),
        vcpus: (rates?.vcpus ?? []).map(({index, used, waited, stolen}) => ({
            index,
            usedPercent: percent(used),
            waitPercent: percent(waited),
            stealPercent: percent(stolen),
        })),
        memory: sample && memoryJson(sample.reading.memory, rates),
        disk: rates && diskJson(rates.disk),
        disks: (sample?.reading.disks ?? []).map(sizesJson),
        network: rates && networkJson(rates.network),
        agentLostAt: agentLostAt(machine),
        bottleneck,
    };
}

/** When the guest agent went away; null while it is there, or was not seen to go. */
function agentLostAt({active, troubles: {agentLostMs}}: Machine): string | null {
    return active && agentLostMs !== null ? new Date(agentLostMs).toISOString() : null;
}

/** What the computer does on which the machines run. */
export function hostJson({processors, used, stolen, memory, available, pressure}: HostFigures): object {
    return {
        processors,
        usedPercent: percent(used),
        stealPercent: percent(stolen),
        memoryBytes: memory,
        availableBytes: available,
        pressure: pressureJson(pressure),
    };
}

export function pressureJson({cpu, memory, io}: HostPressure): object {
    const [forCpu, forMemory, forIo] = [cpu, memory, io].map(
        pressure => pressure && {somePercent: percent(pressure.some), fullPercent: percent(pressure.full)},
    );
    return {cpu: forCpu, memory: forMemory, io: forIo};
}

/** A part of a whole as percent with one decimal. */
export function percent(part: Figure): Figure {
    return part === null ? null : Math.round(part * 1000) / 10;
}

function memoryJson(memory: MemoryReading, rates: Rates | null): object {
    return {
        currentBytes: memory.current,
        maximumBytes: memory.maximum,
        inUseBytes: memoryInUse(memory),
        residentBytes: memory.resident,
        guestTotalBytes: memory.available,
        guestUsableBytes: memory.usable,
        guestUnusedBytes: memory.unused,
        swappedBytesPerSecond: whole(rates?.swapped ?? null),
    };
}

function diskJson(disk: DiskRates): object {
    return {
        readBytesPerSecond: whole(disk.readBytes),
        writtenBytesPerSecond: whole(disk.writtenBytes),
        readsPerSecond: hundredths(disk.reads),
        writesPerSecond: hundredths(disk.writes),
        latencyMs: hundredths(disk.latencyMs),
        errorsPerSecond: hundredths(disk.errors),
    };
}

function sizesJson({name, capacity, allocation, physical}: DiskReading): object {
    return {name, capacityBytes: capacity, allocatedBytes: allocation, physicalBytes: physical};
}

function networkJson(network: NetworkRates): object {
    return {
        inBytesPerSecond: whole(network.inBytes),
        outBytesPerSecond: whole(network.outBytes),
        inPacketsPerSecond: hundredths(network.inPackets),
        outPacketsPerSecond: hundredths(network.outPackets),
        dropsPerSecond: hundredths(network.drops),
        errorsPerSecond: hundredths(network.errors),
    };
}

/** The one virtual processor that fares worst counts: what runs on it is what one feels. */
export function worst(rates: Rates | null, key: 'waited' | 'stolen'): Figure {
    const known = (rates?.vcpus ?? []).map(vcpu => vcpu[key]).filter(part => part !== null);
    return known.length === 0 ? null : Math.max(...known);
}

function whole(figure: Figure): Figure {
    return figure === null ? null : Math.round(figure);
}

function hundredths(figure: Figure): Figure {
    return figure === null ? null : Math.round(figure * 100) / 100;
}
