// SPDX-License-Identifier: GPL-3.0-or-later
import {Extension} from 'resource:///org/gnome/shell/extensions/extension.js';

/** The panel side of Handover. */
export default class HandoverExtension extends Extension {
    override enable(): void {}

    override disable(): void {}
}
