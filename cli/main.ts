// SPDX-License-Identifier: GPL-3.0-or-later
import {VERSION} from '../shared/names.js';

print(`handover ${VERSION}`);
