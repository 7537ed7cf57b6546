// SPDX-License-Identifier: GPL-3.0-or-later

/** The part of AT-SPI that the tests use; libatspi 2.56 and later. */
declare module 'gi://Atspi?version=2.0' {
    namespace Atspi {
        enum CoordType {
            SCREEN,
            WINDOW,
            PARENT,
        }
        interface Rect {
            x: number;
            y: number;
            width: number;
            height: number;
        }
        enum StateType {
            ACTIVE,
            CHECKED,
            ENABLED,
            EXPANDED,
            FOCUSABLE,
            FOCUSED,
            SELECTED,
            SENSITIVE,
            SHOWING,
            VISIBLE,
        }
        enum RelationType {
            LABELLED_BY,
        }
        interface StateSet {
            contains(state: StateType): boolean;
        }
        interface Action {
            get_n_actions(): number;
            get_action_name(at: number): string;
            do_action(at: number): boolean;
        }
        interface Text {
            get_character_count(): number;
            get_text(start: number, end: number): string;
        }
        interface EditableText {
            set_text_contents(text: string): boolean;
        }
        interface Component {
            grab_focus(): boolean;
            get_extents(within: CoordType): Rect;
        }
        interface Accessible {
            get_name(): string | null;
            get_description(): string | null;
            get_role_name(): string | null;
            get_child_count(): number;
            get_child_at_index(at: number): Accessible | null;
            get_parent(): Accessible | null;
            get_process_id(): number;
            get_state_set(): StateSet;
            get_action_iface(): Action | null;
            get_text_iface(): Text | null;
            get_editable_text_iface(): EditableText | null;
            get_component_iface(): Component | null;
            clear_cache(): void;
        }
        interface Event {
            readonly any_data: unknown;
        }
        interface EventListener {
            register(event: string): boolean;
            deregister(event: string): boolean;
        }
        const EventListener: {readonly new: (heard: (event: Event) => void) => EventListener};
        function init(): number;
        function set_timeout(ms: number, startMs: number): void;
        function get_desktop(at: number): Accessible;
    }
    export default Atspi;
}
