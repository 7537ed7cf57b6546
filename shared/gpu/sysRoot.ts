// SPDX-License-Identifier: GPL-3.0-or-later

/** Where the kernel's file systems stand. Everything about cards is read below one of these. */
export interface SysRoot {
    readonly sys: string;
    readonly proc: string;
    readonly dev: string;
    /** Where our own records of handovers live, until the next boot. */
    readonly run: string;
}

/** This machine's. */
export const THIS_MACHINE: SysRoot = {sys: '/sys', proc: '/proc', dev: '/dev', run: '/run'};

/** Where things are configured and installed. */
export interface Installed {
    readonly etc: string;
    readonly usr: string;
}

export const INSTALLED: Installed = {etc: '/etc', usr: '/usr'};
