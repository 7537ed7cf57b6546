// SPDX-License-Identifier: GPL-3.0-or-later

import Gio from 'gi://Gio';

// A side effect at import on purpose: GObject.registerClass reads a template when its class is
// defined, so the resources must be there before any widget's module is evaluated.
const [here] = import.meta.url.split(/\/app\/[^/]*$/);
const file = Gio.File.new_for_uri(`${here}/handover.gresource`);
Gio.resources_register(Gio.Resource.load(file.get_path() ?? ''));
