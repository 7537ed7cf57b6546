// SPDX-License-Identifier: GPL-3.0-or-later
// The helper on a pretended machine, for the panel.
import '../../helper/programs/helperOnFakes.js';
