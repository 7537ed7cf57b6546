// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {UsageError} from '../usageError.js';

/** What the guest mounts it by where the folder's name has no letter that a tag may have. */
const ANY_TAG = 'shared';
const LONGEST_TAG = 36;

/**
 * A folder of this computer, as it is given to a machine; its tag comes from its name.
 *
 * @param typed may be relative
 * @throws UsageError when there is no such folder
 */
export function sharedFolder(typed: string): IntegrationEdit {
    const source = GLib.canonicalize_filename(typed, null);
    if (!GLib.file_test(source, GLib.FileTest.IS_DIR))
        throw new UsageError(fill(_('There is no folder {folder}.'), {folder: source}));
    const tag = GLib.path_get_basename(source)
        .replace(/[^A-Za-z0-9_.-]+/g, '-')
        .replace(/^[^A-Za-z0-9]+/, '')
        .slice(0, LONGEST_TAG);
    return {kind: 'shared-folder', source, tag: tag === '' ? ANY_TAG : tag};
}
