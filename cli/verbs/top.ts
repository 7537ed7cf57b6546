// SPDX-License-Identifier: GPL-3.0-or-later
import {delay} from '../../shared/platform/clock.js';
import {Metrics} from '../../shared/metrics/metrics.js';
import {announceHosts, failOfHosts} from '../announceHosts.js';
import {onInterrupt} from '../interrupt.js';
import {followHosts} from '../machineSearch.js';
import {intervalMs, type IntervalOptions} from '../metrics/interval.js';
import {stdout} from '../output.js';
import {readerGone} from '../readerGone.js';
import {hostsToAsk} from '../settings.js';
import {PlainTop} from '../top/plainTop.js';
import {LiveTop} from '../top/liveTop.js';
import {TopViewer} from '../top/topView.js';

/** Hosts that answer within this time (ms) are in the first picture. */
const GRACE_MS = 500;

/** `handover top`: shows the machines that run until it is interrupted, or nobody reads any more. */
export async function top(options: IntervalOptions): Promise<void> {
    stdout.check();
    // From here on an interrupt is an end like any other.
    const interrupted = new Promise<void>(resolve => onInterrupt(() => resolve()));
    const hosts = followHosts(await hostsToAsk(options));
    const metrics = new Metrics(hosts, {intervalMs: intervalMs(options)});
    const viewer = new TopViewer(hosts, metrics);
    const live = stdout.usesScreen && options.json !== true;
    const answers = live ? failOfHosts(hosts, options) : announceHosts(hosts, options);
    const ends = [interrupted, readerGone(), answers.then(() => new Promise<never>(() => undefined))];
    await Promise.race([...ends, answers, delay(GRACE_MS)]);
    if (live) await new LiveTop(metrics, viewer).run(Promise.race(ends));
    else await Promise.race([...ends, new PlainTop(metrics, viewer, options).run()]);
    // The end of the process closes everything, as at the end of `handover watch`.
}
