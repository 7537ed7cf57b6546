// SPDX-License-Identifier: GPL-3.0-or-later
import {Operation, OperationConflictError} from '../operations/operation.js';
import {CancelledError} from '../platform/errors.js';
import {type MachineAction, mayBegin, possibleActions, supersedes} from './actions.js';
import type {Machine} from './machine.js';
import {MachineGoneError, NotInThatStateError} from './machineErrors.js';
import {type ActionOptions, perform} from './machineOperations.js';
import type {MachineFailure} from './machineOwner.js';

/** What is being done with a machine, one thing at a time, and what of it went wrong last. */
export class MachineTask {
    #operation: Operation<MachineAction> | null = null;
    #failure: MachineFailure | null = null;

    /** @param changed is told when one of the machine's properties that rest on this has changed */
    constructor(
        private readonly machine: Machine,
        private readonly changed: (property: 'transition' | 'failing') => void,
    ) {}

    get operation(): Operation<MachineAction> | null {
        return this.#operation;
    }

    get failure(): MachineFailure | null {
        return this.#failure;
    }

    /** Begins an action; one that is not possible fails at once, and leaves alone what runs. */
    run(action: MachineAction, options: ActionOptions): Operation<MachineAction> {
        const refusal = this.#refusal(action);
        if (refusal) return new Operation(action, () => Promise.reject(refusal));
        this.#operation?.cancel();
        const operation = new Operation<MachineAction>(action, control =>
            perform(this.machine, action, control, options).catch((error: unknown) => {
                // The user ended it with something that cuts through, so that it is no failure.
                throw this.#operation === operation ? error : new CancelledError();
            }),
        );
        this.#begin(operation);
        // A row shows the step, and offers to call it off while that is possible.
        for (const signal of ['notify::step', 'notify::can-cancel'])
            operation.connect(signal, () => {
                if (this.#operation === operation) this.changed('transition');
            });
        operation.finished().then(
            () => this.#ended(operation, null),
            (error: unknown) => this.#ended(operation, error),
        );
        return operation;
    }

    /** Forgets the failure: a person has seen it, or events have overtaken it. */
    dismissFailure(): void {
        this.#fail(null);
    }

    #refusal(action: MachineAction): Error | null {
        const {name, state, isGone} = this.machine;
        const running = this.#operation;
        if (isGone) return new MachineGoneError(name);
        if (running && !mayBegin(action, running)) return new OperationConflictError(action, running.kind);
        // A start that has not come to its machine yet is cut off all the same.
        if (running && supersedes(action, running.kind)) return null;
        return possibleActions(state).includes(action) ? null : new NotInThatStateError(name, action, state);
    }

    #begin(operation: Operation<MachineAction>): void {
        this.#operation = operation;
        this.#fail(null);
        this.changed('transition');
    }

    #ended(operation: Operation<MachineAction>, error: unknown): void {
        // A later operation may have taken its place.
        if (this.#operation !== operation) return;
        this.#operation = null;
        this.changed('transition');
        if (error === null || error instanceof CancelledError) return;
        this.#fail({action: operation.kind, error});
        this.machine.tell('failed', {action: operation.kind, error});
    }

    #fail(failure: MachineFailure | null): void {
        if (failure === this.#failure) return;
        this.#failure = failure;
        this.changed('failing');
    }
}
