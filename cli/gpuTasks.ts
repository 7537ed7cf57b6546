// SPDX-License-Identifier: GPL-3.0-or-later
import type {Rung} from '../shared/gpu/handover/forceBack.js';

/** What `handover gpu` can do; the first unless told. */
export const GPU_TASKS = ['status', 'take', 'return', 'force-back', 'journal'] as const;
export type GpuTask = (typeof GPU_TASKS)[number];

/** How far `--up-to` lets force-back go, from the mildest on. */
export const FORCE_BACK_STEPS = ['return', 'rescan', 'suspend'] as const satisfies readonly Rung[];
