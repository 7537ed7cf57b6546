// SPDX-License-Identifier: GPL-3.0-or-later
import Adw from 'gi://Adw?version=1';
import Gdk from 'gi://Gdk?version=4.0';
import GLib from 'gi://GLib';
import GObject from 'gi://GObject';
import Gtk from 'gi://Gtk?version=4.0';

import type {HostList} from '../../shared/hosts/hostList.js';
import type {Host} from '../../shared/libvirt/host.js';
import type {Machine} from '../../shared/machines/machine.js';
import {APP_PATH} from '../../shared/names.js';
import {_} from '../../shared/platform/i18n.js';
import {HostProblemRow} from '../hosts/hostRow.js';
import {showMainMenu} from '../widgets/mainMenu.js';
import {DetailsReader, readDetails} from './detailsReader.js';
import {MachineRow} from './machineRow.js';
import {MachineRows} from './machineRows.js';
import {isOtherPage, type OtherPage, OtherPages} from './otherPages.js';

/** What a person has selected: a machine, a host that is lost, or another page. */
export type Selection = Machine | Host | OtherPage;

/** Rows above and below what is in view that are filled, too. */
const ROWS_AHEAD = 4;

/** The list of machines, by host, with its search. */
export class Sidebar extends Adw.NavigationPage {
    static {
        GObject.registerClass(
            {
                GTypeName: 'HandoverSidebar',
                Template: `resource://${APP_PATH}/machines/sidebar.ui`,
                InternalChildren: [
                    'toolbarView',
                    'searchIcon',
                    'menuIcon',
                    'menuButton',
                    'searchBar',
                    'searchEntry',
                    'listStack',
                    'scroller',
                    'list',
                    'pages',
                ],
                Signals: {
                    // a row was selected; `selection` says which
                    selected: {},
                    // a row was activated: its page is wanted even where it hides the list
                    opened: {},
                    // machines or hosts came or went
                    filled: {},
                },
            },
            this,
        );
    }

    declare private readonly _toolbarView: Adw.ToolbarView;
    declare private readonly _searchIcon: Gtk.Image;
    declare private readonly _menuIcon: Gtk.Image;
    declare private readonly _menuButton: Gtk.MenuButton;
    declare private readonly _searchBar: Gtk.SearchBar;
    declare private readonly _searchEntry: Gtk.SearchEntry;
    declare private readonly _listStack: Gtk.Stack;
    declare private readonly _scroller: Gtk.ScrolledWindow;
    declare private readonly _list: Gtk.ListBox;
    declare private readonly _pages: Gtk.ListBox;

    #rows: MachineRows | null = null;
    #words: readonly string[] = [];
    #nothingFound: Adw.StatusPage | null = null;
    readonly #changed = new Set<Machine>();
    #idle = 0;
    #others: OtherPages | null = null;
    #withIcons = false;
    readonly #reader = new DetailsReader();
    #release: () => void = () => undefined;

    /** Begins to show the machines; once. @param window catches what is typed, for the search */
    follow(hosts: HostList, window: Gtk.Window): void {
        this.#rows = new MachineRows(this._list, hosts, () => {
            this.#queueRender();
            this.emit('filled');
        });
        const changed = hosts.connect('machine-changed', (_hosts, machine: Machine) => {
            this.#changed.add(machine);
            this.#queueRender();
        });
        this.#release = () => hosts.disconnect(changed);
        showMainMenu(this._menuButton);
        this._searchBar.set_key_capture_widget(window);
        this._searchBar.connect_entry(this._searchEntry);
        this._searchBar.connect('notify::search-mode-enabled', () => this.#readForSearch());
        this._searchEntry.connect('search-changed', () => this.#search());
        this._searchEntry.connect('activate', () => this.#openFirst());
        this._searchEntry.connect('stop-search', () => this.closeSearch());
        const keys = new Gtk.EventControllerKey();
        keys.connect('key-pressed', (_keys, key) => key === Gdk.KEY_Down && this.#focusFirst());
        this._searchEntry.add_controller(keys);
        this._list.connect('row-selected', (_list, row: Gtk.ListBoxRow | null) => {
            if (row) this.#others?.mark(null);
            // One thing is selected; that the list has lost it for another page says nothing.
            if (!this.#others?.marked) this.emit('selected');
        });
        this._list.connect('row-activated', () => this.emit('opened'));
        this.#others = new OtherPages(this._pages, page => {
            this.select(page);
            this.emit('opened');
        });
        for (const signal of ['value-changed', 'changed'])
            this._scroller.vadjustment.connect(signal, () => this.#queueRender());
        this.#fillVisible();
    }

    /**
     * Shows the icons, which are not in the first frame: loading the icon theme takes as long as all else in it.
     */
    showIcons(): void {
        if (this.#withIcons) return;
        this.#withIcons = true;
        this._searchIcon.icon_name = 'system-search-symbolic';
        this._menuIcon.icon_name = 'open-menu-symbolic';
        for (const row of this.#rows ?? []) if (row.filled) this.#complete(row);
        this.#others?.fill();
    }

    /** Says something above the list. */
    addBanner(banner: Adw.Banner): void {
        this._toolbarView.add_top_bar(banner);
    }

    /** Ends following. */
    close(): void {
        this.#release();
        this.#reader.stop();
        this.#rows?.close();
        if (this.#idle !== 0) GLib.Source.remove(this.#idle);
        this.#idle = 0;
    }

    get selection(): Selection | null {
        if (this.#others?.marked) return this.#others.marked;
        const row = this._list.get_selected_row();
        if (row instanceof MachineRow) return row.machine;
        return row instanceof HostProblemRow ? row.host : null;
    }

    /** Selects a machine's row, or a lost host's; false when there is none. */
    select(selection: Selection): boolean {
        if (isOtherPage(selection)) {
            if (!this.#others || this.#others.marked === selection) return this.#others !== null;
            this.#others.mark(selection);
            this._list.unselect_all();
            this.emit('selected');
            return true;
        }
        const row = this.#rowOf(selection);
        if (!row) return false;
        if (!row.get_child_visible()) this.closeSearch();
        this._list.select_row(row);
        return true;
    }

    /** Selects the first thing that there is: what is wrong before what is well. */
    selectFirst(): void {
        const [problem] = this.#rows?.problemRows ?? [];
        const row = problem ?? this.#firstMatch();
        if (row) this._list.select_row(row);
    }

    /** Opens the search and puts the cursor into it. */
    openSearch(): void {
        this._searchBar.search_mode_enabled = true;
        this._searchEntry.grab_focus();
    }

    closeSearch(): void {
        this._searchBar.search_mode_enabled = false;
    }

    #rowOf(selection: Machine | Host): Gtk.ListBoxRow | null {
        if (!this.#rows) return null;
        return 'host' in selection
            ? (this.#rows.rowOf(selection) ?? null)
            : this.#rows.problemRowOf(selection);
    }

    /** What a row need not have in the first frame: its icon, and the machine's title. */
    #complete(row: MachineRow): void {
        row.sync();
        // The row follows when they are there: the machine has changed then.
        void readDetails(row.machine);
    }

    /** A burst of changes is rendered once. */
    #queueRender(): void {
        if (this.#idle !== 0) return;
        // Before GTK lays out and draws, so that a frame shows all that is known.
        this.#idle = GLib.idle_add(Gdk.PRIORITY_REDRAW - 30, () => {
            this.#idle = 0;
            this.#fillVisible();
            for (const machine of this.#changed) this.#rows?.rowOf(machine)?.sync(this.#withIcons);
            this.#refilter();
            this.#changed.clear();
            return GLib.SOURCE_REMOVE;
        });
    }

    #fillVisible(): void {
        const {value, page_size: page} = this._scroller.vadjustment;
        // Before the first layout nothing has a height; a window's first rows are filled then.
        const end = value + Math.max(page, this.get_height(), 1);
        let row = this._list.get_row_at_y(Math.floor(value)) ?? this._list.get_row_at_index(0);
        for (let back = 0; row && back < ROWS_AHEAD; back++) {
            const previous = row.get_prev_sibling();
            if (!(previous instanceof Gtk.ListBoxRow)) break;
            row = previous;
        }
        let left = page > 0 ? Infinity : ROWS_AHEAD * 4;
        let beyond = ROWS_AHEAD;
        while (row && beyond > 0 && left > 0) {
            if (row instanceof MachineRow && row.get_child_visible()) {
                if (!row.filled) {
                    row.fill(false);
                    if (this.#withIcons) this.#complete(row);
                }
                left--;
            }
            if (page > 0) {
                const [there, bounds] = row.compute_bounds(this._list);
                if (there && bounds.get_y() > end) beyond--;
            }
            const next = row.get_next_sibling();
            row = next instanceof Gtk.ListBoxRow ? next : null;
        }
    }

    #search(): void {
        const words = this._searchEntry.text
            .toLowerCase()
            .split(/\s+/)
            .filter(word => word !== '');
        if (words.join(' ') === this.#words.join(' ')) return;
        this.#words = words;
        if (words.length === 0) this._list.set_filter_func(null);
        else this._list.set_filter_func(row => row instanceof MachineRow && row.matches(this.#words));
        this.#showFound();
        this._scroller.vadjustment.value = 0;
        this.#queueRender();
    }

    #showFound(): void {
        const found = this.#words.length === 0 || this.#firstMatch() !== undefined;
        if (!found) this.#makeNothingFound();
        this._listStack.visible_child = found ? this._scroller : this.#nothingFound!;
    }

    /** Titles can be found, too, once they were read: of every machine, since nobody knows which one is meant. */
    #readForSearch(): void {
        if (this._searchBar.search_mode_enabled)
            this.#reader.read([...(this.#rows ?? [])].map(row => row.machine));
        else this.#reader.stop();
    }

    /** A machine may have got, or lost, the words that are searched for. */
    #refilter(): void {
        if (this.#words.length === 0 || this.#changed.size === 0) return;
        for (const machine of this.#changed) this.#rows?.rowOf(machine)?.changed();
        this.#showFound();
    }

    #makeNothingFound(): void {
        if (this.#nothingFound) return;
        this.#nothingFound = new Adw.StatusPage({
            icon_name: 'system-search-symbolic',
            title: _('No machine found'),
            description: _('Try other words.'),
        });
        this.#nothingFound.add_css_class('compact');
        this._listStack.add_child(this.#nothingFound);
    }

    #firstMatch(): MachineRow | undefined {
        for (const row of this.#rows ?? []) if (row.matches(this.#words)) return row;
        return undefined;
    }

    #openFirst(): void {
        const row = this.#firstMatch();
        if (!row) return;
        this._list.select_row(row);
        this.emit('opened');
    }

    #focusFirst(): boolean {
        return this.#firstMatch()?.grab_focus() ?? false;
    }
}
