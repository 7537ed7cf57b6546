// SPDX-License-Identifier: GPL-3.0-or-later
import type {ModalDialog} from 'resource:///org/gnome/shell/ui/modalDialog.js';

/** The one dialog of ours that is open: the next takes its place. */
export class Dialogs {
    #open: ModalDialog | null = null;

    /** @param closeMenus what has to go first, because it lies above dialogs and has the keyboard */
    constructor(private readonly closeMenus: () => void) {}

    /**
     * Opens a dialog.
     *
     * @returns false when the Shell does not allow it now; the dialog is gone then
     */
    open(dialog: ModalDialog): boolean {
        this.#open?.close();
        this.closeMenus();
        this.#open = dialog;
        dialog.connect('destroy', () => {
            // The one before may take its time to fade.
            if (this.#open === dialog) this.#open = null;
        });
        if (dialog.open()) return true;
        dialog.destroy();
        return false;
    }

    /** Takes the dialog away, unanswered. */
    dispose(): void {
        this.#open?.destroy();
    }
}
