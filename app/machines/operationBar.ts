// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import GObject from 'gi://GObject';

import {stepLabel} from '../../shared/lending/words.js';
import type {Machine} from '../../shared/machines/machine.js';
import type {Operation} from '../../shared/operations/operation.js';
import {_} from '../../shared/platform/i18n.js';
import {OperationProgress} from '../widgets/operationProgress.js';
import {Followed} from './follow.js';

/** The steps that every action has: libvirt is asked, and its event confirms. They say nothing to a person. */
const SILENT_STEPS = new Set(['ask', 'confirm', 'guest']);

/** What is being done with a machine, how long it has taken, and the way to call it off. */
export class OperationBar extends Adw.Bin {
    static {
        GObject.registerClass({GTypeName: 'HandoverOperationBar'}, this);
    }

    readonly #progress = new OperationProgress({
        step: id => (SILENT_STEPS.has(id) ? '' : stepLabel(id)),
        cancel: cancelLabel,
    });
    readonly #followed = new Followed(['notify::transition'], () => this.#sync());

    constructor() {
        super();
        this.child = this.#progress;
        this.visible = false;
        this.#progress.connect('notify::visible', () => (this.visible = this.#progress.visible));
    }

    get machine(): Machine | null {
        return this.#followed.machine;
    }

    set machine(machine: Machine | null) {
        if (this.#followed.set(machine)) this.#sync();
    }

    #sync(): void {
        this.#progress.operation = this.machine?.operation ?? null;
    }
}

/** A guest that has been asked to shut down or restart cannot be told to forget it. */
function cancelLabel({kind}: Operation): string {
    return kind === 'shutdown' || kind === 'reboot' ? _('Stop waiting') : _('Cancel');
}
