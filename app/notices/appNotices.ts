// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';
import {
    type Notice,
    type NoticeAction,
    noticeFor,
    noticeId,
    type Urgency,
} from '../../shared/notices/notice.js';
import {PanelWatch} from '../../shared/notices/panelWatch.js';
import {describeProblem} from '../../shared/problems/problem.js';
import type {Preferences} from '../../shared/settings/preferences.js';

/** Notifies while no panel does. */
export class AppNotices {
    readonly #panel = new PanelWatch();
    readonly #release: () => void;

    /**
     * @param application sends the notifications
     * @param looksAt whether the person sees a machine's page now, so that nothing need be told
     */
    constructor(
        private readonly application: Gio.Application,
        hosts: HostList,
        preferences: Preferences,
        looksAt: (machine: Machine) => boolean,
    ) {
        const id = hosts.connect('happened', (_hosts, machine: Machine, happening: Happening) => {
            const silent = this.#panel.present !== false || !preferences.notifications || looksAt(machine);
            const notice = silent ? null : noticeFor(machine, happening);
            if (notice) this.#send(machine, notice, happening);
            else application.withdraw_notification(noticeId(machine));
        });
        this.#release = () => hosts.disconnect(id);
    }

    /** Stops notifying. */
    close(): void {
        this.#release();
        this.#panel.close();
    }

    #send(machine: Machine, notice: Notice, happening: Happening): void {
        const notification = Gio.Notification.new(notice.title);
        notification.set_body(notice.body);
        notification.set_priority(priorityOf(notice.urgency));
        notification.set_default_action_and_target('app.show-machine', new GLib.Variant('s', machine.key));
        for (const {label, action} of notice.buttons) {
            const [name, target] = targetOf(machine, notice, action, happening);
            notification.add_button_with_target(label, name, target);
        }
        this.application.send_notification(notice.id, notification);
    }
}

function priorityOf(urgency: Urgency): Gio.NotificationPriority {
    const {NORMAL, HIGH, URGENT} = Gio.NotificationPriority;
    return {normal: NORMAL, high: HIGH, critical: URGENT}[urgency];
}

function targetOf(
    machine: Machine,
    notice: Notice,
    action: NoticeAction,
    happening: Happening,
): [string, GLib.Variant] {
    if (action !== 'details') return ['app.run-action', new GLib.Variant('(ss)', [machine.key, action])];
    const detail = happening.error === undefined ? '' : describeProblem(happening.error).detail;
    return ['app.show-problem', new GLib.Variant('(ssss)', [machine.key, notice.title, notice.body, detail])];
}
