// SPDX-License-Identifier: GPL-3.0-or-later
// What of the figures the menu shows; it is loaded, little by little, when the menu is opened first.
export {InsightReader} from '../shared/metrics/insight.js';
export {Metrics} from '../shared/metrics/metrics.js';
export {shortLine} from '../shared/metrics/words.js';
