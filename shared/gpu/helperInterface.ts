// SPDX-License-Identifier: GPL-3.0-or-later
import {HELPER_BUS_NAME} from '../names.js';
import type {InterfaceTable} from '../platform/signature.js';
import type {Rung} from './handover/forceBack.js';
import type {Refusal, Standing} from './handover/handoverErrors.js';
import type {StepTime} from './handover/stepRunner.js';
import type {Direction} from './handover/undoRecord.js';

/**
 * What the helper does, as root, for whoever polkit allows it.
 *
 * A card is named by the address of its display function, `0000:01:00.0`, and by nothing else. What has many shapes
 * (a report, an outcome) travels as JSON, so that it is the same type on both sides; {@link HolderReport},
 * {@link HandoverOutcome}, {@link GuardStatus}.
 */
export const Helper = {
    name: HELPER_BUS_NAME,
    methods: {
        /** Who holds a card, of all users' processes: a HolderReport. */
        Holders: ['s', 's'],
        /** Hands a card over to vfio; answers when that has ended, with a HandoverOutcome. */
        Take: ['s', 's'],
        /** Brings a card back to Linux, likewise. */
        Return: ['s', 's'],
        /**
         * The same at the end of a machine, which nobody waits for: looks twice whether another machine has the card,
         * and answers with an error unless it is back, so that whoever has started it tries again.
         */
        ReturnAfterEnd: ['s', ''],
        /** Climbs the ladder for a card that does not come back, up to a {@link Rung}, likewise. */
        ForceBack: ['ss', 's'],
        /** Calls the handover off that the caller has begun, before its next step; false when there is none. */
        Cancel: ['', 'b'],
        InstallGuard: ['', ''],
        RemoveGuard: ['', ''],
        /** A {@link GuardStatus}. */
        GuardStatus: ['', 's'],
        /** Has the desktop leave a card alone from the next log-in on. */
        InstallIgnoreRule: ['s', ''],
        RemoveIgnoreRule: ['s', ''],
        /** Files that the helper has written and that are there. */
        Files: ['', 'as'],
        /** The handovers of this computer, the newest first: an array of JournalEntry. */
        Journal: ['', 's'],
    },
    properties: {
        Version: 's',
        /** The address of the card that is being moved; empty when none is. */
        Moving: 's',
    },
    signals: {
        /** Address, direction, step, its number from 1. */
        Progress: 'sssu',
        /** Address, direction, HandoverOutcome. */
        Finished: 'sss',
    },
} as const satisfies InterfaceTable;

/** Errors of the helper, as the last part of their D-Bus names below {@link HELPER_BUS_NAME}`.Error`. */
export type HelperErrorName =
    /** polkit does not allow it, or the person did not confirm. */
    | 'NotAuthorized'
    /** The person was asked, and called it off. */
    | 'Dismissed'
    /** polkit is missing or does not answer. */
    | 'AuthorityFailed'
    /** It is no PCI address in the kernel's form. */
    | 'InvalidAddress'
    /** There is nothing at that address. */
    | 'NoSuchDevice'
    /** What is there is no display function, or not the first of its card. */
    | 'NotACard'
    /** The desktop is shown on it. */
    | 'DesktopCard'
    | 'InvalidStep'
    /** A machine has ended, and its card is not back yet. */
    | 'NotBack'
    /** A file that would be written is somebody else's. */
    | 'ForeignFile'
    /** Something that no one foresaw; the message is for a bug report. */
    | 'Failed';

/** How a handover ended. */
export type HandoverOutcome =
    | {
          readonly kind: 'done';
          /** Whether there was nothing to do. */
          readonly already: boolean;
          readonly steps: readonly StepTime[];
      }
    | {readonly kind: 'cancelled'}
    /** Nothing has been changed. */
    | {readonly kind: 'refused'; readonly direction: Direction; readonly refusals: readonly Refusal[]}
    /** Another card, or this one, is being moved. */
    | {readonly kind: 'busy'; readonly address: string}
    | {
          readonly kind: 'failed';
          readonly direction: Direction;
          readonly step: string;
          readonly restored: boolean;
          readonly standing: readonly Standing[];
          readonly message: string;
      }
    /** The rung that was asked for did not bring it back; `reboot` is the end of the ladder. */
    | {readonly kind: 'not-back'; readonly next: Rung | 'reboot'; readonly message: string}
    /** The kernel does not come back: only a restart helps. */
    | {readonly kind: 'stuck'; readonly step: string; readonly waitingFor: readonly string[]};

/** How the guard hook stands. */
export type GuardStatus =
    | 'absent'
    | 'installed'
    /** Another version of it. */
    | 'outdated'
    /** libvirt does not run it, since it is not executable or not root's. */
    | 'disabled'
    /** Somebody else's file has its name. */
    | 'foreign';

/** polkit actions, one a purpose; each is {@link HELPER_BUS_NAME} and this. */
export const HELPER_ACTIONS = {
    look: `${HELPER_BUS_NAME}.look`,
    handOver: `${HELPER_BUS_NAME}.hand-over`,
    forceBack: `${HELPER_BUS_NAME}.force-back`,
    setUp: `${HELPER_BUS_NAME}.set-up`,
} as const;
export type HelperAction = keyof typeof HELPER_ACTIONS;
