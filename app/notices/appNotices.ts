// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Gpu} from '../../shared/gpu/gpu.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {ReturnWatch} from '../../shared/lending/returnWatch.js';
import type {Happening} from '../../shared/machines/happening.js';
import type {Machine} from '../../shared/machines/machine.js';
import {cardReturnedNotice, cardStuckNotice} from '../../shared/notices/cardNotice.js';
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
import type {AppCards} from '../gpu/appCards.js';

/** Notifies while no panel does. */
export class AppNotices {
    readonly #panel = new PanelWatch();
    readonly #releases: (() => void)[] = [];
    #closed = false;

    /**
     * @param application sends the notifications
     * @param cards tells of cards once somebody has opened them
     * @param looksAt whether the person sees this page now, so that nothing need be told
     */
    constructor(
        private readonly application: Gio.Application,
        hosts: HostList,
        cards: AppCards,
        private readonly preferences: Preferences,
        private readonly looksAt: (what: Machine | 'cards') => boolean,
    ) {
        const id = hosts.connect('happened', (_hosts, machine: Machine, happening: Happening) => {
            const notice = this.#silentOn(machine) ? null : noticeFor(machine, happening);
            if (notice) this.#send(machine, notice, happening);
            else application.withdraw_notification(noticeId(machine));
        });
        this.#releases.push(() => hosts.disconnect(id));
        void cards.opened.then(({watch}) => this.#followReturns(watch));
    }

    /** Stops notifying. */
    close(): void {
        this.#closed = true;
        for (const release of this.#releases.splice(0)) release();
        this.#panel.close();
    }

    /** Whether nothing is to be told of something: the panel tells, nobody wants to know, or the person sees it. */
    #silentOn(what: Machine | 'cards'): boolean {
        return this.#panel.present !== false || !this.preferences.notifications || this.looksAt(what);
    }

    #followReturns(watch: ReturnWatch): void {
        if (this.#closed) return;
        const handlers = [
            watch.connect('returned', (_watch, gpu: Gpu, ms: number) =>
                this.#sendCard(gpu, cardReturnedNotice(gpu, ms)),
            ),
            watch.connect('stuck', (_watch, gpu: Gpu, error: unknown) =>
                this.#sendCard(gpu, cardStuckNotice(gpu, error), describeProblem(error).detail),
            ),
        ];
        this.#releases.push(() => {
            for (const handler of handlers) watch.disconnect(handler);
        });
    }

    /** @param detail the original message of what went wrong; empty when nothing did */
    #sendCard({address}: Gpu, notice: Notice, detail = ''): void {
        if (this.#silentOn('cards')) return;
        const target = new GLib.Variant('s', address);
        const notification = Gio.Notification.new(notice.title);
        notification.set_body(notice.body);
        notification.set_priority(priorityOf(notice.urgency));
        notification.set_default_action_and_target('app.show-card', target);
        for (const {label, action} of notice.buttons) {
            if (action === 'force-back')
                notification.add_button_with_target(label, 'app.force-card-back', target);
            else
                notification.add_button_with_target(
                    label,
                    'app.show-card-problem',
                    new GLib.Variant('(ssss)', [address, notice.title, notice.body, detail]),
                );
        }
        this.application.send_notification(notice.id, notification);
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
    if (action === 'health') return ['app.show-health', new GLib.Variant('s', machine.key)];
    if (action !== 'details') return ['app.run-action', new GLib.Variant('(ss)', [machine.key, action])];
    const detail = happening.error === undefined ? '' : describeProblem(happening.error).detail;
    return ['app.show-problem', new GLib.Variant('(ssss)', [machine.key, notice.title, notice.body, detail])];
}
