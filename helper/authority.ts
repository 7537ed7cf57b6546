// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {HELPER_ACTIONS, type HelperAction} from '../shared/gpu/helperInterface.js';
import type {Bus, Destination} from '../shared/platform/bus.js';
import {CancelledError, messageOf} from '../shared/platform/errors.js';
import type {InterfaceTable} from '../shared/platform/signature.js';
import type {Call} from './exportedInterface.js';
import {HelperError} from './helperError.js';

/** https://www.freedesktop.org/software/polkit/docs/latest/eggdbus-interface-org.freedesktop.PolicyKit1.Authority.html */
const Authority = {
    name: 'org.freedesktop.PolicyKit1.Authority',
    methods: {
        CheckAuthorization: ['(sa{sv})sa{ss}us', '(bba{ss})'],
        CancelCheckAuthorization: ['s', ''],
    },
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const Daemon = {
    name: 'org.freedesktop.DBus',
    methods: {GetConnectionUnixUser: ['s', 'u']},
    properties: {},
    signals: {},
} as const satisfies InterfaceTable;

const POLKIT: Destination = {
    name: 'org.freedesktop.PolicyKit1',
    path: '/org/freedesktop/PolicyKit1/Authority',
};
const DAEMON: Destination = {name: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus'};
const ALLOW_USER_INTERACTION = 1;

/** How long polkit may take, in milliseconds. */
export interface AuthorityLimits {
    readonly aloneMs: number;
    /** While a person is asked for a password. */
    readonly askingMs: number;
}

export const AUTHORITY_LIMITS: AuthorityLimits = {aloneMs: 10_000, askingMs: 120_000};

const BUS_LIMIT_MS = 5_000;

/** Asks polkit whether a caller may do something. Whatever is no clear yes is a no. */
export class PolkitAuthority {
    #checks = 0;

    constructor(
        private readonly bus: Bus,
        private readonly limits: AuthorityLimits = AUTHORITY_LIMITS,
    ) {}

    /**
     * Resolves when the caller may.
     *
     * @returns the caller's user number
     * @throws HelperError NotAuthorized, or AuthorityFailed when polkit gives no answer
     */
    async require(action: HelperAction, call: Call, card = ''): Promise<number> {
        const uid = await this.#userOf(call);
        // Root could do all of it without us, also while polkit is down: the return at a machine's end counts on it.
        if (uid === 0) return uid;
        const gone = new Gio.Cancellable();
        const unwatch = this.bus.watchName(
            call.sender,
            () => undefined,
            () => gone.cancel(),
        );
        const check = `${GLib.uuid_string_random()}-${++this.#checks}`;
        try {
            const [[allowed, challenge, details]] = await this.bus.call(
                POLKIT,
                Authority,
                'CheckAuthorization',
                [
                    ['system-bus-name', {name: new GLib.Variant('s', call.sender)}],
                    HELPER_ACTIONS[action],
                    // Only what was checked before: polkit shows it to the person.
                    card === '' ? {} : {card},
                    call.interactive ? ALLOW_USER_INTERACTION : 0,
                    check,
                ],
                {timeoutMs: call.interactive ? this.limits.askingMs : this.limits.aloneMs, cancellable: gone},
            );
            if (allowed) return uid;
            // polkit: PolkitAuthorizationResult, "polkit.dismissed"
            if (details['polkit.dismissed'] !== undefined)
                throw new HelperError('Dismissed', `${HELPER_ACTIONS[action]} was not confirmed`);
            const why =
                challenge && !call.interactive ? 'it has to be confirmed by a person' : 'polkit says no';
            throw new HelperError('NotAuthorized', `${HELPER_ACTIONS[action]} is not allowed: ${why}`);
        } catch (error) {
            if (error instanceof HelperError) throw error;
            this.#cancel(check);
            if (error instanceof CancelledError)
                throw new HelperError('NotAuthorized', 'The caller has gone', {cause: error});
            throw new HelperError('AuthorityFailed', `polkit gave no answer: ${messageOf(error)}`, {
                cause: error,
            });
        } finally {
            unwatch();
        }
    }

    async #userOf({sender}: Call): Promise<number> {
        try {
            const [uid] = await this.bus.call(DAEMON, Daemon, 'GetConnectionUnixUser', [sender], {
                timeoutMs: BUS_LIMIT_MS,
            });
            return uid;
        } catch (error) {
            throw new HelperError('NotAuthorized', `It is not known who asks: ${messageOf(error)}`, {
                cause: error,
            });
        }
    }

    /** Takes a dialog away that nobody waits for. */
    #cancel(check: string): void {
        this.bus
            .call(POLKIT, Authority, 'CancelCheckAuthorization', [check], {timeoutMs: this.limits.aloneMs})
            .catch(() => undefined);
    }
}
