// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {Bus} from '../platform/bus.js';
import {delay, withDeadline} from '../platform/clock.js';
import {DeadlineError} from '../platform/errors.js';
import type {InterfaceTable} from '../platform/signature.js';
import {UnitFailedError} from './displayErrors.js';

/** @see org.freedesktop.systemd1(5) */
const Manager = {
    name: 'org.freedesktop.systemd1.Manager',
    methods: {
        GetUnit: ['s', 'o'],
        ListUnitsByPatterns: ['asas', 'a(ssssssouso)'],
        StartTransientUnit: ['ssa(sv)a(sa(sv))', 'o'],
        StopUnit: ['ss', 'o'],
    },
    properties: {},
    signals: {JobRemoved: 'uoss'},
} as const satisfies InterfaceTable;

const BusDaemon = {
    name: 'org.freedesktop.DBus',
    methods: {NameHasOwner: ['s', 'b']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const SYSTEMD = {name: 'org.freedesktop.systemd1', path: '/org/freedesktop/systemd1'};
const BUS_DAEMON = {name: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus'};

const QUICK = {timeoutMs: 10_000};

/** How long (ms) systemd's word on a unit that it has taken is waited for. */
const JOB_MS = 5_000;

/** How long (ms) a program has to end when it was asked to; then it is killed. */
const STOP_MS = 5_000;

/** How often, and how long apart (ms), a unit is tried again that is on its way out. */
const TRIES = 20;
const TRY_MS = 300;

/** What is to run. */
export interface Service {
    /** Whole name of the unit; it is what keeps a second one from starting. */
    readonly name: string;
    readonly description: string;
    /** Program, with its whole path, and arguments. */
    readonly argv: readonly [string, ...string[]];
    /** Variables that it gets beside those of the session. */
    readonly environment: Readonly<Record<string, string>>;
}

/**
 * The systemd of this user's session.
 *
 * A program is run as a transient service and not as a scope around a child of ours: systemd starts it, so nothing is
 * forked from the Shell, it inherits nothing of ours and outlives us, the journal gets what it prints, and the name of
 * the unit decides between two that want to start it at once.
 */
export class UserUnits {
    private constructor(private readonly bus: Bus) {}

    /** @returns null where there is none, as in a container or in a session without systemd */
    static async open(): Promise<UserUnits | null> {
        try {
            const bus = await Bus.open('session');
            const [there] = await bus.call(BUS_DAEMON, BusDaemon, 'NameHasOwner', [SYSTEMD.name], QUICK);
            return there ? new UserUnits(bus) : null;
        } catch (error) {
            if (error instanceof GLib.Error) return null;
            throw error;
        }
    }

    /**
     * Starts a service, unless it runs.
     *
     * @throws UnitFailedError when it could not be started
     */
    async start(service: Service): Promise<'opened' | 'already'> {
        for (let left = TRIES; ; left--) {
            try {
                await this.#start(service);
                return 'opened';
            } catch (error) {
                if (!isNamed(error, 'org.freedesktop.systemd1.UnitExists'))
                    throw error instanceof UnitFailedError ? error : failed(service, error);
                const [unit] = await this.#list([escaped(service.name)]);
                if (unit !== undefined && unit.state !== 'deactivating' && unit.state !== 'failed')
                    return 'already';
                if (left === 0) throw failed(service, error);
                await delay(TRY_MS);
            }
        }
    }

    /**
     * The names of the units that run and match.
     *
     * @param pattern as of fnmatch(3)
     */
    async running(pattern: string): Promise<string[]> {
        const units = await this.#list([pattern]);
        return units.filter(({state}) => state === 'active' || state === 'activating').map(({name}) => name);
    }

    /** The main process of a service; null when it does not run. */
    async mainPid(name: string): Promise<number | null> {
        try {
            const [path] = await this.bus.call(SYSTEMD, Manager, 'GetUnit', [name], QUICK);
            const unit = {name: SYSTEMD.name, path};
            const pid = await this.bus.getProperty(unit, `${SYSTEMD.name}.Service`, 'MainPID', QUICK);
            return typeof pid === 'number' && pid > 0 ? pid : null;
        } catch (error) {
            if (error instanceof GLib.Error) return null;
            throw error;
        }
    }

    /** Asks a unit's programs to end; who has not after five seconds is killed. */
    async stop(name: string): Promise<void> {
        try {
            await this.bus.call(SYSTEMD, Manager, 'StopUnit', [name, 'fail'], QUICK);
        } catch (error) {
            // It has ended by itself.
            if (!isNamed(error, 'org.freedesktop.systemd1.NoSuchUnit')) throw error;
        }
    }

    async #list(patterns: string[]): Promise<{name: string; state: string}[]> {
        const [units] = await this.bus.call(SYSTEMD, Manager, 'ListUnitsByPatterns', [[], patterns], QUICK);
        return units.map(([name, , , state]) => ({name, state}));
    }

    async #start(service: Service): Promise<void> {
        let ended: (result: string) => void = () => undefined;
        const result = new Promise<string>(resolve => (ended = resolve));
        // systemd tells who has asked for a job, whether they have subscribed or not.
        const stop = this.bus.subscribe(SYSTEMD.name, SYSTEMD.path, ({member, parameters}) => {
            if (member !== 'JobRemoved' || parameters.get_type_string() !== '(uoss)') return;
            const [, , unit, how] = parameters.deepUnpack<[number, string, string, string]>();
            if (unit === service.name) ended(how);
        });
        try {
            const properties = propertiesOf(service);
            await this.bus.call(
                SYSTEMD,
                Manager,
                'StartTransientUnit',
                [service.name, 'fail', properties, []],
                QUICK,
            );
            const how = await withDeadline(service.name, JOB_MS, result);
            if (how !== 'done') throw new UnitFailedError(`${service.name}: ${how}`);
        } catch (error) {
            // It has been taken on, and that is all that can be said.
            if (!(error instanceof DeadlineError)) throw error;
        } finally {
            stop();
        }
    }
}

function propertiesOf({description, argv, environment}: Service): [string, GLib.Variant][] {
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    return [
        ['Description', new GLib.Variant('s', description)],
        // Started is what could be executed.
        ['Type', new GLib.Variant('s', 'exec')],
        // systemd would put variables in the place of “$…”, and names come from outside.
        [
            'ExecStart',
            new GLib.Variant('a(sasb)', [[argv[0], argv.map(one => one.replaceAll('$', '$$$$')), false]]),
        ],
        ['Environment', new GLib.Variant('as', variables)],
        ['TimeoutStopUSec', new GLib.Variant('t', STOP_MS * 1000)],
        // One that failed is forgotten, too, so that it can be started again.
        ['CollectMode', new GLib.Variant('s', 'inactive-or-failed')],
        // It has a window, so it ends with the desktop.
        ['PartOf', new GLib.Variant('as', ['graphical-session.target'])],
    ];
}

/** A name as a pattern that matches nothing else. */
function escaped(name: string): string {
    return name.replace(/[\\*?[\]]/g, '\\$&');
}

function failed({name}: Service, cause: unknown): UnitFailedError {
    return new UnitFailedError(`${name} could not be started`, {cause});
}

function isNamed(error: unknown, name: string): boolean {
    return error instanceof GLib.Error && Gio.DBusError.get_remote_error(error) === name;
}
