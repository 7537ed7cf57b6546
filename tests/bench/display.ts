// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';

const DISPLAY = ':70';

/**
 * Runs something on one X server that shows nothing (Xvfb, llvmpipe): virt-manager is GTK 3 and the others GTK 4,
 * and X11 is what both speak alike.
 */
export async function withDisplay<T>(task: () => Promise<T>): Promise<T> {
    const server = new RunningProgram(['Xvfb', DISPLAY, '-screen', '0', '1280x800x24', '-nolisten', 'tcp']);
    try {
        await waitFor('Xvfb', () =>
            GLib.file_test(`/tmp/.X11-unix/X${DISPLAY.slice(1)}`, GLib.FileTest.EXISTS),
        );
        GLib.setenv('DISPLAY', DISPLAY, true);
        GLib.setenv('GDK_BACKEND', 'x11', true);
        GLib.unsetenv('WAYLAND_DISPLAY');
        return await task();
    } finally {
        GLib.unsetenv('DISPLAY');
        GLib.unsetenv('GDK_BACKEND');
        await server.stop();
    }
}
