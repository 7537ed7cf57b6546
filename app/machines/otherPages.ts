// SPDX-License-Identifier: GPL-3.0-or-later
import Gtk from 'gi://Gtk?version=4.0';

import {_} from '../../shared/platform/i18n.js';

/** The pages that are of no machine, in the order of their rows. */
const OTHER_PAGES = ['cards', 'doctor'] as const;

/** A page that is of no machine: the graphics cards, or the doctor. */
export type OtherPage = (typeof OTHER_PAGES)[number];

export function isOtherPage(selection: unknown): selection is OtherPage {
    return OTHER_PAGES.some(page => page === selection);
}

/** The rows of these pages, below the list of machines. */
export class OtherPages {
    #marked: OtherPage | null = null;

    /**
     * @param box empty, and selects nothing by itself; it is ours from now on
     * @param opened called when a row is activated
     */
    constructor(
        private readonly box: Gtk.ListBox,
        opened: (page: OtherPage) => void,
    ) {
        box.connect('row-activated', (_box, row: Gtk.ListBoxRow) => {
            const page = OTHER_PAGES[row.get_index()];
            if (page) opened(page);
        });
    }

    /** Makes the rows, once. They come after the first frame: nobody looks for them before the machines. */
    fill(): void {
        if (this.box.get_row_at_index(0)) return;
        for (const page of OTHER_PAGES) this.box.append(makeRow(page));
    }

    /** The page whose row looks selected. */
    get marked(): OtherPage | null {
        return this.#marked;
    }

    /** The row of a page looks selected, or none does. A list would select one as soon as Tab comes by. */
    mark(page: OtherPage | null): void {
        if (page) this.fill();
        this.#marked = page;
        OTHER_PAGES.forEach((one, index) => {
            const row = this.box.get_row_at_index(index);
            if (one === page) row?.set_state_flags(Gtk.StateFlags.SELECTED, false);
            else row?.unset_state_flags(Gtk.StateFlags.SELECTED);
            row?.update_state([Gtk.AccessibleState.SELECTED], [Number(one === page)]);
        });
    }
}

function makeRow(page: OtherPage): Gtk.ListBoxRow {
    const [label, icon_name] =
        page === 'cards'
            ? [_('Graphics cards'), 'handover-gpu-symbolic']
            : [_('Doctor'), 'handover-doctor-symbolic'];
    const box = new Gtk.Box({spacing: 12});
    box.append(new Gtk.Image({icon_name, accessible_role: Gtk.AccessibleRole.PRESENTATION}));
    box.append(new Gtk.Label({label, xalign: 0}));
    const row = new Gtk.ListBoxRow({child: box});
    row.update_property([Gtk.AccessibleProperty.LABEL], [label]);
    return row;
}
