// SPDX-License-Identifier: GPL-3.0-or-later
import type {Metrics} from '../../shared/metrics/metrics.js';
import {FirstLook} from '../metrics/firstLook.js';
import {Pace} from '../metrics/pace.js';
import {hostJson, sampleJson} from '../metrics/sampleJson.js';
import type {CommonOptions} from '../options.js';
import {stdout} from '../output.js';
import {plainJson} from '../plainText.js';
import {describeProblem} from '../../shared/problems/problem.js';
import {inOrder} from './topOrder.js';
import {topTable} from './topTable.js';
import {headerLines} from './topText.js';
import type {TopHost, TopView, TopViewer} from './topView.js';

/** Prints what runs once a tick, below what was printed before, without anything that a terminal would obey. */
export class PlainTop {
    readonly #first: FirstLook;

    constructor(
        private readonly metrics: Metrics,
        private readonly viewer: TopViewer,
        private readonly options: CommonOptions,
    ) {
        this.#first = new FirstLook(metrics.intervalMs);
    }

    /** Settles only when it cannot print. */
    run(): Promise<never> {
        return new Promise((_resolve, reject) => {
            const pace: Pace = new Pace(this.metrics.intervalMs, () => {
                this.#print().catch((error: unknown) => {
                    pace.close();
                    reject(error);
                });
            });
            this.metrics.watchAll(() => pace.touch());
        });
    }

    async #print(): Promise<void> {
        const view = await this.viewer.look();
        if (!this.#first.isWorth(view)) return;
        stdout.write(this.options.json ? `${plainJson(viewJson(view), 0)}\n` : viewText(view));
    }
}

function viewText(view: TopView): string {
    const table = topTable(inOrder(view.rows, 'cpu'), {columns: Infinity, hosts: view.hosts.length > 1});
    return `${[...headerLines(view, 'cpu'), '', ...table, ''].join('\n')}\n`;
}

function viewJson({atMs, computer, hosts, rows}: TopView): object {
    return {
        time: new Date(atMs).toISOString(),
        computer: hostJson(computer),
        hosts: hosts.map(hostStateJson),
        machines: inOrder(rows, 'cpu').map(({machine, sample, bottleneck}) =>
            sampleJson(machine, sample, bottleneck),
        ),
    };
}

function hostStateJson({id, state, problem, silent}: TopHost): object {
    const words = problem === null ? null : describeProblem(problem);
    return {
        id,
        state,
        silent,
        problem: words && {title: words.title, body: words.body, detail: words.detail},
    };
}
