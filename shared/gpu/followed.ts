// SPDX-License-Identifier: GPL-3.0-or-later

/** Things that are known as they are now, and that tell when they are others. */
export interface Followed<T> {
    readonly current: readonly T[];
    /** @returns a function that ends it */
    follow(changed: () => void): () => void;
    /** Looks now, where something may have changed without anybody telling. */
    refresh?(): Promise<void>;
}
