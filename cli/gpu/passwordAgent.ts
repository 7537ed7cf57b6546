// SPDX-License-Identifier: GPL-3.0-or-later
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';

import {delay} from '../../shared/platform/clock.js';
import {stderr} from '../output.js';

/** What polkit's agents have that ask on a terminal: pkttyagent(1). */
const AGENT = 'pkttyagent';

/** How long (ms) it may take until polkit knows it; after that we ask polkit all the same. */
const REGISTER_MS = 3000;

const SIGTERM = 15;

/**
 * Lets polkit ask for a password on this terminal, as systemctl(1) does: over SSH there is no desktop that would.
 *
 * It is started when something is about to be asked that may need one, stands back for an agent that the session has
 * already, and asks on the terminal itself, so that no password goes through us.
 */
export class PasswordAgent {
    #agent: Gio.Subprocess | null = null;
    #opened: Promise<void> | null = null;

    /** Resolves when polkit knows it, or when there can be none. */
    open(): Promise<void> {
        this.#opened ??= this.#start();
        return this.#opened;
    }

    /** It must not stay behind and read what is typed next. */
    close(): void {
        this.#agent?.send_signal(SIGTERM);
        this.#agent = null;
    }

    async #start(): Promise<void> {
        // Root is not asked, and without a terminal there is nobody to ask.
        if (new Gio.Credentials().get_unix_user() === 0 || !inputIsTerminal()) return;
        // A line that is drawn while a password is typed would garble it.
        stderr.clearStatus();
        const pid = String(new Gio.Credentials().get_unix_pid());
        // It closes the descriptor when polkit knows it.
        const argv = [AGENT, '--process', pid, '--notify-fd', '1', '--fallback'];
        try {
            this.#agent = Gio.Subprocess.new(
                argv,
                Gio.SubprocessFlags.STDOUT_PIPE | Gio.SubprocessFlags.STDERR_SILENCE,
            );
        } catch (error) {
            // Not installed: then polkit says no where it would have asked.
            if (error instanceof GLib.Error) return;
            throw error;
        }
        await Promise.race([closed(this.#agent.get_stdout_pipe()!), delay(REGISTER_MS)]);
    }
}

/** Does something that may need a password, with an agent ready to ask for it, which does not stay behind. */
export async function withPasswordAgent<T>(work: () => Promise<T>): Promise<T> {
    const agent = new PasswordAgent();
    try {
        await agent.open();
        return await work();
    } finally {
        agent.close();
    }
}

/** Whether standard input is a terminal: that is where a password would be typed. */
export function inputIsTerminal(): boolean {
    // On Unix this is isatty() and no more (https://gitlab.gnome.org/GNOME/glib, glib/gmessages.c).
    return GLib.log_writer_supports_color(0);
}

function closed(pipe: Gio.InputStream): Promise<void> {
    return new Promise(resolve => {
        pipe.read_bytes_async(1, GLib.PRIORITY_DEFAULT, null, (_pipe, result) => {
            try {
                pipe.read_bytes_finish(result);
            } catch (error) {
                if (!(error instanceof GLib.Error)) throw error;
            }
            resolve();
        });
    });
}
