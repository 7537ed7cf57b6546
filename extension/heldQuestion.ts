// SPDX-License-Identifier: GPL-3.0-or-later
import Shell from 'gi://Shell';
import St from 'gi://St';

import type {HolderProcess} from '../shared/gpu/holders/holderProcess.js';
import {holderName, roleLabel} from '../shared/gpu/words.js';
import type {CardHeldError} from '../shared/lending/lendingErrors.js';
import {_, fill, oneLine} from '../shared/platform/i18n.js';
import type {ShownHolder} from './heldDialog.js';

/** A longer name does not fit on a button. */
const LONGEST_NAME = 24;
/** More holders than anybody reads. */
const MOST_HOLDERS = 12;
const ICON_SIZE = 32;

/** What can be done about a card that is held. */
export interface HeldAnswers {
    /** The one application to be closed, fit for a button; null when there are several. */
    readonly app: string | null;
    /** Whether everything that holds the card can be closed from here. */
    readonly closable: boolean;
    /** Whether it makes sense to wait: the desktop, for one, never lets go. */
    readonly waitable: boolean;
}

/** What can be answered to a card that is held. */
export function answersTo({report, closable, closingHelps}: CardHeldError): HeldAnswers {
    const names = [...new Set(closable.map(app => shownName(app.name, app.desktopId)))];
    return {
        app: names.length === 1 ? oneLine(names[0]!, LONGEST_NAME) : null,
        closable: closingHelps,
        waitable: report.consoles.length === 0 && !report.processes.some(({role}) => role === 'desktop'),
    };
}

/** The holders as the dialog lists them. */
export function shownHolders({report, closable}: CardHeldError): ShownHolder[] {
    const pids = new Set(closable.map(({pid}) => pid));
    const shown = report.processes.slice(0, MOST_HOLDERS).map(process => ({
        name: oneLine(holderName(process, appName), LONGEST_NAME * 2),
        note: noteOn(process, pids.has(process.pid)),
        icon: iconOf(process),
    }));
    for (const console of report.consoles)
        shown.push({
            name: _('The text console'),
            note: console.framebuffer,
            icon: new St.Icon({icon_name: 'utilities-terminal', icon_size: ICON_SIZE}),
        });
    return shown;
}

/** The Shell knows the applications already; nothing is read for it. */
export function appName(id: string): string | null {
    return Shell.AppSystem.get_default().lookup_app(`${id}.desktop`)?.get_name() ?? null;
}

/** @param desktopId id of its desktop entry, with its ending; null where it has none */
function shownName(name: string, desktopId: string | null): string {
    return (desktopId === null ? null : appName(desktopId.replace(/\.desktop$/, ''))) ?? name;
}

function noteOn({pid, user, role}: HolderProcess, closable: boolean): string {
    const what = roleLabel(role);
    if (what !== '') return what;
    return closable
        ? fill(_('Process {pid}'), {pid})
        : fill(_('Process {pid} of {user}; it cannot be closed from here'), {pid, user});
}

function iconOf({appId}: HolderProcess): St.Icon {
    const app = appId === null ? null : Shell.AppSystem.get_default().lookup_app(`${appId}.desktop`);
    return app
        ? new St.Icon({gicon: app.get_icon(), icon_size: ICON_SIZE})
        : new St.Icon({icon_name: 'application-x-executable', icon_size: ICON_SIZE});
}
