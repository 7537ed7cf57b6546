// SPDX-License-Identifier: GPL-3.0-or-later
// The helper as it is installed, from the sources.
import '../../../helper/main.js';
