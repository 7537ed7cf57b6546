// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Gpu} from '../gpu/gpu.js';
import type {Follow} from './changeWatch.js';

/** Follows the nodes through which programs draw with a card, as far as the kernel tells of their being closed. */
export function nodesOf({root, facts}: Pick<Gpu, 'root' | 'facts'>): Follow {
    return changed => {
        const monitors = facts.drmNodes.flatMap(name => watch(`${root.dev}/dri/${name}`, changed) ?? []);
        return () => {
            for (const monitor of monitors) monitor.cancel();
        };
    };
}

function watch(path: string, changed: () => void): Gio.FileMonitor | null {
    try {
        const monitor = Gio.File.new_for_path(path).monitor_file(Gio.FileMonitorFlags.NONE, null);
        monitor.set_rate_limit(0);
        monitor.connect('changed', changed);
        return monitor;
    } catch (error) {
        // No inotify watch is left: then the look every now and then has to do.
        if (error instanceof GLib.Error) return null;
        throw error;
    }
}
