// SPDX-License-Identifier: GPL-3.0-or-later
import {KernelRefusal, type KernelWriter} from '../../shared/gpu/handover/ports.js';
import {SubprocessError} from '../../shared/platform/errors.js';
import {run} from '../../shared/platform/subprocess.js';

/**
 * What may be written to, whatever the steps of a handover say: bindings of PCI functions.
 * Addresses and names of drivers in it have been read from sysfs, and are checked once more here.
 */
const WRITABLE = new RegExp(
    '^/sys/bus/pci/(' +
        [
            'drivers_probe',
            'rescan',
            'drivers/[A-Za-z0-9_-]{1,64}/(bind|unbind)',
            'devices/[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\\.[0-7]/(driver_override|remove)',
        ].join('|') +
        ')$',
);
const VALUE = /^[A-Za-z0-9_.:-]{0,64}\n?$/;
/** A module, or the modalias of a PCI function. */
const MODULE = /^([A-Za-z0-9][A-Za-z0-9_-]{0,63}|pci:v[0-9A-F]{8}d[0-9A-F]{8}[0-9A-Za-z]{0,64})$/;

/** The steps have deadlines; this only keeps a program from staying for ever after all. */
const AT_MOST_MS = 600_000;

/**
 * The kernel of this machine.
 *
 * It is asked by programs of their own: one that the kernel does not let go cannot be killed, and would take the
 * helper with it.
 */
export const linuxKernel: KernelWriter = {
    async write(path, value) {
        if (!WRITABLE.test(path) || !VALUE.test(value))
            throw new KernelRefusal(`write ${path}`, 'Not allowed');
        // A write of nothing is none: the kernel takes an empty line for "no override".
        await ask(`write ${path}`, ['tee', '--', path], value === '' ? '\n' : value);
    },
    loadModules: names => modprobe(['-a'], names),
    unloadModules: names => modprobe(['-r'], names),
};

async function modprobe(options: readonly string[], names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const what = `modprobe ${options.join(' ')} ${names.join(' ')}`;
    if (!names.every(name => MODULE.test(name))) throw new KernelRefusal(what, 'Not allowed');
    await ask(what, ['modprobe', ...options, '--', ...names]);
}

async function ask(what: string, argv: readonly [string, ...string[]], stdin?: string): Promise<void> {
    try {
        await run(argv, {
            timeoutMs: AT_MOST_MS,
            // What still writes may not be taken for what has ended.
            untilGone: true,
            environment: {LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
            ...(stdin === undefined ? {} : {stdin}),
        });
    } catch (error) {
        if (!(error instanceof SubprocessError)) throw error;
        const answer = error.stderr.trim().split(': ').at(-1) || error.message;
        throw new KernelRefusal(what, answer, {cause: error});
    }
}
