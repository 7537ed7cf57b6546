// SPDX-License-Identifier: GPL-3.0-or-later
import type {Finding} from '../../shared/health/finding.js';
import {fixActionLabel} from '../../shared/health/words.js';
import {withoutIsolates} from '../plainText.js';

/** What `--json` prints of a finding; the manual page documents it, and it only ever grows. */
export function findingJson({
    id,
    title,
    status,
    severity,
    lasting,
    about,
    aboutName,
    evidence,
    fix,
    action,
}: Finding): object {
    return {
        id,
        title: withoutIsolates(title),
        status,
        severity,
        lasting,
        about,
        aboutName: aboutName ?? null,
        evidence: withoutIsolates(evidence),
        fix: withoutIsolates(fix),
        action: action && {...action, text: withoutIsolates(fixActionLabel(action))},
    };
}
