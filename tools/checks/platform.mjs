// SPDX-License-Identifier: GPL-3.0-or-later
// Checks with the desktop's own validators, as a GNOME sysroot has them.
import {copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
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

/** Blueprint's formatter opens what it only reads for writing too, so it gets copies. */
async function blueprintsFormatted() {
    const blueprints = projectFiles().filter(path => path.endsWith('.blp'));
    if (blueprints.length === 0) return [];
    const folder = mkdtempSync(join(tmpdir(), 'handover-check-'));
    try {
        for (const path of blueprints) {
            mkdirSync(dirname(join(folder, path)), {recursive: true});
            copyFileSync(join(checkout, path), join(folder, path));
        }
        return await linesIfFailed('blueprint-compiler', [
            'format',
            ...blueprints.map(path => join(folder, path)),
        ]);
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
        name: "data: the helper's bus and polkit files are well-formed",
        run: () =>
            linesIfFailed('xmllint', [
                '--noout',
                '--nonet',
                ...projectFiles().filter(path => /^data\/helper\/.*\.(conf|policy)\.in$/.test(path)),
            ]),
    },
    {
        name: 'data: the hook is what a plain sh reads',
        run: () => linesIfFailed('dash', ['-n', 'data/hooks/handover-guard']),
    },
    {
        name: 'data: blueprints are formatted',
        run: blueprintsFormatted,
    },
    {name: 'texts: the message template is up to date', run: templateProblems},
];
