// SPDX-License-Identifier: GPL-3.0-or-later
// Checks with the desktop's own validators, as a GNOME sysroot has them.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {checkout, readNames} from '../names.mjs';
import {templateProblems} from '../pot.mjs';
import {linesIfFailed} from './command.mjs';
import {projectFiles} from './files.mjs';

/** Runs `check` on a template of data/ with its names filled in, under the name it is installed by. */
async function onInstalled(template, extension, check) {
    const names = {...readNames(), bindir: '/usr/bin'};
    const folder = mkdtempSync(join(tmpdir(), 'handover-check-'));
    try {
        const file = join(folder, `${names.APP_ID}.${extension}`);
        const text = readFileSync(join(checkout, 'data', template), 'utf8');
        writeFileSync(
            file,
            text.replace(/@(\w+)@/g, (whole, name) => names[name] ?? whole),
        );
        return await check(file);
    } finally {
        rmSync(folder, {recursive: true, force: true});
    }
}

/** @type {import('./run.mjs').Check[]} */
export const platformChecks = [
    {
        name: 'data: the settings schema compiles',
        run: () => linesIfFailed('glib-compile-schemas', ['--strict', '--dry-run', 'schemas']),
    },
    {
        name: 'data: the desktop entry is valid',
        run: () =>
            onInstalled('handover.desktop.in', 'desktop', file =>
                linesIfFailed('desktop-file-validate', [file]),
            ),
    },
    {
        name: 'data: the metainfo is valid',
        run: () =>
            onInstalled('handover.metainfo.xml.in', 'metainfo.xml', file =>
                linesIfFailed('appstreamcli', ['validate', '--no-net', '--explain', file]),
            ),
    },
    {
        name: 'data: icons and other XML are well-formed',
        run: () =>
            linesIfFailed('xmllint', [
                '--noout',
                ...projectFiles().filter(path =>
                    /^(app|data|schemas|extension)\/.*\.(svg|xml|xml\.in)$/.test(path),
                ),
            ]),
    },
    {
        name: 'data: blueprints are formatted',
        run: async () => {
            const blueprints = projectFiles().filter(path => path.endsWith('.blp'));
            return blueprints.length === 0
                ? []
                : linesIfFailed('blueprint-compiler', ['format', ...blueprints]);
        },
    },
    {name: 'texts: the message template is up to date', run: templateProblems},
];
