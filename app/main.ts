// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?VERSION=1';
import {APP_ID, APP_NAME} from '../shared/names.js';

const application = new Adw.Application({application_id: APP_ID});
application.connect('activate', () => {
    new Adw.ApplicationWindow({application, title: APP_NAME}).present();
});
application.run([]);
