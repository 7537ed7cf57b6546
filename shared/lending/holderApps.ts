// SPDX-License-Identifier: GPL-3.0-or-later
import type {HolderReport} from '../gpu/holders/holders.js';

/** A program that holds a card and may be closed by whoever it belongs to. */
export interface HolderApp {
    readonly pid: number;
    /** When it started, in clock ticks since boot: a number that is given out anew has another. */
    readonly startTicks: number;
    /** As it calls itself; from outside, so one line of plain text. */
    readonly name: string;
    readonly user: string;
    /** Whether it is this user's: others' are never touched. */
    readonly own: boolean;
    /** Id of its desktop entry, e.g. `org.gnome.Calculator.desktop`; null where it is no desktop application. */
    readonly desktopId: string | null;
}

/**
 * The programs of a report that this user may close. The desktop, the log-in screen, the sound server and services
 * are none: who ends those loses more than the card.
 */
export function closableApps({processes}: Pick<HolderReport, 'processes'>, uid: number): HolderApp[] {
    return processes
        .filter(process => process.role === 'program' && process.uid === uid && process.pid > 1)
        .map(({pid, startTicks, name, user, appId}) => ({
            pid,
            startTicks,
            name,
            user,
            own: true,
            desktopId: appId === null ? null : `${appId}.desktop`,
        }));
}
