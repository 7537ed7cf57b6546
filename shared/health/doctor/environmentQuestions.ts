// SPDX-License-Identifier: GPL-3.0-or-later
// What this computer is, which defaults follow from that and why; and our own extension on it.
import type {CardFacts, PciTree} from '../../gpu/pciTree.js';
import {VERSION} from '../../names.js';
import {_, fill} from '../../platform/i18n.js';
import type {Verdict} from '../finding.js';
import {type Check, check, failed, ok, unknown} from './check.js';
import type {ExtensionView, SessionView} from './ports.js';
import type {DoctorWorld} from './world.js';

const VENDORS: ReadonlyMap<string, string> = new Map([
    ['10de', 'NVIDIA'],
    ['1002', 'AMD'],
    ['8086', 'Intel'],
]);

function vendorOf({display}: CardFacts): string {
    return VENDORS.get(display.vendor) ?? display.vendor;
}

/** The card of the desktop: the firmware's, or the first on which Linux can show one. */
export function desktopCard({cards}: PciTree): CardFacts | null {
    return (
        cards.find(({bootVga, drmNodes}) => bootVga === true && drmNodes.length > 0) ??
        cards.find(({drmNodes}) => drmNodes.some(name => name.startsWith('card'))) ??
        null
    );
}

export function judgeDisplayServer({type}: SessionView): Verdict[] {
    switch (type) {
        case 'wayland':
            return [
                ok(
                    _(
                        'Wayland. The rule that keeps the desktop off a card works, so that cards can be lent while you are logged in.',
                    ),
                ),
            ];
        case 'tty':
            return [
                ok(
                    _(
                        'No desktop. Nothing of a desktop holds a card; displays are opened on another computer.',
                    ),
                ),
            ];
        case 'x11':
            return [
                failed(
                    _(
                        'X11. Its server opens every card when it starts and does not know the rule of the desktop.',
                    ),
                    _(
                        'Choose a Wayland session when you log in; or add AutoAddGPU "false" to the server’s flags.',
                    ),
                ),
            ];
        case null:
            return [
                unknown(
                    _('The session does not tell whether it is Wayland or X11.'),
                    _('Check with: echo $XDG_SESSION_TYPE'),
                ),
            ];
    }
}

export function judgeDesktopCard(tree: PciTree): Verdict[] {
    if (tree.cards.length === 0)
        return [
            unknown(
                _('Linux shows no graphics card.'),
                _('Machines are shown on another computer. Check with: lspci -k'),
            ),
        ];
    const desktop = desktopCard(tree);
    if (!desktop)
        return [
            failed(
                _('No card can show a desktop: none has a driver of Linux’s.'),
                _('Give a card back to Linux.'),
            ),
        ];
    const values = {vendor: vendorOf(desktop), address: desktop.display.address};
    if (tree.cards.length === 1)
        return [
            ok(
                fill(
                    _(
                        '{vendor} {address}, the only one. New machines get virtual graphics, since lending it would leave the desktop without a picture.',
                    ),
                    values,
                ),
            ),
        ];
    return [
        ok(
            fill(
                _('{vendor} {address}. The others can be lent, since the desktop does not need them.'),
                values,
            ),
        ),
    ];
}

/** By which way a card that can be lent is moved, from who made it. */
export function judgeVendors(tree: PciTree): Verdict[] {
    const desktop = desktopCard(tree);
    return tree.cards
        .filter(card => card !== desktop)
        .map(card => {
            const {vendor, driver, address} = card.display;
            const values = {vendor: vendorOf(card), driver: driver ?? ''};
            if (vendor === '10de' && driver === 'nvidia')
                return ok(
                    _(
                        'NVIDIA with its own driver. Its modules are unloaded before it is lent, since unbinding it hangs while it is in use.',
                    ),
                    address,
                );
            if (driver === null)
                return ok(fill(_('{vendor}, without a driver: nothing has to be unbound.'), values), address);
            return ok(
                fill(
                    _('{vendor} ({driver}). Only this card is unbound; the driver stays for the others.'),
                    values,
                ),
                address,
            );
        });
}

/**
 * Which machines are shown, from what this account may do. That libvirt-dbus does not admit it is said there.
 *
 * @param admitted whether the system's libvirt-dbus does; null when it is not followed
 */
export function judgePrivileges({groups, remote}: SessionView, admitted: boolean | null): Verdict[] {
    if (groups === null && admitted !== true)
        return [unknown(_('The groups of this account cannot be read.'), _('Check with: id'))];
    const where = remote === true ? _('From afar: displays are opened where you sit.') : '';
    if (groups?.includes('libvirt') || groups?.includes('root'))
        return [
            ok(
                `${_('In the group libvirt: the system’s machines are shown, since only those can have devices.')} ${where}`.trim(),
            ),
        ];
    if (admitted === true)
        return [
            ok(
                `${_('Not in the group libvirt, and admitted all the same: the system’s machines are shown.')} ${where}`.trim(),
            ),
        ];
    return [
        ok(
            `${_('Not in the group libvirt: only your own machines are shown, which cannot have devices.')} ${where}`.trim(),
        ),
    ];
}

export function judgeExtension(view: ExtensionView): Verdict[] {
    const {shellVersion, installed, enabled, state, version, error} = view;
    if (shellVersion === null)
        return [unknown(_('No GNOME Shell answers here.'), _('Look again from within the desktop.'))];
    if (!installed)
        return [
            failed(
                _('The extension for the top bar is not installed.'),
                _('Install it with Handover, then log out and in again.'),
            ),
        ];
    if (state === 'out-of-date')
        return [
            failed(
                fill(_('It does not work with GNOME {shell}.'), {shell: shellVersion}),
                _('Update Handover.'),
            ),
        ];
    if (state === 'error')
        return [
            failed(fill(_('It failed: {error}'), {error}), _('Turn it off and on again; please report it.')),
        ];
    if (!enabled)
        return [
            failed(
                _('It is turned off.'),
                _('Turn it on: gnome-extensions enable handover@handover.github.io'),
            ),
        ];
    if (version !== null && version !== VERSION)
        return [
            failed(
                fill(_('The Shell runs {running}, and {installed} is installed.'), {
                    running: version,
                    installed: VERSION,
                }),
                _('Log out and in again.'),
            ),
        ];
    return [ok(fill(_('On, with GNOME {shell}'), {shell: shellVersion}))];
}

async function admittedBySystem(world: DoctorWorld): Promise<boolean | null> {
    const connections = await world.connections();
    const system = connections.find(({host}) => host === 'system');
    return system ? system.trouble !== 'not-permitted' && system.trouble !== 'service-missing' : null;
}

/** The questions about this computer; the answers name the default that follows, and why. */
export const ENVIRONMENT_QUESTIONS: readonly Check<DoctorWorld>[] = [
    check({
        id: 'display-server',
        title: () => _('Kind of session'),
        lasting: true,
        severity: 'warning',
        limitMs: 800,
        changesWith: [],
        read: (world: DoctorWorld) => world.session(),
        judge: judgeDisplayServer,
    }),
    check({
        id: 'desktop-card',
        title: () => _('Card of the desktop'),
        lasting: true,
        severity: 'warning',
        limitMs: 800,
        changesWith: ['cards'],
        read: (world: DoctorWorld) => world.tree(),
        judge: judgeDesktopCard,
    }),
    check({
        id: 'card-vendor',
        title: () => _('How the card is moved'),
        lasting: true,
        severity: 'advice',
        limitMs: 800,
        changesWith: ['cards'],
        read: (world: DoctorWorld) => world.tree(),
        judge: judgeVendors,
    }),
    check({
        id: 'privileges',
        title: () => _('Rights of this account'),
        lasting: true,
        severity: 'advice',
        limitMs: 1_700,
        changesWith: ['session', 'libvirt'],
        read: async (world: DoctorWorld) => ({
            session: await world.session(),
            admitted: await admittedBySystem(world),
        }),
        judge: ({session, admitted}) => judgePrivileges(session, admitted),
    }),
    check({
        id: 'extension',
        title: () => _('Extension'),
        lasting: false,
        severity: 'advice',
        limitMs: 1_000,
        changesWith: ['session'],
        read: ({ports}: DoctorWorld) => ports.extension(),
        judge: judgeExtension,
    }),
];
