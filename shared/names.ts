// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Every name by which something outside finds Handover, once.
 * `tools/name.mjs` reads this file for Meson and the scripts: keep each value
 * a plain string literal.
 */

/** Application id: D-Bus name, desktop entry, icon, GResource and settings prefix. */
export const APP_ID = 'io.github.handover.Handover';

/** What people call it; not translated. */
export const APP_NAME = 'Handover';

/** D-Bus object path of the application. */
export const APP_PATH = '/io/github/handover/Handover';

/** Version of the app, the CLI and the extension, which are released together. */
export const VERSION = '0.1.0';

/** gettext domain. */
export const GETTEXT_DOMAIN = 'handover';

/** GSettings schema id. */
export const SETTINGS_SCHEMA = 'io.github.handover.Handover';

/** GSettings schema path. */
export const SETTINGS_PATH = '/io/github/handover/Handover/';

/** UUID of the GNOME Shell extension. */
export const EXTENSION_UUID = 'handover@handover.github.io';

/** D-Bus name the extension owns while it shows its indicator, so that the app stays quiet. */
export const PANEL_BUS_NAME = 'io.github.handover.Handover.Panel';

/** XML namespace of our element in a domain's metadata. */
export const METADATA_NAMESPACE = 'urn:handover:machine:1';

/** Prefix of that namespace in the domain XML. */
export const METADATA_PREFIX = 'handover';

/** Action of the app whose state is the key of the machine that its window shows, empty for none. */
export const SHOWN_MACHINE_ACTION = 'shown-machine';

/** The state of that action while the page of the graphics cards is shown; no machine's key is like it. */
export const SHOWN_CARDS = 'cards';

/** D-Bus name of the helper on the system bus, also the name of its interface. */
export const HELPER_BUS_NAME = 'io.github.handover.Handover.Helper';

/** D-Bus object path of the helper. */
export const HELPER_PATH = '/io/github/handover/Handover/Helper';
