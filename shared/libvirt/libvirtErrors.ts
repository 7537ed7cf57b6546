// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HandoverError} from '../platform/errors.js';

/** libvirt-dbus is not installed, or could not be started. */
export class ServiceMissingError extends HandoverError {
    readonly kind = 'service-missing';
}

/** libvirt-dbus went away, or the bus did, in the middle of something. */
export class ServiceLostError extends HandoverError {
    readonly kind = 'service-lost';
}

/** The bus refuses us: on the system bus libvirt-dbus admits root and the group libvirt only. */
export class NotPermittedError extends HandoverError {
    readonly kind = 'not-permitted';
}

/** There is no such message bus here, for example no session bus over SSH. */
export class NoBusError extends HandoverError {
    readonly kind = 'no-bus';
}

/** This libvirt-dbus offers no object for the driver. */
export class DriverMissingError extends HandoverError {
    readonly kind = 'driver-missing';
}

/** libvirt-dbus cannot open its connection to libvirt. */
export class LibvirtUnreachableError extends HandoverError {
    readonly kind = 'libvirt-unreachable';

    /** @param ofSystem whether it is the system's libvirt, which systemd starts, and not the user's own */
    constructor(
        message: string,
        readonly ofSystem: boolean,
        options: {cause?: unknown} = {},
    ) {
        super(message, options);
    }
}

/** A call was not answered in its time. What it asked for may still happen. */
export class NoAnswerError extends HandoverError {
    readonly kind = 'no-answer';

    /**
     * @param options.settled resolves when the answer comes after all, or can no longer come
     * @param options.restartHelps whether it is the system's libvirt that does not even answer a question, so that
     *     only starting it anew is left
     */
    constructor(
        message: string,
        options: {cause?: unknown; settled?: Promise<void>; restartHelps?: boolean} = {},
    ) {
        const {settled = Promise.resolve(), restartHelps = false, ...rest} = options;
        super(message, rest);
        this.settled = settled;
        this.restartHelps = restartHelps;
    }

    readonly settled: Promise<void>;
    readonly restartHelps: boolean;
}

/** A call waited so long for others of ours that it was not made at all. */
export class BusyError extends HandoverError {
    readonly kind = 'busy';
}

/** libvirt answered that it could not do what was asked; it gives a message and no code. */
export class LibvirtError extends HandoverError {
    readonly kind = 'libvirt';
}

/** A service answered with something that its interface does not allow. */
export class BadAnswerError extends HandoverError {
    readonly kind = 'bad-answer';
}

const ERROR_CLASSES: Readonly<
    Record<string, new (message: string, options: {cause: unknown}) => HandoverError>
> = {
    'org.libvirt.Error': LibvirtError,
    'org.freedesktop.DBus.Error.ServiceUnknown': ServiceMissingError,
    'org.freedesktop.DBus.Error.NameHasNoOwner': ServiceLostError,
    'org.freedesktop.DBus.Error.AccessDenied': NotPermittedError,
    'org.freedesktop.DBus.Error.AuthFailed': NotPermittedError,
    'org.freedesktop.DBus.Error.UnknownObject': DriverMissingError,
    'org.freedesktop.DBus.Error.UnknownInterface': DriverMissingError,
    'org.freedesktop.DBus.Error.UnknownMethod': DriverMissingError,
    'org.freedesktop.DBus.Error.Disconnected': ServiceLostError,
    'org.freedesktop.DBus.Error.Timeout': NoAnswerError,
    'org.freedesktop.DBus.Error.TimedOut': NoAnswerError,
    'org.freedesktop.DBus.Error.InvalidArgs': BadAnswerError,
};

/**
 * What GDBus or libvirt-dbus threw, as one of the classes above.
 *
 * libvirt-dbus knows a single error name and gives no code, and its messages may be translated, so nothing is
 * ever read from them (https://github.com/libvirt/libvirt-dbus, src/util.c).
 */
export function fromBusError(error: unknown): unknown {
    if (!(error instanceof GLib.Error)) return error;
    const name = Gio.DBusError.get_remote_error(error);
    Gio.DBusError.strip_remote_error(error);
    const message = error.message;
    if (name === 'org.freedesktop.DBus.Error.NoReply') {
        // The bus daemon sends this when the peer disconnects before it has answered.
        return new ServiceLostError(message, {cause: error});
    }
    if (name?.startsWith('org.freedesktop.DBus.Error.Spawn.'))
        return new ServiceMissingError(message, {cause: error});
    const known = name === null ? undefined : ERROR_CLASSES[name];
    if (known) return new known(message, {cause: error});
    if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.TIMED_OUT))
        return new NoAnswerError(message, {cause: error});
    if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.CLOSED))
        return new ServiceLostError(message, {cause: error});
    if (error.matches(Gio.IOErrorEnum, Gio.IOErrorEnum.INVALID_ARGUMENT))
        return new BadAnswerError(message, {cause: error});
    return new LibvirtError(message, {cause: error});
}
