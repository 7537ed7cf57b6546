// SPDX-License-Identifier: GPL-3.0-or-later
import Clutter from 'gi://Clutter';
import GObject from 'gi://GObject';
import type St from 'gi://St';
import {ListSection, ListSectionItem, MessageDialogContent} from 'resource:///org/gnome/shell/ui/dialog.js';
import {ModalDialog} from 'resource:///org/gnome/shell/ui/modalDialog.js';

import {_} from '../shared/platform/i18n.js';

/** A program that keeps a card busy, as the dialog lists it. */
export interface ShownHolder {
    readonly name: string;
    /** Whose it is, or why it cannot be closed from here; empty when there is nothing to say. */
    readonly note: string;
    readonly icon: St.Icon;
}

/** One way to go on. */
export interface Choice {
    readonly label: string;
    readonly chosen: () => void;
    /** Whether somebody may lose something by it. */
    readonly destructive?: boolean;
}

interface Question {
    readonly title: string;
    readonly description: string;
    readonly holders: readonly ShownHolder[];
    /** Besides leaving it. */
    readonly choices: readonly Choice[];
}

/** Says who keeps a card busy, and asks what to do about it. Escape and Enter leave everything as it is. */
export class HeldDialog extends ModalDialog {
    static {
        GObject.registerClass({GTypeName: 'HandoverHeldDialog'}, this);
    }

    constructor({title, description, holders, choices}: Question) {
        super({destroyOnClose: true});
        this.contentLayout.add_child(new MessageDialogContent({title, description}));
        // A screen reader says this when the dialog opens; it would not come upon texts that take no focus.
        this.accessible_name = [title, description, ...holders.map(spoken)]
            .filter(text => text !== '')
            .join('\n');
        if (holders.length > 0) this.contentLayout.add_child(listOf(holders));
        const close = (then: () => void): void => {
            this.close();
            then();
        };
        this.setButtons([
            ...choices.map(({label, chosen}) => ({label, action: () => close(chosen)})),
            {label: _('Cancel'), action: () => void this.close(), key: Clutter.KEY_Escape, default: true},
        ]);
        // Three answers with the name of a program in one of them do not fit side by side.
        if (choices.length > 1)
            (this.buttonLayout.layout_manager as Clutter.BoxLayout).orientation =
                Clutter.Orientation.VERTICAL;
        const buttons = this.buttonLayout.get_children() as St.Button[];
        choices.forEach(({destructive = false}, at) => {
            if (destructive) buttons[at]!.add_style_class_name('destructive-action');
        });
    }
}

function listOf(holders: readonly ShownHolder[]): ListSection {
    const section = new ListSection({});
    for (const {name, note, icon} of holders) {
        const item = new ListSectionItem({});
        item.set({iconActor: icon, title: name});
        if (note !== '') item.description = note;
        section.list.add_child(item);
    }
    return section;
}

function spoken({name, note}: ShownHolder): string {
    return note === '' ? name : `${name}, ${note}`;
}
