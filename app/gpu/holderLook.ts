// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GioUnix from 'gi://GioUnix';

import type {HolderProcess} from '../../shared/gpu/holders/holderProcess.js';
import {oneLine} from '../../shared/platform/i18n.js';

/** How a process is shown: as the application that it belongs to, where it belongs to one. */
export interface HolderLook {
    readonly name: string;
    readonly icon: Gio.Icon;
}

/** @param process its name, or its application's */
export function holderLook({appId, name}: Pick<HolderProcess, 'appId' | 'name'>): HolderLook {
    const app = appId === null ? null : desktopApp(appId);
    return {
        name: oneLine(app?.get_name() ?? name),
        icon: app?.get_icon() ?? Gio.ThemedIcon.new('application-x-executable-symbolic'),
    };
}

/** The name of a desktop application; null when there is none of that id. */
export function appName(appId: string): string | null {
    return desktopApp(appId)?.get_name() ?? null;
}

function desktopApp(id: string): Gio.AppInfo | null {
    // A process chooses its unit's name: nothing but an id may become a file's name.
    if (!/^[\w.-]+$/.test(id)) return null;
    try {
        return GioUnix.DesktopAppInfo.new(`${id}.desktop`);
    } catch (error) {
        // GJS throws where the constructor gives NULL: there is no such application.
        if (error instanceof Error) return null;
        throw error;
    }
}
