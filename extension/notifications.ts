// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import * as Main from 'resource:///org/gnome/shell/ui/main.js';
import * as MessageTray from 'resource:///org/gnome/shell/ui/messageTray.js';

import {APP_NAME} from '../shared/names.js';
import type {Urgency} from '../shared/notices/notice.js';

export interface NotificationButton {
    readonly label: string;
    readonly pressed: () => void;
}

export interface NotificationContent {
    /** One of each id is there at a time: the next takes its place. */
    readonly id: string;
    readonly title: string;
    /** Plain text, never markup. */
    readonly body: string;
    /** What is critical stays until somebody has seen to it. */
    readonly urgency: Urgency;
    readonly buttons: readonly NotificationButton[];
    /** What a click on the notification itself does. */
    readonly activated?: () => void;
}

/** Our notifications, in a source of their own that is there while it has any. */
export class Notifications {
    #source: MessageTray.Source | null = null;
    readonly #shown = new Map<string, MessageTray.Notification>();
    readonly #activated = new Map<string, () => void>();

    /** @param icon the source's */
    constructor(private readonly icon: Gio.Icon) {}

    /** Shows a notification, in place of the one that has the same id. */
    show(content: NotificationContent): void {
        const level = shellUrgency(content.urgency);
        if (confusesTheShell(this.#shown.get(content.id), level))
            this.#shown.get(content.id)?.destroy(MessageTray.NotificationDestroyedReason.REPLACED);
        const there = this.#shown.get(content.id);
        const notification = there ?? this.#make(content.id);
        const {title, body, urgency, buttons, activated} = content;
        notification.clearActions();
        for (const {label, pressed} of buttons) notification.addAction(label, pressed);
        if (activated) this.#activated.set(content.id, activated);
        else this.#activated.delete(content.id);
        notification.set({
            title,
            body,
            urgency: level,
            resident: urgency === 'critical',
            // One that was there is announced again, because it says something new.
            acknowledged: false,
        });
        if (!there) notification.source?.addNotification(notification);
    }

    /** Adds to what a notification says, if it is still there; it is not announced again for that. */
    amend(id: string, body: string): void {
        this.#shown.get(id)?.set({body});
    }

    /** Takes a notification back, if it is there: what it says is no longer so. */
    withdraw(id: string): void {
        this.#shown.get(id)?.destroy(MessageTray.NotificationDestroyedReason.EXPIRED);
    }

    /** Takes all of them away. */
    dispose(): void {
        this.#source?.destroy(MessageTray.NotificationDestroyedReason.SOURCE_CLOSED);
    }

    #make(id: string): MessageTray.Notification {
        const notification = new MessageTray.Notification({source: this.#ensureSource()});
        notification.connect('activated', () => this.#activated.get(id)?.());
        notification.connect('destroy', () => {
            this.#shown.delete(id);
            this.#activated.delete(id);
        });
        this.#shown.set(id, notification);
        return notification;
    }

    #ensureSource(): MessageTray.Source {
        if (!this.#source) {
            this.#source = new MessageTray.Source({title: APP_NAME, icon: this.icon});
            this.#source.connect('destroy', () => (this.#source = null));
            Main.messageTray.add(this.#source);
        }
        return this.#source;
    }
}

/**
 * GNOME 48 takes each change of urgency for one to or from critical, counts those wrongly then, and puts the
 * notification where none may be (messageList.js, NotificationMessageGroup).
 */
function confusesTheShell(there: MessageTray.Notification | undefined, level: MessageTray.Urgency): boolean {
    const {CRITICAL} = MessageTray.Urgency;
    return there !== undefined && there.urgency !== level && there.urgency !== CRITICAL && level !== CRITICAL;
}

function shellUrgency(urgency: Urgency): MessageTray.Urgency {
    const {NORMAL, HIGH, CRITICAL} = MessageTray.Urgency;
    return {normal: NORMAL, high: HIGH, critical: CRITICAL}[urgency];
}
