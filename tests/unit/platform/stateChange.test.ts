// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {readShort} from '../../../shared/platform/files.js';
import {changeState} from '../../../shared/platform/stateChange.js';
import {StateFileError} from '../../../shared/platform/stateFile.js';
import {waitFor} from '../../harness/deadline.js';
import {temporaryDirectory} from '../../harness/temporary.js';

/** Has the turn at a file as another program of ours, has read it, and writes when it is told to. */
const OTHER_PROGRAM = `
const {Gio, GLib} = imports.gi;
const [path] = ARGV;
const name = 'handover-state-' + GLib.compute_checksum_for_string(GLib.ChecksumType.SHA256, path, -1);
const socket = Gio.Socket.new(Gio.SocketFamily.UNIX, Gio.SocketType.STREAM, Gio.SocketProtocol.DEFAULT);
socket.bind(new Gio.UnixSocketAddress({path: name, address_type: Gio.UnixSocketAddressType.ABSTRACT}), false);
const before = new TextDecoder().decode(GLib.file_get_contents(path)[1]);
print('has it');
const stdin = new Gio.DataInputStream({base_stream: new imports.gi.GioUnix.InputStream({fd: 0})});
if (stdin.read_line(null)[0] !== null) GLib.file_set_contents(path, before + 'B');
`;

describe('A file that several programs change', () => {
    const newPath = (): string => `${temporaryDirectory('state')}/file`;
    let other: Gio.Subprocess | null = null;

    afterEach(() => {
        other?.force_exit();
        other = null;
    });

    async function otherProgram(path: string): Promise<Gio.Subprocess> {
        const {STDIN_PIPE, STDOUT_PIPE} = Gio.SubprocessFlags;
        const script = `${temporaryDirectory('state')}/other.js`;
        GLib.file_set_contents(script, OTHER_PROGRAM);
        other = Gio.Subprocess.new(['gjs', script, path], STDIN_PIPE | STDOUT_PIPE);
        const lines = Gio.DataInputStream.new(other.get_stdout_pipe()!);
        const line = await new Promise<string>((resolve, reject) => {
            lines.read_line_async(GLib.PRIORITY_DEFAULT, null, (_stream, result) => {
                try {
                    resolve(new TextDecoder().decode(lines.read_line_finish(result)[0] ?? undefined));
                } catch (error) {
                    reject(error);
                }
            });
        });
        expect(line).toBe('has it');
        return other;
    }

    it('is changed by one after the other', async () => {
        const path = newPath();
        GLib.file_set_contents(path, 'A');
        const program = await otherProgram(path);
        const changed = changeState(path, before => `${before}C`);
        // Who would not wait is done by the time that another file is changed.
        for (let count = 0; count < 4; count++) await changeState(newPath(), () => 'other');
        program.get_stdin_pipe()!.write_all(new TextEncoder().encode('write\n'), null);
        await changed;
        expect(readShort(path)).toBe('ABC');
    });

    it('is nobody’s after a program that was killed', async () => {
        const path = newPath();
        GLib.file_set_contents(path, 'A');
        const program = await otherProgram(path);
        const changed = changeState(path, before => `${before}C`);
        program.force_exit();
        await changed;
        expect(readShort(path)).toBe('AC');
    });

    it('is changed all the same where another keeps it for itself', async () => {
        const path = newPath();
        GLib.file_set_contents(path, 'A');
        const program = await otherProgram(path);
        await changeState(path, before => `${before}C`);
        expect(readShort(path)).toBe('AC');
        // It still had its turn.
        program.get_stdin_pipe()!.write_all(new TextEncoder().encode('write\n'), null);
        await waitFor('what the other writes', () => readShort(path) === 'AB');
    }, 30_000);

    it('is left as it is, and to others, where there is nothing to change or the change fails', async () => {
        const path = newPath();
        await changeState(path, before => (expect(before).toBeNull(), null));
        expect(GLib.file_test(path, GLib.FileTest.EXISTS)).toBeFalse();
        const failing = changeState(path, () => {
            throw new StateFileError('no');
        });
        await expectAsync(failing).toBeRejectedWithError(StateFileError, 'no');
        await changeState(path, () => 'A');
        expect(readShort(path)).toBe('A');
    });
});
