// SPDX-License-Identifier: GPL-3.0-or-later
import {_, fill} from '../../shared/platform/i18n.js';
import type {GpuTask} from '../gpuTasks.js';
import {UsageError} from '../usageError.js';
import type {GpuMoveOptions} from './gpuMove.js';
import type {GpuStatusOptions} from './gpuStatus.js';

export interface GpuOptions extends GpuStatusOptions, GpuMoveOptions {}

/** Options that one task has, and the others do not. */
const TASK_OF = {names: 'status', yes: 'force-back', 'up-to': 'force-back'} as const;

/**
 * `handover gpu`: loads what a task needs, and nothing else.
 *
 * @param wanted the card, as it was typed
 * @throws UsageError when an option belongs to another task
 */
export async function gpu(options: GpuOptions, task: GpuTask, wanted: string | undefined): Promise<void> {
    for (const option of ['names', 'yes', 'up-to'] as const)
        if (options[option] !== undefined && TASK_OF[option] !== task)
            throw new UsageError(
                fill(_('{option} goes with “handover gpu {task}” only.'), {
                    option: `--${option}`,
                    task: TASK_OF[option],
                }),
            );
    switch (task) {
        case 'status': {
            const {gpuStatus} = await import('./gpuStatus.js');
            return await gpuStatus(options, wanted);
        }
        case 'journal': {
            const {gpuJournal} = await import('./gpuJournal.js');
            return await gpuJournal(options, wanted);
        }
        case 'take':
        case 'return':
        case 'force-back': {
            const {gpuMove} = await import('./gpuMove.js');
            return await gpuMove(task, options, wanted);
        }
    }
}
