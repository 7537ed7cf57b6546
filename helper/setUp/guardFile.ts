// SPDX-License-Identifier: GPL-3.0-or-later
import GLib from 'gi://GLib';

import type {GuardStatus} from '../../shared/gpu/helperInterface.js';
import {HelperError} from '../helperError.js';
import {lookAt, putInPlace} from './ownFile.js';

/** By this line a file is known for ours, whatever its version. */
const OURS = "# Handover's guard:";
const MODE = 0o755;

/** The guard among libvirt's hooks. */
export class GuardFile {
    readonly path: string;

    /**
     * @param source the hook as it is installed with the helper
     * @param folder libvirt's folder of hooks, `/etc/libvirt/hooks`
     * @param owner whose it has to be: 0, but in tests
     */
    constructor(
        private readonly source: string,
        private readonly folder: string,
        private readonly owner = 0,
    ) {
        this.path = `${folder}/qemu.d/handover-guard`;
    }

    async status(): Promise<GuardStatus> {
        const found = await lookAt(this.path);
        if (!found) return 'absent';
        if (!found.plain || !found.text.includes(OURS)) return 'foreign';
        // What others may write would be run as root.
        if (found.uid !== this.owner || (found.mode & 0o500) !== 0o500 || (found.mode & 0o022) !== 0)
            return 'disabled';
        return found.text === this.#wanted() ? 'installed' : 'outdated';
    }

    /**
     * Installs, updates or mends it; nothing is written when it is as it should be.
     *
     * @returns whether anything was written, so that libvirt has to be told
     * @throws HelperError ForeignFile
     */
    async install(): Promise<boolean> {
        const status = await this.status();
        if (status === 'foreign') throw foreign(this.path);
        if (status === 'installed') return false;
        // Not in qemu.d itself: libvirt runs whatever it finds in there.
        GLib.mkdir_with_parents(this.folder, 0o755);
        putInPlace(this.path, this.#wanted(), MODE, this.folder);
        return true;
    }

    /** @returns whether there was one */
    async remove(): Promise<boolean> {
        const status = await this.status();
        if (status === 'foreign') throw foreign(this.path);
        if (status === 'absent') return false;
        GLib.unlink(this.path);
        return true;
    }

    #wanted(): string {
        return new TextDecoder().decode(GLib.file_get_contents(this.source)[1]);
    }
}

function foreign(path: string): HelperError {
    return new HelperError('ForeignFile', `${path} is not Handover's; move it away first`);
}
