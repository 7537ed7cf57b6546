// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../machines/machine.js';
import {HandoverError} from '../platform/errors.js';
import type {Troubles} from './troubleLog.js';

/** An error that QEMU met on a disk. */
export interface DiskTrouble {
    /** Name in the guest, for example `vda`. */
    readonly target: string;
    readonly noSpace: boolean;
}

/**
 * The disks of a running machine that are in trouble, as QEMU has it.
 *
 * libvirt is asked once, again when it tells of an error, and then until there is none any more.
 */
export class DiskTroubles {
    #errors: readonly DiskTrouble[] | null = null;
    #askedAt: number | null = null;
    #asking = false;

    constructor(private readonly machine: Machine) {}

    /**
     * What is known now; what libvirt is asked for is there the next time.
     *
     * @returns null while nothing is known
     */
    read({ioErrors}: Troubles): readonly DiskTrouble[] | null {
        if (!this.machine.active) {
            this.#errors = null;
            this.#askedAt = null;
            return null;
        }
        const wanted = this.#askedAt !== ioErrors || (this.#errors?.length ?? 0) > 0;
        if (wanted && !this.#asking) {
            this.#asking = true;
            this.#askedAt = ioErrors;
            this.#ask()
                .catch((error: unknown) => console.error(error))
                .finally(() => {
                    this.#asking = false;
                });
        }
        return this.#errors;
    }

    async #ask(): Promise<void> {
        try {
            const client = await this.machine.client();
            this.#errors = await client.diskErrors();
        } catch (error) {
            if (!(error instanceof HandoverError)) throw error;
            // Other drivers cannot tell, and one that is busy or gone does not.
            this.#errors = null;
        }
    }
}
