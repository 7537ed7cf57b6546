// SPDX-License-Identifier: GPL-3.0-or-later
// What a list needs only when something is out of the ordinary; the build keeps it in a file of its own.
export {judgeFailures} from './hostFailures.js';
export {report, warnOfUnknownHosts} from './report.js';
export {terminalColumns} from './terminalSize.js';
