// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

/** Where the domain XML files are, from the top of the checkout, which is where tests run. */
export const DOMAINS = 'tests/unit/definition/domains';

/** Names of all domain XML files without `.xml`, sorted. */
export function domainNames(): string[] {
    const names: string[] = [];
    const files = Gio.File.new_for_path(DOMAINS).enumerate_children(
        'standard::name',
        Gio.FileQueryInfoFlags.NONE,
        null,
    );
    for (let info = files.next_file(null); info !== null; info = files.next_file(null)) {
        if (info.get_name().endsWith('.xml')) names.push(info.get_name().slice(0, -4));
    }
    files.close(null);
    return names.sort();
}

/** One of these files, as text. */
export function domainXml(name: string): string {
    const [, bytes] = GLib.file_get_contents(`${DOMAINS}/${name}.xml`);
    return new TextDecoder().decode(bytes);
}
