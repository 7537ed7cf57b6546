// SPDX-License-Identifier: GPL-3.0-or-later

/** What jasmine-core takes from a browser and GJS does not have. Imported before it. */

type Listener = (() => void) | null;

class Port {
    onmessage: Listener = null;
    other: Port | undefined;

    postMessage(): void {
        setTimeout(() => this.other?.onmessage?.());
    }
}

class Channel {
    readonly port1 = new Port();
    readonly port2 = new Port();

    constructor() {
        this.port1.other = this.port2;
        this.port2.other = this.port1;
    }
}

Object.assign(globalThis, {
    MessageChannel: Channel,
    queueMicrotask: (work: () => void) => void Promise.resolve().then(work),
    // Only events for reporters go through it, which are made to survive JSON.
    structuredClone: (value: unknown): unknown =>
        value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown),
    // GJS reports what nobody caught in its log, where the runner of the suites looks for it.
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
});
