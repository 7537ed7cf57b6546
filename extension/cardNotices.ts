// SPDX-License-Identifier: GPL-3.0-or-later
import type {Gpu} from '../shared/gpu/gpu.js';
import {ReturnWatch} from '../shared/lending/returnWatch.js';
import {cardNoticeId, cardReturnedNotice, cardStuckNotice} from '../shared/notices/cardNotice.js';
import type {Notice, NoticeAction} from '../shared/notices/notice.js';
import type {Preferences} from '../shared/settings/preferences.js';
import type {CardCommands} from './cardCommands.js';
import {Disposer} from './disposer.js';
import type {HandoverApp} from './handoverApp.js';
import type {Notifications} from './notifications.js';
import type {PanelCards} from './panelCards.js';

export interface CardNoticeParts {
    readonly preferences: Preferences;
    readonly app: HandoverApp;
    readonly cards: PanelCards;
    readonly cardCommands: CardCommands;
    readonly notifications: Notifications;
    /** Whether the user has our menu open, and so sees what happens. */
    readonly isWatching: () => boolean;
}

/** Notifies of cards that have come back from a machine, or do not, while nobody looks at them. */
export class CardNotices {
    readonly #disposer = new Disposer();
    #disposed = false;

    constructor(private readonly parts: CardNoticeParts) {
        parts.cards
            .open()
            .then(opened => {
                if (opened && !this.#disposed) this.#follow(new ReturnWatch(opened.cards, opened.helper));
            })
            .catch((error: unknown) => console.error(error));
    }

    dispose(): void {
        this.#disposed = true;
        this.#disposer.dispose();
    }

    #follow(watch: ReturnWatch): void {
        this.#disposer.add(() => watch.close());
        const handlers = [
            watch.connect('returned', (_watch, gpu: Gpu, ms: number) =>
                this.#tell(gpu, cardReturnedNotice(gpu, ms)),
            ),
            watch.connect('stuck', (_watch, gpu: Gpu, error: unknown) =>
                this.#tell(gpu, cardStuckNotice(gpu, error)),
            ),
        ];
        this.#disposer.add(() => {
            for (const handler of handlers) watch.disconnect(handler);
        });
    }

    #tell(gpu: Gpu, notice: Notice): void {
        const {preferences, app, notifications, isWatching} = this.parts;
        const seen = app.looksAtCards() || (notice.urgency === 'normal' && isWatching());
        if (!preferences.notifications || seen) {
            notifications.withdraw(cardNoticeId(gpu));
            return;
        }
        notifications.show({
            ...notice,
            buttons: notice.buttons.map(({label, action}) => ({
                label,
                pressed: () => this.#perform(gpu, action),
            })),
            activated: () => app.showCard(gpu.address),
        });
    }

    #perform(gpu: Gpu, action: NoticeAction): void {
        const {app, cardCommands} = this.parts;
        if (action === 'force-back') cardCommands.run(gpu, 'force-back');
        else app.showCard(gpu.address);
    }
}
