// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import * as definitionErrors from '../../shared/definition/definitionError.js';
import * as displayErrors from '../../shared/displays/displayErrors.js';
import * as libvirtErrors from '../../shared/libvirt/libvirtErrors.js';
import {MACHINE_ACTIONS} from '../../shared/machines/actions.js';
import * as machineErrors from '../../shared/machines/machineErrors.js';
import * as metricsErrors from '../../shared/metrics/metricsErrors.js';
import * as operations from '../../shared/operations/operation.js';
import * as errors from '../../shared/platform/errors.js';
import {describeProblem} from '../../shared/problems/problem.js';

const HOSTILE = '<b>x</b> & "y"\n\u202ez';

type ErrorClass = new (...args: unknown[]) => errors.HandoverError;

/** What the classes are made with that take more than one string. */
const ARGUMENTS: Readonly<Record<string, unknown[]>> = {
    AmbiguousMachineError: [HOSTILE, ['system', HOSTILE]],
    ClientFailedError: ['viewer', {cause: new Error(HOSTILE)}],
    ClientMissingError: ['looking-glass'],
    ClientUnfitError: [HOSTILE, 'connections', 'vnc'],
    DeadlineError: [HOSTILE, 1500],
    GuestIgnoredError: [HOSTILE, 'shutdown', 1500],
    MachineActionError: [HOSTILE, 'start', {cause: new Error(HOSTILE)}],
    NotInThatStateError: [HOSTILE, 'pause', 'shutoff'],
    NotReadyError: [HOSTILE, 'agent', 1500],
    OperationConflictError: ['start', 'save'],
    SubprocessError: [HOSTILE, 1, HOSTILE],
};

/** Every class of error that there is. */
function errorClasses(): ErrorClass[] {
    const modules: object[] = [
        definitionErrors,
        displayErrors,
        libvirtErrors,
        machineErrors,
        metricsErrors,
        operations,
        errors,
    ];
    return modules
        .flatMap(one => Object.values(one) as unknown[])
        .filter(
            (one): one is ErrorClass =>
                typeof one === 'function' &&
                one.prototype instanceof errors.HandoverError &&
                (one as unknown) !== errors.HandoverError,
        );
}

describe('Problems', () => {
    const unknown = describeProblem(new Error('boom'));

    it('have words for every class of error, plain and without what came from outside', () => {
        const classes = errorClasses();
        expect(classes.length).toBeGreaterThan(20);
        const kinds = new Set<string>();
        for (const one of classes) {
            const error = new one(...(ARGUMENTS[one.name] ?? [HOSTILE]));
            kinds.add(error.kind);
            const problem = describeProblem(error);
            expect(problem.title).withContext(error.name).not.toBe(unknown.title);
            expect(problem.title).not.toMatch(/[\n\u202e]/);
            // One sentence that says what happened, and one that says what to do; or a mere statement.
            if (error.kind !== 'cancelled')
                expect(problem.body)
                    .withContext(error.name)
                    .toMatch(/[.!?:;] \S/s);
            expect(problem.body).toMatch(/\.$/);
            expect(problem.body).not.toMatch(/[\n\u202e\u0000]/);
            expect(`${problem.title}${problem.body}`).not.toMatch(
                /&amp;|&lt;|\bundefined\b|\bnull\b|\{\w+\}/,
            );
            if (problem.remedy === 'copy-command') expect(problem.command).not.toBeNull();
        }
        expect(kinds.size).toBe(classes.length);
    });

    it('have words for anything that can be thrown', () => {
        for (const thrown of [undefined, null, 7, 'text', {}, {message: 'm'}, Symbol('s'), new Error('e')]) {
            const problem = describeProblem(thrown);
            expect(problem.title).toBe(unknown.title);
            expect(problem.category).toBe('failed');
        }
        const glib = Gio.DBusError.new_for_dbus_error('com.example.Error', 'glib');
        expect(describeProblem(glib).detail).toContain('glib');
    });

    it('keep every message for the details, each once', () => {
        const error = new libvirtErrors.LibvirtError('top', {
            cause: new Error('middle', {cause: new Error('top', {cause: new Error('bottom')})}),
        });
        expect(describeProblem(error).detail).toBe('top\nmiddle\nbottom');
    });

    it('name what failed for each action, and offer what helps', () => {
        const titles = new Set<string>();
        for (const action of MACHINE_ACTIONS) {
            const cause = new libvirtErrors.LibvirtError('no');
            titles.add(describeProblem(new machineErrors.MachineActionError('vm', action, {cause})).title);
            for (const state of ['shutoff', 'running', 'paused'] as const) {
                const problem = describeProblem(new machineErrors.NotInThatStateError('vm', action, state));
                expect(problem.body).toContain('vm');
            }
        }
        expect(titles.size).toBe(MACHINE_ACTIONS.length);
        expect(describeProblem(new machineErrors.GuestIgnoredError('vm', 'shutdown', 60_000)).remedy).toBe(
            'force-off',
        );
        expect(describeProblem(new machineErrors.GuestIgnoredError('vm', 'reboot', 1000)).remedy).toBe(
            'reset',
        );
        expect(
            describeProblem(new machineErrors.AmbiguousMachineError('vm', ['system', 'test'])).body,
        ).toContain('system, test');
    });

    it('offer to start a service of the system only where it is the system’s that fails', () => {
        const command = (error: unknown): string | null => describeProblem(error).command;
        expect(command(new libvirtErrors.LibvirtUnreachableError('x', true))).toContain('systemctl');
        expect(command(new libvirtErrors.LibvirtUnreachableError('x', false))).toBeNull();
        expect(command(new libvirtErrors.NoAnswerError('x', {restartHelps: true}))).toContain('systemctl');
        expect(command(new libvirtErrors.NoAnswerError('x'))).toBeNull();
    });

    it('sort into the categories of the exit codes', () => {
        const category = (error: unknown): string => describeProblem(error).category;
        expect(category(new libvirtErrors.NotPermittedError('x'))).toBe('denied');
        expect(category(new machineErrors.NoSuchMachineError('x'))).toBe('missing');
        expect(category(new machineErrors.MachineGoneError('x'))).toBe('missing');
        expect(category(new machineErrors.AmbiguousMachineError('x', []))).toBe('usage');
        for (const one of ['ServiceMissingError', 'ServiceLostError', 'NoBusError'] as const)
            expect(category(new libvirtErrors[one]('x'))).toBe('unreachable');
        expect(category(new libvirtErrors.LibvirtUnreachableError('x', true))).toBe('unreachable');
        expect(category(new libvirtErrors.NoAnswerError('x'))).toBe('timeout');
        expect(category(new libvirtErrors.BusyError('x'))).toBe('timeout');
        expect(category(new machineErrors.GuestIgnoredError('x', 'shutdown', 1))).toBe('timeout');
    });
});

describe('Errors from the bus', () => {
    it('are told apart by their names, and lose the prefix', () => {
        const of = (name: string): unknown =>
            libvirtErrors.fromBusError(Gio.DBusError.new_for_dbus_error(name, 'the message'));
        const dbus = 'org.freedesktop.DBus.Error.';
        const expected: [string, unknown][] = [
            ['org.libvirt.Error', libvirtErrors.LibvirtError],
            [`${dbus}ServiceUnknown`, libvirtErrors.ServiceMissingError],
            [`${dbus}Spawn.ExecFailed`, libvirtErrors.ServiceMissingError],
            [`${dbus}AccessDenied`, libvirtErrors.NotPermittedError],
            [`${dbus}NoReply`, libvirtErrors.ServiceLostError],
            [`${dbus}NameHasNoOwner`, libvirtErrors.ServiceLostError],
            [`${dbus}UnknownMethod`, libvirtErrors.DriverMissingError],
            [`${dbus}UnknownObject`, libvirtErrors.DriverMissingError],
            [`${dbus}Timeout`, libvirtErrors.NoAnswerError],
            [`${dbus}InvalidArgs`, libvirtErrors.BadAnswerError],
            [`${dbus}LimitsExceeded`, libvirtErrors.LibvirtError],
            ['com.example.Nonsense', libvirtErrors.LibvirtError],
        ];
        for (const [name, one] of expected) {
            const error = of(name) as Error;
            expect(error.constructor)
                .withContext(name)
                .toBe(one as typeof Error);
            expect(error.message).toBe('the message');
        }
        const io = (code: number): unknown =>
            libvirtErrors.fromBusError(GLib.Error.new_literal(Gio.io_error_quark(), code, 'io'));
        expect(io(Gio.IOErrorEnum.TIMED_OUT)).toBeInstanceOf(libvirtErrors.NoAnswerError);
        expect(io(Gio.IOErrorEnum.CLOSED)).toBeInstanceOf(libvirtErrors.ServiceLostError);
        expect(io(Gio.IOErrorEnum.INVALID_ARGUMENT)).toBeInstanceOf(libvirtErrors.BadAnswerError);
        const ours = new errors.CancelledError();
        expect(libvirtErrors.fromBusError(ours)).toBe(ours);
    });
});
