// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {IntegrationEdit} from './integrationEdit.js';

/** What the guest mounts it by where the folder's name has no letter that a tag may have. */
const ANY_TAG = 'shared';
const LONGEST_TAG = 36;

/**
 * A folder of this computer, as it is given to a machine; its tag comes from its name.
 *
 * @param source its whole path
 */
export function sharedFolderEdit(source: string): IntegrationEdit {
    const tag = GLib.path_get_basename(source)
        .replace(/[^A-Za-z0-9_.-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, LONGEST_TAG);
    return {kind: 'shared-folder', source, tag: tag === '' ? ANY_TAG : tag};
}
