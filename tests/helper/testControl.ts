// SPDX-License-Identifier: GPL-3.0-or-later
import type {InterfaceTable} from '../../shared/platform/signature.js';

/** How a test reaches into the pretended machine of a helper that runs in a process of its own. */
export const TestControl = {
    name: 'io.github.handover.Test',
    methods: {
        /** Starts a process that has a node open; gives its number. */
        Hold: ['sss', 'u'],
        /** The same with a number and a control group that are given. */
        HoldAs: ['sssus', ''],
        LetGo: ['u', ''],
        /** Actions that match hang until they are released, or are answered with an error when one is given. */
        Misbehave: ['ss', ''],
        /** Keeps the kernel from answering, without any time passing, until it is opened again. */
        Gate: ['b', ''],
        Bindings: ['s', 'a{ss}'],
        /** Folders and counters of the machine: sys, run, etc, reloads. */
        Facts: ['', 'a{ss}'],
        PullOut: ['s', ''],
    },
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

export const TEST_PATH = '/io/github/handover/Test';
