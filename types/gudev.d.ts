// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of GUdev that is used; npm has no types for it (https://gnome.pages.gitlab.gnome.org/libgudev/). */
declare module 'gi://GUdev?version=1.0' {
    import type GObject from 'gi://GObject';

    namespace GUdev {
        class Device extends GObject.Object {
            get_name(): string | null;
            get_subsystem(): string | null;
            get_sysfs_path(): string | null;
        }

        class Client extends GObject.Object {
            constructor(properties: {subsystems: string[]});
            connect(
                signal: 'uevent',
                callback: (client: Client, action: string, device: Device) => void,
            ): number;
        }
    }

    export default GUdev;
}
