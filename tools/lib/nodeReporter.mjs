// SPDX-License-Identifier: GPL-3.0-or-later

/** Reporter for `node --test`: one line of JSON for each test, as tests/harness/runJasmine.ts prints. */
export default async function* report(events) {
    for await (const {type, data} of events) {
        if (type === 'test:start') yield line({type: 'started', name: data.name});
        if (type !== 'test:pass' && type !== 'test:fail') continue;
        if (data.skip !== undefined || data.details.type === 'suite' || data.name.endsWith('.mjs')) continue;
        const {duration_ms: ms, error} = data.details;
        const problems = type === 'test:pass' ? [] : [String(error?.cause?.stack ?? error?.message ?? error)];
        yield line({
            type: 'spec',
            name: data.name,
            status: problems.length === 0 ? 'passed' : 'failed',
            ms,
            problems,
        });
    }
    yield line({type: 'done', problems: []});
}

function line(result) {
    return `@@${JSON.stringify(result)}\n`;
}
