// SPDX-License-Identifier: GPL-3.0-or-later
// Writes po/POTFILES and po/handover.pot from the sources: npm run pot (in the sysroot, for xgettext)
import {execFileSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {projectFiles} from './checks/files.mjs';
import {messagesOf} from './build/messages.mjs';
import {checkout, readNames} from './names.mjs';

const template = join(checkout, 'po/handover.pot');
const list = join(checkout, 'po/POTFILES');

/** Files with messages that xgettext understands by itself, or as C. */
const asIs = /^(app\/.*\.blp|schemas\/.*\.xml|data\/.*\.(desktop|metainfo\.xml)\.in)$/;
const typescript = /^(app|cli|extension|shared)\/.*(?<!\.d)\.ts$/;

const keywords = ['_', 'ngettext:1,2', 'pgettext:1c,2', 'C_:1c,2'];

/** @returns {{potfiles: string, pot: string}} what the two files should hold */
function make() {
    const folder = mkdtempSync(join(tmpdir(), 'handover-pot-'));
    try {
        const put = (path, text) => {
            mkdirSync(dirname(join(folder, path)), {recursive: true});
            writeFileSync(join(folder, path), text);
        };
        const names = readNames();
        const withMessages = [];
        const xgettext = (files, ...options) => {
            if (files.length === 0) return;
            execFileSync(
                'xgettext',
                [
                    '--output=messages.pot',
                    '--join-existing',
                    '--from-code=UTF-8',
                    '--add-location=file',
                    '--add-comments=Translators',
                    `--package-name=${names.APP_NAME}`,
                    '--copyright-holder=',
                    ...keywords.map(keyword => `--keyword=${keyword}`),
                    ...options,
                    ...files,
                ],
                {cwd: folder, stdio: ['ignore', 'inherit', 'pipe']},
            );
        };
        put('messages.pot', '');
        for (const path of projectFiles()) {
            const source = readFileSync(join(checkout, path), 'utf8');
            if (typescript.test(path)) {
                const calls = messagesOf(path, source);
                if (calls === '') continue;
                put(path, calls);
            } else if (asIs.test(path) && (!path.endsWith('.blp') || /\b(C?_)\(/.test(source))) {
                // xgettext tells the kind of file by its name, which our templates end with .in.
                put(path, source.replace(/^Name=@APP_NAME@$/m, ''));
            } else {
                continue;
            }
            withMessages.push(path);
        }
        xgettext(
            withMessages.filter(path => path.endsWith('.ts')),
            '--language=JavaScript',
        );
        xgettext(
            withMessages.filter(path => path.endsWith('.blp')),
            '--language=C',
        );
        xgettext(withMessages.filter(path => !/\.(ts|blp)$/.test(path)));
        const pot = readFileSync(join(folder, 'messages.pot'), 'utf8');
        const entries = pot.slice(pot.indexOf('\n\n') + 2);
        const header = `# SPDX-License-Identifier: GPL-3.0-or-later
# Messages of ${names.APP_NAME}. Made by "npm run pot".
msgid ""
msgstr ""
"Project-Id-Version: ${names.APP_NAME}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=INTEGER; plural=EXPRESSION;\\n"
`;
        return {
            pot: `${header}\n${entries}`,
            potfiles: `# SPDX-License-Identifier: GPL-3.0-or-later\n# Made by "npm run pot".\n${withMessages.join('\n')}\n`,
        };
    } finally {
        rmSync(folder, {recursive: true, force: true});
    }
}

/** @returns {string[]} what of po/ is behind the sources */
export function templateProblems() {
    const {pot, potfiles} = make();
    const current = path => readFileSync(path, 'utf8');
    const added = pot
        .split('\n')
        .filter(line => line.startsWith('msgid') && !current(template).includes(`${line}\n`));
    return [
        ...(current(list) === potfiles ? [] : ['po/POTFILES is behind the sources; run "npm run pot"']),
        ...(current(template) === pot
            ? []
            : ['po/handover.pot is behind the sources; run "npm run pot"', ...added]),
    ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const {pot, potfiles} = make();
    writeFileSync(template, pot);
    writeFileSync(list, potfiles);
}
