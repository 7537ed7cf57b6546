// SPDX-License-Identifier: GPL-3.0-or-later
// The least that a libadwaita program in GJS can be: what every start is held against.
import Adw from 'gi://Adw?version=1';

const application = new Adw.Application({application_id: 'io.github.handover.EmptyWindow'});
application.connect('activate', () => {
    new Adw.ApplicationWindow({application, title: 'Empty window'}).present();
});
application.run([]);
