// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {IntegrationEdit} from '../../shared/health/integration/integrationEdit.js';
import {sharedFolderEdit} from '../../shared/health/integration/sharedFolder.js';
import {_, fill} from '../../shared/platform/i18n.js';
import {UsageError} from '../usageError.js';

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
    return sharedFolderEdit(source);
}
