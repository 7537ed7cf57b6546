// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';

/** What can be pressed stays long enough to be read and reached, in seconds. */
const WITH_BUTTON_S = 12;

/** What can be done about what is said. */
export interface ToastButton {
    readonly label: string;
    readonly callback: () => void;
}

/** Something to be said for a few seconds. @param text plain text */
export function makeToast(text: string, button?: ToastButton): Adw.Toast {
    const toast = new Adw.Toast({title: text, use_markup: false});
    if (button) {
        toast.timeout = WITH_BUTTON_S;
        toast.button_label = button.label;
        toast.connect('button-clicked', button.callback);
    }
    return toast;
}
