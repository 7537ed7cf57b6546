// SPDX-License-Identifier: GPL-3.0-or-later
import type Gio from 'gi://Gio';
import {AppNotices} from '../../app/notices/appNotices.js';
import type {HostList} from '../../shared/hosts/hostList.js';
import type {Preferences} from '../../shared/settings/preferences.js';
import {waitFor} from '../harness/deadline.js';
import {StubHost} from './machines/stubHost.js';

describe('The app’s notifications', () => {
    const list = new StubHost().list({vm: 'running'});
    const machine = list.machines[0]!;
    const id = `machine:${machine.key}`;
    const there = new Set<string>();
    const preferences = {notifications: true};
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
});
