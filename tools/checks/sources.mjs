// SPDX-License-Identifier: GPL-3.0-or-later
// Checks that need nothing but the sources and the npm packages.
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {checkout, readNames} from '../names.mjs';
import {npmProgram} from './command.mjs';
import {projectFiles} from './files.mjs';
import {foldersWithoutCircle, importsKeptOut, replaceableHere, toolkits} from './imports.mjs';

const programs = ['shared', 'extension', 'prefs', 'app', 'cli', 'helper', 'tests'];

const commented =
    /(^|\/)(meson\.build|LINGUAS|POTFILES|_handover)$|\.(ts|js|mjs|cjs|in|css|blp|xml|svg|sh|bash|fish|py|po|pot|1)$/;

/** Our files begin by saying under which licence they are. */
function headers() {
    return (
        projectFiles()
            .filter(path => commented.test(path))
            .filter(path => {
                const start = readFileSync(join(checkout, path), 'utf8').slice(0, 400);
                return !start.includes('SPDX-License-Identifier: GPL-3.0-or-later');
            })
            // JSON knows no comments; a template of JSON neither.
            .filter(path => !path.endsWith('.json.in'))
            .map(path => `${path}: no "SPDX-License-Identifier: GPL-3.0-or-later" at its top`)
    );
}

/** Names stand in shared/names.ts alone, as far as TypeScript goes. */
function namesOnce() {
    const names = Object.entries(readNames()).filter(
        ([, value]) => /[.:@]/.test(value) && !/^[\d.]+$/.test(value),
    );
    return projectFiles()
        .filter(
            path => /^(shared|app|cli|extension|helper)\/.*\.ts$/.test(path) && path !== 'shared/names.ts',
        )
        .flatMap(path => {
            const text = readFileSync(join(checkout, path), 'utf8').replace(/^\s*(\/\/|\/?\*).*$/gm, '');
            return names
                .filter(([, value]) => text.includes(`'${value}'`))
                .map(([name, value]) => `${path}: write ${name} instead of '${value}'`);
        });
}

/** A linter that is silenced is given a reason, and nothing is silenced for the compiler. */
function reasonsGiven() {
    return projectFiles()
        .filter(path => /\.(ts|mjs|js)$/.test(path) && path !== 'tools/checks/sources.mjs')
        .flatMap(path =>
            readFileSync(join(checkout, path), 'utf8')
                .split('\n')
                .flatMap((line, index) => {
                    const silenced = /eslint-disable(?!.* -- \S)|@ts-(ignore|nocheck)/.test(line);
                    return silenced ? [`${path}:${index + 1}: say why, after " -- "`] : [];
                }),
        );
}

/** The newest release in the metainfo is the version that we are. */
function released() {
    const version = readNames().VERSION;
    const metainfo = readFileSync(join(checkout, 'data/handover.metainfo.xml.in'), 'utf8');
    const first = /<release version="([^"]+)"/.exec(metainfo)?.[1];
    return first === '@VERSION@' || first === version
        ? []
        : [`metainfo names ${first} first, we are ${version}`];
}

/** @type {import('./run.mjs').Check[]} */
export const sourceChecks = [
    ...programs.map(program => ({
        name: `types: ${program}`,
        run: () => npmProgram('typescript/bin/tsc', ['-p', `tsconfig.${program}.json`, '--pretty', 'false']),
    })),
    {
        name: 'lint: eslint finds nothing',
        run: () => npmProgram('eslint/bin/eslint.js', ['--max-warnings=0', '.']),
    },
    {
        name: 'lint: prettier would change nothing',
        run: () => npmProgram('prettier/bin/prettier.cjs', ['--check', '--log-level=warn', '.']),
    },
    {
        name: 'layers: the extension imports no Gtk, Gdk or Adw',
        run: () => importsKeptOut(['extension/extension.ts'], toolkits.gtk),
    },
    {
        name: 'layers: the preferences import no St, Clutter, Meta or Shell',
        run: () => importsKeptOut(['extension/prefs.ts'], toolkits.shell),
    },
    {
        name: 'layers: shared imports neither the Shell nor Gtk',
        run: () =>
            importsKeptOut(
                projectFiles().filter(path => /^shared\/.*(?<!\.d)\.ts$/.test(path)),
                [...toolkits.gtk, ...toolkits.shell],
            ),
    },
    {
        name: 'layers: the CLI imports no Gtk, Gdk or Adw',
        run: () => importsKeptOut(['cli/main.ts'], toolkits.gtk),
    },
    {
        name: 'layers: the helper imports no toolkit',
        run: () => importsKeptOut(['helper/main.ts'], [...toolkits.gtk, ...toolkits.shell]),
    },
    {
        name: 'layers: the helper cannot be told to look at another machine',
        run: () =>
            importsKeptOut(
                projectFiles().filter(path => /^helper\/.*\.ts$/.test(path)),
                [replaceableHere],
            ),
    },
    {name: 'layers: no folders of shared import each other in a circle', run: foldersWithoutCircle},
    {name: 'house: every source file names its licence', run: headers},
    {name: 'house: names stand once', run: namesOnce},
    {name: 'house: what is silenced has a reason beside it', run: reasonsGiven},
    {name: 'house: the metainfo names this version first', run: released},
];
