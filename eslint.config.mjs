// SPDX-License-Identifier: GPL-3.0-or-later
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Modules and members that a part of the program must leave alone, and why. */
const toolkitOfTheShell = {
    regex: '^gi://(St|Shell|Clutter|Cogl|Meta|Mtk)(\\?|$)|^resource:///org/gnome/shell/',
    caseSensitive: true,
    message: 'Belongs to the extension, inside GNOME Shell.',
};
const toolkitOfTheApp = {
    regex: '^gi://(Gtk|Gdk|Gsk|Adw)(\\?|$)',
    message: 'Belongs to the app and the preferences.',
};
const typePackages = {regex: '^@girs/', message: 'Import gi://…; only types/ names the type packages.'};
const npmParser = {
    regex: '^fast-xml-parser',
    message: 'Import shared/vendor/fastXmlParser.js, which the build knows.',
};
const everywhere = [typePackages, npmParser];

/** A program above shared: it sees shared and itself, none of the others. */
const notOtherPrograms = (...others) => ({
    regex: `^(\\.\\./)+(${others.join('|')})/`,
    message: 'app, cli and extension share through shared/ alone.',
});

const noSync = {
    selector: 'MemberExpression[property.name=/(?:_sync|Sync)$/]:not([property.name="Sync"])',
    message: 'A synchronous call blocks the main loop.',
};
const noDBus = {
    selector:
        'MemberExpression[object.name="Gio"][property.name=/^(DBus|bus_|BusType)/]:not([property.name=/^DBusError/])',
    message: 'D-Bus belongs to shared/platform and shared/libvirt; bind to what the models show.',
};

const restrict = (...patterns) => ({
    'no-restricted-imports': ['error', {patterns: [...everywhere, ...patterns]}],
});

const program = (files, project, rules, ignores = []) => ({
    files,
    ignores,
    languageOptions: {
        parserOptions: {project: `./tsconfig.${project}.json`, tsconfigRootDir: import.meta.dirname},
    },
    rules,
});

export default tseslint.config(
    {ignores: ['build/', 'node_modules/', 'types/']},
    {linterOptions: {reportUnusedDisableDirectives: 'error'}},
    js.configs.recommended,
    {
        rules: {
            'no-empty': ['error', {allowEmptyCatch: false}],
            // Domain XML and terminals have control characters, and we look for them.
            'no-control-regex': 'off',
            'no-warning-comments': ['error', {terms: ['todo', 'fixme', 'xxx', 'hack']}],
            'max-lines': ['error', {max: 400}],
            eqeqeq: 'error',
            'prefer-const': 'error',
            'no-var': 'error',
            'object-shorthand': 'error',
        },
    },
    {
        files: ['**/*.mjs'],
        languageOptions: {
            globals: Object.fromEntries(
                [
                    'process',
                    'console',
                    'Buffer',
                    'URL',
                    'setTimeout',
                    'clearTimeout',
                    'setInterval',
                    'clearInterval',
                    'setImmediate',
                    'performance',
                    'AbortController',
                    'AbortSignal',
                    'TextDecoder',
                    'TextEncoder',
                    'fetch',
                    'structuredClone',
                    'queueMicrotask',
                ].map(name => [name, 'readonly']),
            ),
        },
    },
    {
        files: ['**/*.ts'],
        extends: [tseslint.configs.recommendedTypeChecked],
        rules: {
            '@typescript-eslint/no-explicit-any': 'error',
            '@typescript-eslint/no-floating-promises': 'error',
            '@typescript-eslint/no-misused-promises': [
                'error',
                {checksVoidReturn: {inheritedMethods: false}},
            ],
            '@typescript-eslint/switch-exhaustiveness-check': [
                'error',
                {considerDefaultExhaustiveForUnions: true},
            ],
            '@typescript-eslint/consistent-type-imports': 'error',
            '@typescript-eslint/consistent-type-assertions': [
                'error',
                {assertionStyle: 'as', objectLiteralTypeAssertions: 'never'},
            ],
            '@typescript-eslint/prefer-readonly': 'error',
            // GLib.Error, which GIO rejects with, is no Error to TypeScript.
            '@typescript-eslint/prefer-promise-reject-errors': 'off',
            '@typescript-eslint/no-unused-vars': [
                'error',
                {argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_'},
            ],
            // Numbers read well in a sentence; objects do not, and stay forbidden.
            '@typescript-eslint/restrict-template-expressions': [
                'error',
                {allowNumber: true, allowBoolean: true},
            ],
            'no-restricted-syntax': ['error', noSync],
            'no-restricted-globals': [
                'error',
                {name: 'imports', message: 'Import gi://… instead.'},
                {name: 'log', message: 'Use console.'},
                {name: 'logError', message: 'Use console.'},
            ],
        },
    },
    program(
        ['shared/**/*.ts'],
        'shared',
        restrict(
            toolkitOfTheApp,
            toolkitOfTheShell,
            notOtherPrograms('app', 'cli', 'extension', 'helper', 'tests'),
        ),
    ),
    {
        files: ['shared/platform/**/*.ts'],
        rules: restrict(toolkitOfTheApp, toolkitOfTheShell, {
            regex: '^\\.\\./(?!names\\.js$)',
            message: 'shared/platform is the ground floor: it imports nothing of ours but names.',
        }),
    },
    {
        files: ['shared/libvirt/**/*.ts'],
        rules: restrict(toolkitOfTheApp, toolkitOfTheShell, {
            regex: '^(\\.\\./)+(?!platform/|libvirt/|names\\.js$|\\.\\./)',
            message: 'shared/libvirt stands on shared/platform alone.',
        }),
    },
    {
        files: ['shared/vendor/*.d.ts'],
        rules: {'no-restricted-imports': 'off'},
    },
    program(['app/**/*.ts'], 'app', {
        ...restrict(toolkitOfTheShell, notOtherPrograms('cli', 'extension', 'tests')),
        'no-restricted-syntax': ['error', noSync, noDBus],
    }),
    program(['cli/**/*.ts'], 'cli', {
        ...restrict(toolkitOfTheApp, toolkitOfTheShell, notOtherPrograms('app', 'extension', 'tests')),
        'no-restricted-syntax': ['error', noSync, noDBus],
    }),
    program(
        ['helper/**/*.ts'],
        'helper',
        restrict(toolkitOfTheApp, toolkitOfTheShell, notOtherPrograms('app', 'cli', 'extension', 'tests')),
    ),
    program(
        ['extension/**/*.ts'],
        'extension',
        restrict(toolkitOfTheApp, notOtherPrograms('app', 'cli', 'tests')),
        ['extension/prefs.ts', 'extension/prefs/**'],
    ),
    program(
        ['extension/prefs.ts', 'extension/prefs/**/*.ts'],
        'prefs',
        restrict(toolkitOfTheShell, notOtherPrograms('app', 'cli', 'tests')),
    ),
    program(['tests/**/*.ts'], 'tests', {...restrict(), 'no-restricted-syntax': 'off'}),
    prettier,
);
