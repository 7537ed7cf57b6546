// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../machines/machine.js';
import {HandoverError} from '../platform/errors.js';

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
    /** The error for which it was asked, null for none; undefined before it was. */
    #askedFor: number | null | undefined;
    #asking = false;

    constructor(private readonly machine: Machine) {}

    /**
     * What is known now; what libvirt is asked for is there the next time.
     *
     * @returns null while nothing is known
     */
    read(): readonly DiskTrouble[] | null {
        if (!this.machine.active) {
            this.#errors = null;
            this.#askedFor = undefined;
            return null;
        }
        const {ioErrorMs} = this.machine.troubles;
        const wanted = this.#askedFor !== ioErrorMs || (this.#errors?.length ?? 0) > 0;
        if (wanted && !this.#asking) {
            this.#asking = true;
            this.#askedFor = ioErrorMs;
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
