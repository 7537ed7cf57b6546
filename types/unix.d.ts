// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of GioUnix-2.0 and GLibUnix-2.0 that the CLI and the app use; GLib 2.80 and later. */
declare module 'gi://GioUnix' {
    import type Gio from 'gi://Gio';

    const GioUnix: {
        DesktopAppInfo: {
            /** @throws where the C function gives NULL: there is no such file */
            new: (desktopId: string) => Gio.AppInfo;
        };
        InputStream: {
            new: (fd: number, closeFd: boolean) => Gio.InputStream;
        };
        OutputStream: {
            new: (fd: number, closeFd: boolean) => Gio.OutputStream;
        };
    };
    export default GioUnix;
}

declare module 'gi://GLibUnix' {
    import type GLib from 'gi://GLib';

    type Handler = () => boolean;
    type FdHandler = (fd: number, condition: number) => boolean;
    const GLibUnix: {
        /** In newer versions; before that only under its C name. */
        readonly signal_add?: (priority: number, signal: number, handler: Handler) => number;
        readonly signal_add_full: (priority: number, signal: number, handler: Handler) => number;
        readonly fd_add_full: (
            priority: number,
            fd: number,
            condition: GLib.IOCondition,
            handler: FdHandler,
        ) => number;
    };
    export default GLibUnix;
}
