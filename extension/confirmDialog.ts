// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import {MessageDialogContent} from 'resource:///org/gnome/shell/ui/dialog.js';
import {ModalDialog} from 'resource:///org/gnome/shell/ui/modalDialog.js';

import {_} from '../shared/platform/i18n.js';

interface Question {
    readonly title: string;
    readonly description: string;
    /** What the button says that goes ahead. */
    readonly confirmLabel: string;
    readonly confirmed: () => void;
}

/** Asks before something that cannot be taken back. Escape and Enter are the safe answers. */
export class ConfirmDialog extends ModalDialog {
    static {
        GObject.registerClass({GTypeName: 'HandoverConfirmDialog'}, this);
    }

    constructor({title, description, confirmLabel, confirmed}: Question) {
        super({destroyOnClose: true});
        this.contentLayout.add_child(new MessageDialogContent({title, description}));
        this.setButtons([
            {label: _('Cancel'), action: () => void this.close(), key: Clutter.KEY_Escape, default: true},
            {
                label: confirmLabel,
                action: () => {
                    this.close();
                    confirmed();
                },
            },
        ]);
    }
}
