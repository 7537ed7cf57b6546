// SPDX-License-Identifier: GPL-3.0-or-later
// The helper's service on a pretended machine, as in tests/helper.
import '../../helper/programs/helperOnFakes.js';
