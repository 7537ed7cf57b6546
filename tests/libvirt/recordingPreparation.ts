// SPDX-License-Identifier: GPL-3.0-or-later
import type {Machine} from '../../shared/machines/machine.js';
import type {Preparation, StartOptions} from '../../shared/machines/preparation.js';
import type {OperationControl} from '../../shared/operations/operation.js';

/** Writes down when it is called, and in what state the machine is then. */
export class RecordingPreparation implements Preparation {
    readonly calls: string[] = [];
    options: StartOptions | null = null;
    before: (control: OperationControl) => Promise<void> = () => Promise.resolve();
    after: (control: OperationControl) => Promise<void> = () => Promise.resolve();
    stopped: () => Promise<void> = () => Promise.resolve();

    async beforeStart(machine: Machine, control: OperationControl, options: StartOptions): Promise<void> {
        this.#note('before', machine);
        this.options = options;
        control.step('take');
        await this.before(control);
    }

    async afterStart(machine: Machine, control: OperationControl): Promise<void> {
        this.#note('after', machine);
        control.step('ready');
        await this.after(control);
    }

    async afterStop(machine: Machine, control: OperationControl): Promise<void> {
        this.#note('stopped', machine);
        control.step('return');
        await this.stopped();
    }

    startFailed(machine: Machine): Promise<void> {
        this.#note('failed', machine);
        return Promise.resolve();
    }

    #note(what: string, machine: Machine): void {
        this.calls.push(`${what} ${machine.state}`);
    }
}
