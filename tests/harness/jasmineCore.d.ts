// SPDX-License-Identifier: GPL-3.0-or-later

/** jasmine-core; the bundle takes its inner module, without the loader for Node.js. */
declare module 'jasmine-core' {
    const core: {installGlobals(target: object): void};
    export default core;
}
