// SPDX-License-Identifier: GPL-3.0-or-later
import type {MachineAction} from '../shared/machines/actions.js';
import type {DoctorOptions} from './verbs/doctor.js';
import type {GpuOptions} from './verbs/gpu.js';
import type {HealthOptions} from './verbs/health.js';
import type {ListOptions} from './verbs/list.js';
import type {StartVerbOptions} from './verbs/start.js';
import type {StopOptions} from './verbs/stop.js';
import type {WaitOptions} from './verbs/wait.js';
import type {StatsOptions} from './verbs/stats.js';
import type {SetUpVerbOptions} from './setUp/setUpGpu.js';
import {GPU_TASKS, type GpuTask} from './gpuTasks.js';
import type {CommonOptions} from './options.js';

/** Options beside the common ones. */
export type VerbOption =
    | 'force'
    | 'for'
    | 'names'
    | 'close-apps'
    | 'when-free'
    | 'no-open'
    | 'up-to'
    | 'yes'
    | 'id'
    | 'fix'
    | 'add'
    | 'folder'
    | 'check'
    | 'undo'
    | 'card'
    | 'machine'
    | 'managed'
    | 'code-43'
    | 'rom'
    | 'interval'
    | 'watch';

/** One verb of the command line: the parser, the completions and the manual page follow this table. */
export interface Verb {
    readonly name: string;
    readonly brief: string;
    /** What its help should tell besides. */
    readonly more?: string;
    /** Whether it takes a machine. */
    readonly machine: 'needed' | 'possible' | 'none';
    /** What it can do, as its first argument says; the first of them when there is none. */
    readonly tasks?: readonly string[];
    /** Whether it takes a graphics card after the task. */
    readonly card?: true;
    readonly options: readonly VerbOption[];
    /**
     * Loads what the verb needs, and nothing else, when it is called.
     *
     * @param argument the machine, or the task
     * @param card the graphics card, as it was typed
     */
    run(options: VerbOptions, argument: string | undefined, card?: string): Promise<void>;
}

export interface VerbOptions
    extends
        CommonOptions,
        ListOptions,
        StartVerbOptions,
        StopOptions,
        GpuOptions,
        SetUpVerbOptions,
        DoctorOptions,
        HealthOptions,
        StatsOptions,
        Partial<WaitOptions> {}

function action(name: string, brief: string, action: MachineAction): Verb {
    return {
        name,
        brief,
        machine: 'needed',
        options: [],
        async run(options, machine = '') {
            const {act} = await import('./verbs/act.js');
            await act(action, options, machine);
        },
    };
}

export const VERBS: readonly Verb[] = [
    {
        name: 'list',
        brief: 'List machines',
        machine: 'none',
        options: ['names'],
        async run(options) {
            const {list} = await import('./verbs/list.js');
            await list(options);
        },
    },
    {
        name: 'show',
        brief: 'Show one machine',
        machine: 'needed',
        options: [],
        async run(options, machine = '') {
            const {show} = await import('./verbs/show.js');
            await show(options, machine);
        },
    },
    {
        name: 'start',
        brief: 'Start a machine; its graphics card is taken from Linux for it',
        machine: 'needed',
        options: ['close-apps', 'when-free', 'no-open'],
        async run(options, machine = '') {
            const {start} = await import('./verbs/start.js');
            await start(options, machine);
        },
    },
    {
        name: 'stop',
        brief: 'Ask the guest to shut down and wait until it has',
        machine: 'needed',
        options: ['force'],
        async run(options, machine = '') {
            const {stop} = await import('./verbs/stop.js');
            await stop(options, machine);
        },
    },
    action('restart', 'Ask the guest to restart and wait until it has', 'reboot'),
    action('reset', 'Restart a machine at once, without asking the guest', 'reset'),
    action('pause', 'Pause a machine', 'pause'),
    action('resume', 'Resume a paused machine', 'resume'),
    action('save', 'Save the state of a machine to disk and stop it', 'save'),
    action('wake', 'Wake a guest that sleeps', 'wake'),
    {
        name: 'open',
        brief: 'Open what shows a machine on this desktop',
        machine: 'needed',
        options: [],
        async run(options, machine = '') {
            const {open} = await import('./verbs/open.js');
            await open(options, machine);
        },
    },
    {
        name: 'wait',
        brief: 'Wait until a machine is in a state',
        machine: 'needed',
        options: ['for'],
        async run(options, machine = '') {
            const {wait} = await import('./verbs/wait.js');
            await wait({...options, for: options.for!}, machine);
        },
    },
    {
        name: 'watch',
        brief: 'Print what happens to machines, as it happens',
        machine: 'possible',
        options: [],
        async run(options, machine) {
            const {watch} = await import('./verbs/watch.js');
            await watch(options, machine);
        },
    },
    {
        name: 'top',
        brief: 'Show what machines do, live',
        more: 'What holds a machine back is taken from its counters and this computer’s pressure alone; “handover stats MACHINE” looks closer.',
        machine: 'none',
        options: ['interval'],
        async run(options) {
            const {top} = await import('./verbs/top.js');
            await top(options);
        },
    },
    {
        name: 'stats',
        brief: 'Measure what a machine does, or all that run',
        more: 'What holds one machine back is taken from all that is known of it; without MACHINE, or with --watch, from its counters and this computer’s pressure alone.',
        machine: 'possible',
        options: ['watch', 'interval'],
        async run(options, machine) {
            const {stats} = await import('./verbs/stats.js');
            await stats(options, machine);
        },
    },
    {
        name: 'gpu',
        brief: 'Show the graphics cards, who has them and who uses them; hand one over, or take it back',
        machine: 'none',
        tasks: GPU_TASKS,
        card: true,
        options: ['names', 'up-to', 'yes'],
        async run(options, task = GPU_TASKS[0], card) {
            const {gpu} = await import('./verbs/gpu.js');
            await gpu(options, task as GpuTask, card);
        },
    },
    {
        name: 'setup',
        brief: 'Check what lending a graphics card needs, and set it up',
        machine: 'none',
        tasks: ['gpu'],
        options: ['check', 'undo', 'card', 'machine', 'managed', 'code-43', 'rom', 'yes'],
        async run(options) {
            const {setUpGpu} = await import('./setUp/setUpGpu.js');
            await setUpGpu(options);
        },
    },
    {
        name: 'doctor',
        brief: 'Find out what is wrong with this computer, and mend it',
        machine: 'none',
        options: ['id', 'fix', 'undo', 'yes', 'names'],
        async run(options) {
            const {doctor} = await import('./verbs/doctor.js');
            await doctor(options);
        },
    },
    {
        name: 'health',
        brief: 'Find out how a machine does, and what it and its guest can do together',
        machine: 'possible',
        options: ['add', 'folder', 'undo', 'yes'],
        async run(options, machine) {
            const {health} = await import('./verbs/health.js');
            await health(options, machine);
        },
    },
];
