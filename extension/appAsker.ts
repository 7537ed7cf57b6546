// SPDX-License-Identifier: GPL-3.0-or-later
import Shell from 'gi://Shell';

import type {AppAsker} from '../shared/lending/closeHolders.js';

/** Asks an application to quit as the Shell's own menu does: it may still ask its user to save. */
export const APP_ASKER: AppAsker = {
    ask({desktopId, pid}) {
        const known = desktopId === null ? null : Shell.AppSystem.get_default().lookup_app(desktopId);
        const app = known ?? Shell.WindowTracker.get_default().get_app_from_pid(pid);
        return Promise.resolve(app?.request_quit() ?? false);
    },
};
