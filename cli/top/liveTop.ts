// SPDX-License-Identifier: GPL-3.0-or-later
import type {Metrics} from '../../shared/metrics/metrics.js';
import {Pace} from '../metrics/pace.js';
import {Screen} from '../terminal/screen.js';
import {livePicture} from './livePicture.js';
import {type Order, ORDERS} from './topOrder.js';
import type {TopView, TopViewer} from './topView.js';

/** Shows on the terminal what runs, in one picture that is drawn anew once a tick. */
export class LiveTop {
    readonly #screen: Screen;
    /** Settles when a key, the terminal's end or a failure ends it. */
    readonly #closed: Promise<void>;
    #order: Order = 'cpu';
    #view: TopView | null = null;
    #quit: () => void = () => undefined;
    #fail: (error: unknown) => void = () => undefined;

    constructor(
        private readonly metrics: Metrics,
        private readonly viewer: TopViewer,
    ) {
        this.#closed = new Promise((resolve, reject) => {
            this.#quit = resolve;
            this.#fail = reject;
        });
        this.#screen = new Screen({
            pressed: key => this.#press(key),
            resized: () => this.#draw(),
            gone: () => this.#quit(),
            failed: error => this.#fail(error),
        });
    }

    /**
     * Shows until `q` is pressed or something else ends it; the terminal is then as it was.
     *
     * @param end what else ends it
     */
    async run(end: Promise<void>): Promise<void> {
        let pace: Pace | null = null;
        const start = async (): Promise<void> => {
            await this.#screen.open();
            await this.#look();
            pace = new Pace(this.metrics.intervalMs, () => void this.#look().catch(this.#fail));
            this.metrics.watchAll(() => pace?.touch());
            await this.#closed;
        };
        try {
            await Promise.race([end, this.#closed, start()]);
        } finally {
            (pace as Pace | null)?.close();
            await this.#screen.close();
        }
    }

    async #look(): Promise<void> {
        this.#view = await this.viewer.look();
        this.#draw();
    }

    #press(key: string): void {
        const small = key.toLowerCase();
        if (small === 'q') this.#quit();
        this.#order = ORDERS[small as keyof typeof ORDERS] ?? this.#order;
        this.#draw();
    }

    #draw(): void {
        if (!this.#view) return;
        try {
            this.#screen.draw(livePicture(this.#view, this.#order, this.#screen.size));
        } catch (error) {
            this.#fail(error);
        }
    }
}
