// SPDX-License-Identifier: GPL-3.0-or-later
import {waitFor} from '../harness/deadline.js';
import {RunningProgram} from '../harness/program.js';

/**
 * Listens to what programs ask on a session bus, so that a test knows how far one has come that prints nothing: when
 * libvirt has answered `GetAllDomainStats`, it knows the machines and follows them.
 */
export class BusAnswers {
    private constructor(private readonly monitor: RunningProgram) {}

    /** @param env where another bus than this run's is meant, with its address */
    static async listen(env: Record<string, string> = {}): Promise<BusAnswers> {
        const monitor = new RunningProgram(['dbus-monitor', '--session', '--profile'], {env});
        // It gives its own name up when it has become a monitor.
        await waitFor('dbus-monitor', () => monitor.log().includes('NameLost'));
        return new BusAnswers(monitor);
    }

    /** Waits until calls of a method, so many since it listens, have been answered. */
    async come(method = 'GetAllDomainStats', count = 1): Promise<void> {
        await waitFor(`the answer to ${method}`, () => this.#answered(method) >= count);
    }

    stop(): Promise<void> {
        return this.monitor.stop();
    }

    #answered(method: string): number {
        const lines = this.monitor
            .log()
            .split('\n')
            .map(line => line.split('\t'));
        // Of a call: time, serial, sender, receiver, path, interface, member. Of an answer the call's serial comes last.
        const answers = lines
            .filter(([kind]) => kind === 'mr' || kind === 'err')
            .map(([, , , , receiver, serial]) => `${receiver} ${serial}`);
        return lines.filter(
            ([kind, , serial, sender, , , , member]) =>
                kind === 'mc' && member === method && answers.includes(`${sender} ${serial}`),
        ).length;
    }
}
