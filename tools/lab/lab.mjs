// SPDX-License-Identifier: GPL-3.0-or-later
import {AssertionError} from 'node:assert';
import {setTimeout as delay} from 'node:timers/promises';
import {NoAnswer} from './channel.mjs';
import {SNAPSHOT} from './snapshot.mjs';

/** Words that every script inside may use. */
const library = `
CARD=0000:01:00.0
drivers() {
    for device in 0000:01:00.0 0000:01:00.1; do
        link=$(readlink /sys/bus/pci/devices/$device/driver)
        printf '%s ' "\${link##*/}"
    done
}
helper() {
    busctl --timeout=120 --json=short call io.github.handover.Handover.Helper /io/github/handover/Handover/Helper \\
        io.github.handover.Handover.Helper "$@"
}
console() { cat /var/log/libvirt/qemu/nested-console.log 2>/dev/null; }
# Waits until a command succeeds: until_ok SECONDS COMMAND…
until_ok() {
    limit=$(($(date +%s) + $1)); shift
    until "$@" >/run/lab/why 2>&1; do
        [ "$(date +%s)" -lt "$limit" ] || { echo "still not so: $*"; cat /run/lab/why; return 1; }
        sleep 0.1
    done
}
has_drivers() { [ "$(drivers)" = "$1 " ]; }
nested_is() { [ "$(virsh domstate nested | head -n 1)" = "$1" ]; }
is_still() { busctl get-property io.github.handover.Handover.Helper /io/github/handover/Handover/Helper \\
    io.github.handover.Handover.Helper Moving | grep -q '""'; }
no_record() { [ ! -e /run/handover/$CARD.json ]; }
# Whether it is on its console; waiting is no use when the machine does not run.
nested_says() {
    console | grep -q "$1" && return
    nested_is running || { echo 'the nested machine does not run'; limit=0; }
    return 1
}
`;

/** The outer machine as the checks see it: whose hand does what, and what is noted of it. */
export class Lab {
    #machine;
    #transcript;
    #only;
    #package = Buffer.alloc(0);
    #seen = [];

    constructor(machine, transcript, only) {
        this.#machine = machine;
        this.#transcript = transcript;
        this.#only = only;
    }

    get machine() {
        return this.#machine;
    }

    /** Runs a script as root. @returns {Promise<{code: number, out: string}>} */
    root(script, seconds = 60) {
        return this.#machine.channel.run(`. /run/lab/library\n${script}`, seconds);
    }

    /** In the session of the person at the computer, who is no administrator. */
    seat(script, seconds = 90) {
        return this.root(`at-seat <<'END_OF_JOB'\n. /run/lab/library\n${script}\nEND_OF_JOB\n`, seconds);
    }

    /** As another user who has come over the network; no administrator either. */
    network(script, seconds = 90) {
        const quoted = `. /run/lab/library\n${script}`.replaceAll("'", "'\\''");
        const options = '-i /var/lib/lab/key -o StrictHostKeyChecking=no -o LogLevel=ERROR';
        return this.root(`ssh ${options} visitor@localhost '${quoted}'`, seconds);
    }

    /** Waits until a command of the library succeeds. @throws {AssertionError} when it does not in time */
    async until(command, seconds) {
        const {code, out} = await this.root(`until_ok ${seconds} ${command}`, seconds + 15);
        if (code !== 0) throw new AssertionError({message: out.trim() || `still not so: ${command}`});
    }

    /** Keeps a line of what was seen beside the check that saw it. */
    note(text) {
        const plain = text.replaceAll('\r', '').trim();
        if (plain !== '') this.#seen.push(plain);
    }

    section(title) {
        this.#transcript.section(title);
    }

    /** One thing that is to be shown. Its failure stops nothing. */
    async check(name, work) {
        if (this.#only !== undefined && !name.includes(this.#only)) return;
        this.#seen = [];
        const from = Date.now();
        let problem;
        try {
            await work(this);
        } catch (error) {
            problem =
                error instanceof AssertionError || error instanceof NoAnswer ? error.message : error.stack;
            if (error instanceof NoAnswer) await this.restore();
        }
        this.#transcript.check(name, Date.now() - from, this.#seen, problem);
    }

    /** Installs what was built, as a package would. */
    async install(bytes) {
        this.#package = bytes;
        const {channel} = this.#machine;
        await channel.put('/run/lab/library', Buffer.from(library));
        await channel.put('/run/lab/package.tar.gz', bytes);
        const {code, out} = await channel.run(
            `set -e
            date -s @${Math.floor(Date.now() / 1000)} >/dev/null
            tar -C / --no-same-owner -xzf /run/lab/package.tar.gz
            glib-compile-schemas /usr/share/glib-2.0/schemas
            systemctl daemon-reload
            busctl call -q org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus ReloadConfig
            systemctl try-restart polkit.service`,
            120,
        );
        if (code !== 0) throw new Error(`The packages could not be installed inside the machine:\n${out}`);
    }

    /** Begins again from the snapshot: after a check that has left the machine in a state of its own. */
    async restore() {
        await this.#machine.monitor.human(`loadvm ${SNAPSHOT}`);
        await delay(200);
        await this.install(this.#package);
    }
}
