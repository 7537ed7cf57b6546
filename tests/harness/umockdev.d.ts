// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of umockdev that is used (https://github.com/martinpitt/umockdev). */
declare module 'gi://UMockdev?version=1.0' {
    import type GObject from 'gi://GObject';

    namespace UMockdev {
        interface Testbed extends GObject.Object {
            /** @returns the path below /sys */
            add_device(
                subsystem: string,
                name: string,
                parent: string | null,
                attributes: string[],
                properties: string[],
            ): string | null;
            uevent(path: string, action: string): void;
        }

        const Testbed: {readonly new: () => Testbed};
    }

    export default UMockdev;
}
