// SPDX-License-Identifier: GPL-3.0-or-later

/** What must be undone, the last first. */
export class Disposer {
    readonly #undo: (() => void)[] = [];

    /** Remembers how to undo what was just done. */
    add(undo: () => void): void {
        this.#undo.push(undo);
    }

    /** Undoes everything; the disposer is empty then, and may be used again. */
    dispose(): void {
        for (let undo = this.#undo.pop(); undo !== undefined; undo = this.#undo.pop()) undo();
    }
}
