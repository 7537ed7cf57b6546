// SPDX-License-Identifier: GPL-3.0-or-later
import './resources.js';

import Adw from 'gi://Adw?version=1';
import {programArgs, programInvocationName} from 'system';

import {APP_ID, APP_NAME} from '../shared/names.js';

const application = new Adw.Application({application_id: APP_ID});
application.connect('activate', () => {
    new Adw.ApplicationWindow({application, title: APP_NAME}).present();
});
application.run([programInvocationName, ...programArgs]);
