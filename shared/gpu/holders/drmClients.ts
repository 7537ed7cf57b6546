// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * What a driver says of one use of a card, in /proc/PID/fdinfo.
 *
 * @see https://docs.kernel.org/gpu/drm-usage-stats.html
 */
export interface DrmClient {
    /** Unique on its card; descriptors that were duplicated or passed on have the same. */
    readonly id: string;
    /** The card, where the driver tells. */
    readonly address: string | null;
    /** Memory of the card that it uses, in bytes; null where the driver does not tell. */
    readonly memoryBytes: number | null;
}

/** Reads a fdinfo file; null for one that is no DRM descriptor, or of a driver that says nothing. */
export function drmClientOf(text: string): DrmClient | null {
    const lines = new Map(
        text.split('\n').flatMap(line => {
            const [, key, value] = /^(drm-[a-z0-9-]+):\s*(.*?)\s*$/.exec(line) ?? [];
            return key === undefined || value === undefined ? [] : [[key, value] as const];
        }),
    );
    const id = lines.get('drm-client-id');
    if (id === undefined) return null;
    return {id, address: lines.get('drm-pdev') ?? null, memoryBytes: memoryIn(lines)};
}

/** amdgpu says `drm-memory-vram`, i915 and xe `drm-total-local0`, `drm-total-vram0`, newer drivers `drm-total-vram`. */
function memoryIn(lines: ReadonlyMap<string, string>): number | null {
    let sum: number | null = null;
    const regions = new Set<string>();
    for (const [key, value] of lines) {
        const [, region] = /^drm-(?:total|memory)-((?:vram|local)\d*)$/.exec(key) ?? [];
        if (region === undefined || regions.has(region)) continue;
        const bytes = bytesOf(value);
        if (bytes === null) continue;
        regions.add(region);
        sum = (sum ?? 0) + bytes;
    }
    return sum;
}

function bytesOf(value: string): number | null {
    const [, figure, unit = ''] = /^(\d{1,15})(?: (KiB|MiB))?$/.exec(value) ?? [];
    if (figure === undefined) return null;
    return Number(figure) * (unit === 'MiB' ? 2 ** 20 : unit === 'KiB' ? 2 ** 10 : 1);
}
