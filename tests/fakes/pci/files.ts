// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

/** Writes a file of the pretended machine, with the folders above it. */
export function putFile(path: string, content: string): void {
    GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o755);
    GLib.file_set_contents_full(path, content, GLib.FileSetContentsFlags.NONE, 0o644);
}

export function putFolder(path: string): void {
    GLib.mkdir_with_parents(path, 0o755);
}

/** Makes a link, in place of the one that may be there. */
export function putLink(path: string, target: string): void {
    GLib.mkdir_with_parents(GLib.path_get_dirname(path), 0o755);
    drop(path);
    Gio.File.new_for_path(path).make_symbolic_link(target, null);
}

/** Takes a file, a link or a whole folder away; nothing happens when there is none. */
export function drop(path: string): void {
    const file = Gio.File.new_for_path(path);
    const type = file.query_file_type(Gio.FileQueryInfoFlags.NOFOLLOW_SYMLINKS, null);
    if (type === Gio.FileType.UNKNOWN) return;
    if (type === Gio.FileType.DIRECTORY) {
        const folder = GLib.Dir.open(path, 0);
        const names: string[] = [];
        for (let name = folder.read_name(); name !== null; name = folder.read_name()) names.push(name);
        folder.close();
        for (const name of names) drop(`${path}/${name}`);
    }
    file.delete(null);
}
