// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import type {Refusal} from '../../../shared/gpu/handover/handoverErrors.js';
import type {RecordedHandover} from '../../../shared/gpu/handover/undoRecord.js';
import type {HandoverOutcome} from '../../../shared/gpu/helperInterface.js';
import type {HolderProcess} from '../../../shared/gpu/holders/holderProcess.js';
import type {HolderReport} from '../../../shared/gpu/holders/holders.js';
import type {PciFunction} from '../../../shared/gpu/pciFunction.js';
import {callFailure, heldError, outcomeFailure} from '../../../shared/lending/helperAnswers.js';
import {
    CardBusyError,
    type CardHeldError,
    CardMoveFailedError,
    CardNotBackError,
    CardRefusedError,
    CardStuckError,
    HelperDeniedError,
    HelperFailedError,
    HelperMissingError,
    HelperOldError,
    type HelperPurpose,
    HostDeviceMissingError,
} from '../../../shared/lending/lendingErrors.js';
import {stepLabel} from '../../../shared/lending/words.js';
import {HELPER_BUS_NAME} from '../../../shared/names.js';
import {cardReturnedNotice, cardStuckNotice} from '../../../shared/notices/cardNotice.js';
import {CancelledError, type HandoverError} from '../../../shared/platform/errors.js';
import {describeProblem} from '../../../shared/problems/problem.js';
import {busError} from '../../fakes/lendingRig.js';

const gpu = {address: '0000:03:00.0', name: 'AMD Radeon RX 7900 XTX'};
const noticed = {...gpu, identity: '1002:744c:1eae:7901', vendor: 'AMD'};

function holder(name: string, more: Partial<HolderProcess> = {}): HolderProcess {
    return {
        pid: 4711,
        startTicks: 1,
        name,
        command: name,
        uid: 1000,
        user: 'tester',
        unit: null,
        appId: null,
        role: 'program',
        nodes: ['card1'],
        mappedOnly: false,
        drmClients: 1,
        memoryBytes: null,
        ...more,
    };
}

function report(...processes: HolderProcess[]): HolderReport {
    return {
        processes,
        consoles: [],
        modules: [],
        groupMembers: [],
        memoryBytes: null,
        uninspected: 0,
        hidden: false,
    };
}

const pciFunction = JSON.parse('{"address": "0000:02:00.0", "driver": "nvme"}') as PciFunction;
const cutOff = JSON.parse('{"phase": "failed"}') as RecordedHandover;
const unknown = JSON.parse('{"kind": "something new"}') as HandoverOutcome;

/** One of each; the type has it that none is forgotten. */
const REFUSALS: {readonly [Kind in Refusal['kind']]: Refusal & {kind: Kind}} = {
    absent: {kind: 'absent', because: 'absent'},
    'no-iommu': {kind: 'no-iommu'},
    'only-card': {kind: 'only-card'},
    virtual: {kind: 'virtual'},
    strangers: {kind: 'strangers', members: [pciFunction]},
    held: {kind: 'held', holders: report(holder('blender'))},
    uninspected: {kind: 'uninspected', count: 2, hidden: false},
    'driver-shared': {kind: 'driver-shared', driver: 'nvidia', others: [pciFunction]},
    'with-machine': {kind: 'with-machine', processes: [holder('qemu', {role: 'machine'})]},
    stuck: {kind: 'stuck', tasks: [{pid: 7, name: 'modprobe', waitsIn: null}]},
    unfinished: {kind: 'unfinished', handover: cutOff},
};

const ERRORS: readonly HandoverError[] = [
    heldError(gpu, null, report(holder('blender')), 1000),
    heldError(gpu, null, report(holder('gnome-shell', {role: 'desktop'})), 1000),
    heldError(gpu, 'win11', report(), 1000),
    ...Object.values(REFUSALS).map(one => new CardRefusedError(gpu, 'take', [one])),
    new CardRefusedError(gpu, 'return', Object.values(REFUSALS)),
    ...[true, false].map(
        restored =>
            new CardMoveFailedError(
                gpu,
                'take',
                'unbind',
                restored,
                [
                    {address: gpu.address, present: true, driver: null},
                    {address: '0000:03:00.1', present: false, driver: null},
                ],
                'busy',
            ),
    ),
    new CardStuckError(gpu, 'unbind', ['write unbind']),
    ...(['return', 'rescan', 'suspend', 'reboot'] as const).map(
        next => new CardNotBackError(gpu, next, 'late'),
    ),
    new CardBusyError(gpu.address),
    new HostDeviceMissingError('win', '0000:07:00.0'),
    new HelperMissingError(),
    new HelperOldError(),
    new HelperDeniedError(true),
    new HelperDeniedError(false),
    ...(
        [
            'AuthorityFailed',
            'InvalidAddress',
            'NoSuchDevice',
            'NotACard',
            'DesktopCard',
            'InvalidStep',
            'ForeignFile',
            'Failed',
            null,
        ] as const
    ).map(name => new HelperFailedError(name, 'no')),
];

describe('What goes wrong with a card, in words', () => {
    for (const [index, error] of ERRORS.entries())
        it(`tells what happened and what to do: ${index + 1}, ${error.kind}`, () => {
            const {title, body, detail} = describeProblem(error);
            expect(title).not.toBe(describeProblem(new Error('any')).title);
            expect(body).toMatch(/\.$/);
            expect(`${title}${body}`).not.toMatch(/\{\w+\}|undefined|null/);
            expect(detail).toContain(error.message);
        });

    it('gives the terminal its exit codes', () => {
        expect(describeProblem(heldError(gpu, null, report(holder('x')), 1000)).category).toBe('held');
        expect(describeProblem(new CardRefusedError(gpu, 'take', [REFUSALS['held']])).category).toBe('held');
        expect(describeProblem(new HelperDeniedError(false)).category).toBe('denied');
    });

    it('offers to close only what would free the card', () => {
        const remedyOf = (...processes: HolderProcess[]) =>
            describeProblem(heldError(gpu, null, report(...processes), 1000)).remedy;
        expect(remedyOf(holder('blender'))).toBe('close-holders');
        expect(remedyOf(holder('blender'), holder('persistenced', {role: 'driver-service', uid: 0}))).toBe(
            'close-holders',
        );
        expect(remedyOf(holder('blender', {uid: 0}))).toBe('start-when-free');
        expect(remedyOf(holder('blender'), holder('gnome-shell', {pid: 2, role: 'desktop'}))).toBe(
            'start-when-free',
        );
        const {consoles, ...rest} = report(holder('blender'));
        expect(consoles).toEqual([]);
        const console_ = {...rest, consoles: [{}] as never};
        expect(describeProblem(heldError(gpu, null, console_, 1000)).remedy).toBe('start-when-free');
    });

    it('says what was not allowed', () => {
        const denial = busError(`${HELPER_BUS_NAME}.Error.NotAuthorized`);
        const titleOf = (purpose?: HelperPurpose) => describeProblem(callFailure(denial, purpose)).title;
        expect(titleOf()).toBe('Not allowed to move the graphics card');
        expect(titleOf('set-up')).toBe('Not allowed to change the set-up of the graphics card');
        expect(titleOf('look')).toBe('Not allowed to ask Handover’s helper');
    });

    it('speaks of a start only where there is one', () => {
        const processes = [holder('qemu', {role: 'machine', command: 'qemu -name guest=win11'})];
        for (const refusal of [
            REFUSALS.held,
            {kind: 'held', holders: report(holder('gnome-shell', {role: 'desktop'}))} as const,
            {kind: 'with-machine', processes} as const,
        ]) {
            const outcome: HandoverOutcome = {kind: 'refused', direction: 'take', refusals: [refusal]};
            const error = outcomeFailure(gpu, outcome, 1000) as CardHeldError;
            expect(describeProblem(error).body).not.toMatch(/wait until|start|let Handover/);
            expect(describeProblem(error).remedy).not.toBe('start-when-free');
            expect(describeProblem(error.forStart()).body).toMatch(/or wait until (it|the card) is free/);
        }
    });

    it('keeps names of programs from turning the sentence round', () => {
        const {body} = describeProblem(heldError(gpu, null, report(holder('\u202Eevil\n<b>')), 1000));
        expect(body).not.toMatch(/[\u202E\n]/);
    });

    it('has a word for each step', () => {
        const ids =
            'ask confirm guest preflight close wait take ready open return verify check record prepare override services holders unload unbind remove rescan suspend load bind release keep forget';
        for (const id of ids.split(' ')) expect(stepLabel(id)).not.toBe(id);
        expect(stepLabel('never heard of')).toBe('never heard of');
    });

    it('notifies of a card that is back with the time it took', () => {
        const {id, title, body, urgency} = cardReturnedNotice(noticed, 1234);
        expect(id).toBe('card:1002:744c:1eae:7901@0000:03:00.0');
        expect(title).toContain('Radeon RX 7900 XTX');
        expect(body).toContain('1.2');
        expect(urgency).toBe('normal');
    });

    it('offers to force a card back for as long as that can help', () => {
        const actions = (error: unknown) => cardStuckNotice(noticed, error).buttons.map(one => one.action);
        expect(actions(new CardNotBackError(gpu, 'rescan', ''))).toEqual(['force-back', 'details']);
        expect(actions(new CardNotBackError(gpu, 'reboot', ''))).toEqual(['details']);
        expect(actions(new CardStuckError(gpu, 'unbind', []))).toEqual(['details']);
    });
});

describe('What the helper answers', () => {
    const kindOf = (outcome: HandoverOutcome): string | null =>
        outcomeFailure(gpu, outcome, 1000)?.kind ?? null;
    const refused = (...refusals: Refusal[]): HandoverOutcome => ({
        kind: 'refused',
        direction: 'take',
        refusals,
    });

    it('is done, or an error of its kind', () => {
        expect(kindOf({kind: 'done', already: true, steps: []})).toBeNull();
        expect(outcomeFailure(gpu, {kind: 'cancelled'}, 1000)).toBeInstanceOf(CancelledError);
        expect(kindOf({kind: 'busy', address: 'x'})).toBe('card-busy');
        expect(kindOf({kind: 'stuck', step: 'unbind', waitingFor: []})).toBe('card-stuck');
        expect(kindOf({kind: 'not-back', next: 'rescan', message: ''})).toBe('card-not-back');
        expect(kindOf(unknown)).toBe('helper-old');
    });

    it('is held when nothing but its users speaks against it', () => {
        expect(kindOf(refused(REFUSALS.held))).toBe('card-held');
        expect(kindOf(refused(REFUSALS.held, REFUSALS.uninspected))).toBe('card-held');
        expect(kindOf(refused(REFUSALS['with-machine']))).toBe('card-held');
        expect(kindOf(refused(REFUSALS.uninspected))).toBe('card-refused');
        expect(kindOf(refused(REFUSALS.held, REFUSALS.strangers))).toBe('card-refused');
        expect(kindOf(refused(REFUSALS.stuck, REFUSALS.held))).toBe('card-stuck');
    });

    it('names what of the kernel is stuck', () => {
        const error = outcomeFailure(gpu, refused(REFUSALS.stuck), 1000) as CardStuckError;
        expect(error.waitingFor).toEqual(['modprobe (7)']);
    });

    it('fails in ways that are told apart', () => {
        const of = (name: string) => (callFailure(busError(name)) as HandoverError).kind;
        expect(of('org.freedesktop.DBus.Error.ServiceUnknown')).toBe('helper-missing');
        expect(of('org.freedesktop.DBus.Error.Spawn.ExecFailed')).toBe('helper-missing');
        expect(of('org.freedesktop.DBus.Error.UnknownMethod')).toBe('helper-old');
        expect(of('org.freedesktop.DBus.Error.AccessDenied')).toBe('helper-denied');
        expect(of('org.freedesktop.DBus.Error.NoReply')).toBe('helper-failed');
        expect(of(`${HELPER_BUS_NAME}.Error.DesktopCard`)).toBe('helper-failed');
        const dismissed = callFailure(busError(`${HELPER_BUS_NAME}.Error.Dismissed`));
        expect((dismissed as HelperDeniedError).cancelled).toBeTrue();
        expect(callFailure(new SyntaxError('no JSON'))).toBeInstanceOf(HelperOldError);
        const closed = GLib.Error.new_literal(
            Gio.io_error_quark(),
            Gio.IOErrorEnum.CLOSED,
            'The connection is closed',
        );
        expect((callFailure(closed) as HandoverError).kind).toBe('helper-failed');
        const other = new TypeError('a mistake of ours');
        expect(callFailure(other)).toBe(other);
    });

    it('offers nobody’s program but this user’s', () => {
        const error = outcomeFailure(
            gpu,
            refused({kind: 'held', holders: report(holder('mine'), holder('theirs', {pid: 9, uid: 1001}))}),
            1000,
        ) as CardHeldError;
        expect(error.closable.map(({name}) => name)).toEqual(['mine']);
        expect(error.closingHelps).toBeFalse();
    });
});
