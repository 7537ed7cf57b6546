// SPDX-License-Identifier: GPL-3.0-or-later

/** What systemd says a process belongs to. */
export interface Belonging {
    /** The unit, e.g. `nvidia-persistenced.service`; null outside of systemd. */
    readonly unit: string | null;
    /** Whether the unit is the system's, not one user's. */
    readonly system: boolean;
    /** Id of the desktop application, e.g. `org.blender.Blender`; null for what is none. */
    readonly appId: string | null;
}

/**
 * Reads /proc/PID/cgroup.
 *
 * @see https://systemd.io/DESKTOP_ENVIRONMENTS/ for the names of applications' units
 */
export function belongingOf(text: string): Belonging {
    // Version 2 has one line, `0::/path`; with version 1 systemd keeps its own in name=systemd.
    const path = /^0::(\/.*)$/m.exec(text)?.[1] ?? /^\d+:name=systemd:(\/.*)$/m.exec(text)?.[1] ?? '/';
    const parts = path.split('/');
    const unit = parts.findLast(part => /\.(service|scope)$/.test(part)) ?? null;
    return {
        unit,
        system:
            unit !== null && !parts.some(part => part === 'user.slice' || /^user@\d+\.service$/.test(part)),
        appId: unit === null ? null : appIdOf(unit),
    };
}

function appIdOf(unit: string): string | null {
    const name = unit.replace(/\.(service|scope)$/, '');
    // A dash in an id is escaped, so that dashes part launcher, id and random number.
    const scope = /^app(?:-[^-]+)?-([^-]+)-[^-]+$/.exec(unit.endsWith('.scope') ? name : '');
    const service = /^(?:app(?:-[^-]+)?|dbus-:[\d.]+)-([^-@]+)(?:@.*)?$/.exec(
        unit.endsWith('.service') ? name : '',
    );
    const snap = /^snap\.([^.]+)\.([^.-]+)/.exec(name);
    if (snap) return `${snap[1]}_${snap[2]}`;
    const id = scope?.[1] ?? service?.[1];
    return id === undefined ? null : unescapeUnit(id);
}

/** systemd writes what may not stand in a unit's name as `\x2d`. */
function unescapeUnit(text: string): string {
    return text.replace(/\\x([0-9a-f]{2})/gi, (_whole, hex: string) =>
        String.fromCharCode(Number.parseInt(hex, 16)),
    );
}
