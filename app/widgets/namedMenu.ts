// SPDX-License-Identifier: GPL-3.0-or-later
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

/**
 * Gives the items of a menu their names for screen readers, whenever it opens.
 *
 * GTK 4.18 labels an item of a menu model by a label that AT-SPI does not see, so that the item has no name at all.
 *
 * @param popover the menu of a menu button; null where it has none
 */
export function nameMenuItems(popover: Gtk.Popover | null): void {
    popover?.connect('map', () => nameBelow(popover));
}

function nameBelow(widget: Gtk.Widget): void {
    // The class is GTK's own, but its name in CSS and its text are not.
    if (widget.get_css_name() === 'modelbutton') {
        const text = new GObject.Value();
        text.init(GObject.TYPE_STRING);
        widget.get_property('text', text);
        widget.reset_relation(Gtk.AccessibleRelation.LABELLED_BY);
        widget.update_property([Gtk.AccessibleProperty.LABEL], [text.get_string() ?? '']);
        return;
    }
    for (let child = widget.get_first_child(); child; child = child.get_next_sibling()) nameBelow(child);
}
