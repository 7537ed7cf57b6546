// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import type GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import type {AppCards} from '../../app/gpu/appCards.js';
import {AppNotices} from '../../app/notices/appNotices.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import {CardNotBackError} from '../../shared/lending/lendingErrors.js';
import type {Preferences} from '../../shared/settings/preferences.js';
import {waitFor} from '../harness/deadline.js';
import {StubHost} from './machines/stubHost.js';

/** Tells of cards as the real one does. */
class StubWatch extends GObject.Object {
    static {
        GObject.registerClass(
            {
                GTypeName: 'TestReturnWatch',
                Signals: {
                    returned: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_DOUBLE]},
                    stuck: {param_types: [GObject.TYPE_OBJECT, GObject.TYPE_JSOBJECT]},
                },
            },
            this,
        );
    }
}

/** As much of a card as a notice needs. */
class StubCard extends GObject.Object {
    static {
        GObject.registerClass({GTypeName: 'TestNoticedCard'}, this);
    }
    readonly identity = '1002:744c:0000:0000';
    readonly address = '0000:03:00.0';
    readonly name = 'AMD Radeon';
    readonly vendor = 'AMD';
}

describe('The app’s notifications', () => {
    const list = new StubHost().list({vm: 'running'});
    const machine = list.machines[0]!;
    const id = `machine:${machine.key}`;
    const there = new Set<string>();
    const preferences = {notifications: true};
    const watch = new StubWatch();
    const card = new StubCard();
    const cardId = 'card:1002:744c:0000:0000@0000:03:00.0';
    let looking = false;
    let notices: AppNotices;

    beforeAll(async () => {
        const application = {
            send_notification: (sent: string) => there.add(sent),
            withdraw_notification: (gone: string) => there.delete(gone),
        };
        notices = new AppNotices(
            application as unknown as Gio.Application,
            list as unknown as HostList,
            {opened: Promise.resolve({watch})} as unknown as AppCards,
            preferences as Preferences,
            () => looking,
        );
        // Nothing is sent before the bus has said that there is no panel.
        await waitFor('a notification', () => {
            machine.tell('started');
            return there.has(id);
        });
    });

    afterAll(() => notices.close());

    beforeEach(() => {
        looking = false;
        preferences.notifications = true;
        machine.tell('crashed');
        expect([...there]).toEqual([id]);
    });

    it('go when something overtakes them that nobody is told of', () => {
        machine.tell('resumed');
        expect([...there]).toEqual([]);
    });

    it('go when they are overtaken before the eyes of the user', () => {
        looking = true;
        machine.tell('started');
        expect([...there]).toEqual([]);
    });

    it('go when notifications are off', () => {
        preferences.notifications = false;
        machine.tell('started');
        expect([...there]).toEqual([]);
    });

    it('go with their machine', () => {
        machine.markGone();
        expect([...there]).toEqual([]);
    });

    it('tell of a card that is back, and of one that is not', () => {
        there.clear();
        watch.emit('returned', card, 1200);
        expect([...there]).toEqual([cardId]);
        there.clear();
        watch.emit('stuck', card, new CardNotBackError(card, 'rescan', 'No such device'));
        expect([...there]).toEqual([cardId]);
        there.delete(cardId);
        there.add(id);
    });

    it('show what went wrong with a card, and not only the card', () => {
        const buttons = spyOn(Gio.Notification.prototype, 'add_button_with_target');
        watch.emit('stuck', card, new CardNotBackError(card, 'rescan', 'No such device'));
        const [label, action, target] = buttons.calls.mostRecent().args as [string, string, GLib.Variant];
        expect([label, action]).toEqual(['Details', 'app.show-card-problem']);
        const [address, title, body, detail] = target.deepUnpack<string[]>();
        expect(address).toBe(card.address);
        expect(title).toContain('has not come back');
        expect(body).not.toBe('');
        expect(detail).toContain('No such device');
        there.delete(cardId);
        there.add(id);
    });

    it('tell nothing of a card that the person looks at', () => {
        looking = true;
        watch.emit('returned', card, 1200);
        expect([...there]).toEqual([id]);
    });
});
